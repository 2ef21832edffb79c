"""The program that quotes a draw as the desk does: `python -m brittlescope.quotes DATA FORM`.

On standard input it takes a draw and the analysis it was drawn of, as JSON (`Given`).
"""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from warehouse import datafolder, picks, rules
from warehouse.analysis import written
from warehouse.draws import Drawn
from warehouse.errors import BrittlescopeError
from warehouse.store import Store


class Given(msgspec.Struct):
    """What is to be quoted."""

    analysis: dict[str, Any]  # `written.as_json`
    drawn: Drawn


def main() -> int:
    """Print the quotes; on the other output what is wrong."""
    data, form = Path(sys.argv[1]), sys.argv[2]
    os.environ[datafolder.VARIABLE] = str(data)
    from pages.reading.desk import forms, quoted  # which read the data folder that is said here

    try:
        given = msgspec.json.decode(sys.stdin.buffer.read(), type=Given)
        asked = written.from_json(given.analysis, rules.available(data))
        found = picks.of_draw(Store(data), asked, given.drawn)
        _, _, make = forms.FORMS[form]
        sys.stdout.write(make(quoted.of((pick, pick.key) for pick in found)))
    except BrittlescopeError as error:
        print(error, file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
