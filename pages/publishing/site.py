"""The program that `brittlescope publish` starts: writes the site of a data folder.

It is one file, so that it can be sent and opened anywhere, and a policy in it forbids every
request: its own script and style alone are run, known by their hashes.
"""

import base64
import hashlib
import html
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pages.printing import basis
from pages.publishing import answers, found
from pages.publishing.redaction import Redaction
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import durable, harmless, programs, rules
from warehouse.analysis import Analysis, Focus, foci, told, written
from warehouse.errors import BrittlescopeError, CannotWrite
from warehouse.search import asked as searches

NAME = "index.html"

HERE = Path(__file__).parent

SCRIPTS = ("search.js", "site.js")
"""What makes up the script of a site, in this order."""

NOT_PUBLISHED = "What judges said, and messages of conversations, are not part of this site."

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript>This site needs a browser that runs its script; nothing is fetched by it.</noscript>
<div id="site"></div>
{data}
<script>{script}</script>
</body>
</html>
"""


def write(
    place: Path, view: Analysis, redaction: Redaction, title: str, only: Sequence[Focus] = ()
) -> tuple[Path, int]:
    """Write the site into a folder; where it is, and how many answers it has.

    Args:
        place: The folder.
        view: What is published, counted how.
        redaction: What of it is not.
        title: What stands above it.
        only: What it is about; everything that the view lets through where nothing is given.

    Raises:
        BrittlescopeError: where there is nothing to publish, or too much.
    """
    known = [
        focus
        for focus in foci.known(store.opened())
        if _is_asked(focus, view) and (not only or focus in only)
    ]
    if not known:
        raise BrittlescopeError(
            "Nothing of what is asked for was judged; there is no site to make."
        )
    if only:
        named = tuple(dict.fromkeys(focus.experiment for focus in known))
        view = replace(view, slice=view.slice.narrowed(experiment=named))
    published = answers.of(view, known, redaction)
    about = {
        "title": title,
        "app": values.APP,
        "snapshot": basis.snapshot(),
        "says": told.sentence(view, values.value),
        "redaction": redaction.told(),
        "answers": numbers.plural(len(published.rows), "answer"),
        "foci": [found.of(view, focus, published.places) for focus in known],
        "arms": published.arms,
        "questions": published.questions,
        "search": [*searches.HOW, NOT_PUBLISHED],
        "size": answers.PART,
    }
    data = {
        "about": answers.packed(about),
        "rows": answers.packed({"rows": published.rows, "prompts": published.prompts}),
        **{f"part-{at}": part for at, part in enumerate(published.parts)},
    }
    programs.go_on()
    target = durable.folder(place) / NAME
    durable.replace(target, page(data, title).encode())
    return target, len(published.rows)


def page(data: dict[str, str], title: str) -> str:
    """The site as one page of HTML."""
    style = (HERE / "site.css").read_text("utf-8")
    script = "".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    held = "\n".join(
        f'<script type="text/plain" id="{name}">{packed}</script>' for name, packed in data.items()
    )
    return _PAGE.format(
        policy=html.escape(policy),
        title=html.escape(harmless.line(title)),
        style=style,
        script=script,
        data=held,
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _is_asked(focus: Any, view: Analysis) -> bool:
    """Whether a focus lies in the slice, and has anything that was counted."""
    if focus.trait is None or focus.judge is None:
        return False
    parts = ((getattr(view.slice, name), getattr(focus, name)) for name in focus._fields)
    return all(not wanted or value is None or value in wanted for wanted, value in parts)


def main() -> int:
    """Read what is asked on standard input, write the site, and say what was written."""
    asked = json.load(sys.stdin)
    view = written.from_json(asked["analysis"], rules.available(store.data_folder()))
    given = asked["redaction"]
    redaction = Redaction(**given | {"words": tuple(given["words"])})
    only = [Focus(**focus) for focus in asked["only"]]
    out = Path(asked["out"])
    try:
        try:
            place, count = write(out, view, redaction, asked["title"], only)
        except OSError as error:
            raise CannotWrite.because(out, error) from None
    except BrittlescopeError as error:
        print(error, file=sys.stderr)
        return error.status
    sys.stdout.write(
        json.dumps({"place": str(place), "answers": count, "redaction": redaction.told()})
    )
    return 0
