"""The evidence pack: figures, tables, transcripts, claims and methods of a write-up, as files.

It stands above pages and pipeline, which know nothing of each other, since it needs both: charts
and captions are those of the pages, files and numbers those of the commands. The command and the
desk start it as a program of its own (`python -m brittlescope.report`).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from brittlescope import charts
from brittlescope.report import methods, prose, tables
from pages.printing import basis, claiming, downloads
from pages.quoting import picking
from pages.reading.desk import forms, quoted
from pages.serving.pictures import Form
from pages.ui.view import store
from pipeline.cli import writeups
from pipeline.cli.commands import as_json
from pipeline.cli.numbers import ruled
from pipeline.errors import UsageError
from warehouse import claims, durable, harmless, looked, programs, rules
from warehouse.analysis import Analysis, foci, results, told, written
from warehouse.store import Store

MANIFEST = "manifest.json"

FORMS: tuple[Form, ...] = ("pdf", "svg", "png")


def pack(opened: Store, asked: Analysis, out: Path) -> list[str]:
    """Write the evidence pack of an analysis into a folder; the names of its files.

    Args:
        opened: What was built; the app's data folder is its own.
        asked: What is reported; of one experiment, trait and judge, that with most to tell where it
            names none.
        out: A folder that is new, empty, or holds an earlier pack.

    Raises:
        UsageError: where the folder holds anything else.
        CannotWrite: where it cannot be written.
    """
    with durable.told(out):
        durable.folder(out.absolute())
    _earlier(out)  # refuses a folder of other files
    with store.reading(opened):
        found = foci.opened(foci.known(opened), asked.slice).focus
        view = asked if found is None else asked.focused(found)
        files = _files(opened, view)
    programs.go_on()
    with durable.told(out), durable.locked(out):
        for place in _earlier(out):
            durable.remove(place)
            durable.remove(durable.temporary(place))
        # First what names the others: a pack that was cut short is known for one.
        for name, content in {MANIFEST: _manifest(opened, view, files), **files}.items():
            place = out / name
            durable.folder(place.absolute().parent)
            durable.replace(place, content)
    return [*files, MANIFEST]


def _files(opened: Store, view: Analysis) -> dict[str, bytes]:
    """Every file of the pack but its manifest."""
    files = _figures(view) | _data(opened, view) | _said(opened, view)
    made = {name: text.encode() for name, text in tables.every(view).items()}
    figures = [name for name in files if name.endswith(".pdf")]
    whole = prose.document(view, figures, list(made))
    return {"report.tex": whole.encode(), **files, **made}


def _figures(view: Analysis) -> dict[str, bytes]:
    """Every chart at a column's width, in each form."""
    counts = store.counts(view.slice, view.rule)
    about = basis.figure(view, counts)
    files: dict[str, bytes] = {}
    for name, draw in charts.every(view).items():
        width = prose.WIDTHS[name]
        made = downloads.whole(draw, FORMS, width, prose.LEGENDS[name], about)
        files |= {f"figures/{name}.{form}": picture for form, picture in made.items()}
    return files


def _data(opened: Store, view: Analysis) -> dict[str, bytes]:
    """The numbers as the commands print them, and the counts they are made of."""
    about = downloads.metadata(view)
    rates = results.rates(opened, view, results.layout(results.counts(opened, view)))
    frames = {
        "rates": ruled(rates, view.rule),
        "effects": ruled(results.effects(opened, view), view.rule),
        "counts": results.long(opened, view),
    }
    files = {}
    for name, frame in frames.items():
        files[f"data/{name}.csv"] = harmless.csv(frame).encode()
        files[f"data/{name}.json"] = f"{as_json(frame)}\n".encode()
        files[f"data/{name}.parquet"] = downloads.parquet(frame, about)
    return files


def _said(opened: Store, view: Analysis) -> dict[str, bytes]:
    """Methods, claims, transcripts, and what was looked at."""
    quotes = quoted.quoted(picking.found())
    kept = claiming.journal().read().entries
    checked = [claims.check(opened, one.body, rules.available(opened.data)) for one in kept]
    texts = {one.claim.name: str(one.claim) for one in checked}
    paragraph = methods.paragraph(opened, view)
    disclosed = methods.disclosed(looked.read(opened.data))
    said = {
        "methods.txt": paragraph + "\n",
        "methods.tex": prose.text(paragraph),
        "looked.txt": disclosed + "\n",
        "looked.tex": prose.text(disclosed),
        "claims.tex": writeups.tex(texts),
        "claims.json": json.dumps(texts, ensure_ascii=False, indent=1) + "\n",
        "claims-listed.tex": prose.claims(checked),
        "transcripts.tex": forms.latex_long(quotes) if quotes else prose.text("No transcripts."),
        "transcripts.md": forms.markdown(quotes) if quotes else "",
        "transcripts.json": forms.as_json(quotes),
    }
    return {name: text.encode() for name, text in said.items()}


def _manifest(opened: Store, view: Analysis, files: dict[str, bytes]) -> bytes:
    """What the pack was made of, and the hash of every file."""
    whole: dict[str, Any] = {
        "brittlescope": methods.version(),
        "snapshot": opened.snapshot.path.stem,
        "content": opened.lake.content(),
        "analysis": written.as_json(view),
        "says": told.sentence(view),
        "commands": [written.line(view, "rates"), written.line(view, "effects")],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _earlier(out: Path) -> list[Path]:
    """The files that the manifest of an earlier pack names, or of one that was cut short.

    Raises:
        UsageError: where the folder holds anything else.
    """
    if {*out.iterdir()} <= {durable.temporary(out / MANIFEST)}:
        return []
    try:
        files = json.loads((out / MANIFEST).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{out} holds other files; name a new folder with --out.") from None
    places = [out / name for name in files]
    return [place for place in places if place.resolve().is_relative_to(out.resolve())]
