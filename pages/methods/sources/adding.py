"""Results of a folder of this machine: a study map is drafted and edited, tried and imported."""

import hashlib
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from pages.methods.sources import commands, folders
from pages.ui.parts import prose, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers
from pages.working.commands import LOOK
from warehouse import datafolder, durable
from warehouse.programs import Program

ALLOW = "brittlescope serve --allow FOLDER"

SILENT = "It ended without a word."

LONGEST_MAP = 100_000

KEPT = "adding_kept"
"""Session key: the last draft and the last preview, with what they are of."""

TEXT = "adding_map"
"""Session key: the study map as it is edited."""

OF = "adding_of"
"""Session key: the folder that the map was drafted for."""

BECOMES = {
    "imported": "read",
    "twin": "the same result in another format",
    "unchanged": "imported already",
    "unknown": "in no known format",
    "joined": "read with others",
    "unread": "not readable",
    "empty": "empty",
    "refused": "refused",
}
"""What becomes of files, in words; what holds no data is passed over without one."""


def draw() -> None:
    """The choice of a folder, its map, its preview, and the import."""
    running = commands.UNDER_WAY.of(store.data_folder())
    with st.expander("Add results", icon=":material/create_new_folder:", expanded=bool(running)):
        allowed = datafolder.allowed()
        if not allowed:
            st.markdown("Folders of this machine can be added from here, if they are allowed:")
            st.code(ALLOW, language=None, wrap_lines=True)
            return
        if running is not None and not running.is_done:
            _progress()
            return
        if running is not None:
            _ended(running)
            return
        folder = _folder(allowed)
        if folder is not None:
            _mapped(folder)


def _folder(allowed: Sequence[Path]) -> Path | None:
    offered = {str(one): folders.called(one, allowed) for one in folders.below(allowed)}
    text = st.selectbox(
        "Folder",
        list(offered),
        index=None,
        key="adding_folder",
        format_func=lambda value: offered.get(value, str(value)),
        placeholder="Choose one, or type its path",
        accept_new_options=True,
    )
    if not text:
        return None
    found = folders.settled(text, allowed)
    if isinstance(found, str):
        st.error(escaped(found), icon=":material/block:")
        return None
    return found


def _mapped(folder: Path) -> None:
    """The study map of a folder and what it would load; both change as it is edited."""
    draft = _kept("draft", str(folder), "Looking at its files …", lambda: commands.drafting(
        folder, store.data_folder()))  # fmt: skip
    if draft is None:
        return
    if st.session_state.get(OF) != str(folder):
        st.session_state[OF] = str(folder)
        st.session_state[TEXT] = draft["map"] or ""
    if draft["known"]:
        count = numbers.plural(sum(draft["known"].values()), "file")
        st.caption(escaped(f"{count} need no study map: {', '.join(draft['known'])}."))
    text = st.text_area(
        "Study map",
        key=TEXT,
        height=320,
        max_chars=LONGEST_MAP,
        help="What paths, columns and companion files mean. Leave the box, or press Ctrl and "
        "Enter, to see what it would load. Without one, only what says itself what it is.",
    )
    preview = _preview(folder, text)
    if preview is None:
        return
    _told(preview)
    if st.button(
        "Import", type="primary", icon=":material/download:", disabled=not preview["taken"]
    ):
        data = store.data_folder()
        commands.UNDER_WAY.begin(
            data, lambda: commands.importing(folder, _written(folder, text, data), data)
        )
        st.rerun()


def _preview(folder: Path, text: str) -> dict[str, Any] | None:
    of = hashlib.sha256(f"{folder}\n{text}".encode("utf-8", "replace")).hexdigest()
    with tempfile.TemporaryDirectory(prefix="brittlescope-") as place:
        mapping = Path(place) / "map.yaml" if text.strip() else None
        if mapping is not None:
            mapping.write_text(text, "utf-8", "replace")
        return _kept("preview", of, "Trying what it would load …", lambda: commands.trying(
            folder, mapping, store.data_folder()))  # fmt: skip


def _kept(what: str, of: str, sentence: str, start: Any) -> dict[str, Any] | None:
    """What a command finds, asked once as long as nothing changes; a refusal is shown."""
    kept = st.session_state.setdefault(KEPT, {})
    if kept.get(what, ("",))[0] != of:
        kept[what] = (of, *_waited(start(), sentence))
    _, found, problem = kept[what]
    if found is None:
        st.error(escaped(problem), icon=":material/block:")
    return found if found is None else dict(found)


def _waited(running: Program, sentence: str) -> tuple[dict[str, Any] | None, str]:
    """A command's document, or why there is none. Who goes on meanwhile ends the command."""
    place = st.empty()
    try:
        while not running.is_done:
            place.caption(escaped(sentence))  # here a rerun ends this one
            time.sleep(0.1)
    finally:
        running.stop()
    place.empty()
    if running.ended.is_late:
        most = commands.PATIENCE
        return None, f"It takes more than {most} seconds. Choose a folder with fewer files."
    return running.ended.document, running.ended.problem or SILENT


def _told(preview: dict[str, Any]) -> None:
    """What would be loaded: how much, what would be refused, and the cells."""
    files = _files(preview["files"])
    said = f"It would take {preview['taken']:,} records and refuse {preview['refused']:,}: {files}."
    st.markdown(f"**{escaped(said)}**")
    if preview["problem"]:
        st.info(escaped(preview["problem"]), icon=":material/rule:")
    elif preview["cells"]:
        tables.plain(pl.DataFrame(preview["cells"]), "adding_preview")
    _lines(preview["said"], "adding_said")


def _files(states: dict[str, int]) -> str:
    """What becomes of how many files."""
    told = [
        f"{numbers.plural(states[one], 'file')} {BECOMES[one]}" for one in BECOMES if one in states
    ]
    return numbers.listing(told, len(BECOMES)) if told else "no file"


def _lines(said: Sequence[str], key: str) -> None:
    if said:
        prose.table(pl.DataFrame({"remark": said}), key)


def _written(folder: Path, text: str, data: Path) -> Path | None:
    """Where the map is kept that a folder is imported with: in the data folder, by its content."""
    if not text.strip():
        return None
    name = re.sub(r"[^\w.-]+", "-", folder.name)[:80] or "study"
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    path = data / "maps" / f"{name}-{mark}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace(path, text.encode("utf-8", "replace"))
    return path


@st.fragment(run_every=LOOK)
def _progress() -> None:
    """How far the import is; when it ended, the page is drawn again."""
    running = commands.UNDER_WAY.of(store.data_folder())
    if running is None or running.is_done:
        st.rerun()
        return
    done, whole = commands.far(running)
    text = f"{done:,} of {numbers.plural(whole, 'file')}" if whole else "Looking for files …"
    st.progress(min(1.0, done / whole) if whole else 0.0, text=escaped(f"Importing: {text}"))


def _ended(running: Program) -> None:
    """What came of the last import, until somebody goes on."""
    found = running.ended.document
    if found is None or running.ended.status not in (0, 1):
        st.error(escaped(running.ended.problem or SILENT), icon=":material/block:")
    else:
        said = f"{found['taken']:,} records were taken: {_files(found['files'])}."
        st.success(escaped(said), icon=":material/check:")
        _lines(found["said"], "adding_done")
    if st.button("Add more", icon=":material/add:"):
        commands.UNDER_WAY.end(store.data_folder())
        st.session_state.pop(OF, None)
        st.rerun()
