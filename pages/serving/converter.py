"""A program that reads a chart from its input and writes a picture to its output.

    python converter.py svg|png < chart.json > picture

The converter is a JavaScript engine and a renderer, and either ends its whole process where it
meets what it did not expect. So it has a process of its own, with bounds on memory and time, and a
chart that breaks it breaks nothing else. It is started by its path and imports nothing of ours.
"""

import json
import resource
import signal
import sys

MEMORY = 2 << 30
"""The most bytes it may hold: the largest chart of ours needs a twentieth."""

SECONDS = 100
"""The most seconds it lives, should nobody be left to end it."""


def main() -> None:
    """Convert one chart."""
    signal.alarm(SECONDS)
    for what, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))

    import vl_convert

    chart = json.load(sys.stdin.buffer)
    if sys.argv[1] == "svg":
        picture = vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]).encode()
    else:
        picture = bytes(vl_convert.vegalite_to_png(chart, scale=2, allowed_base_urls=[]))
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
