"""What a saved dataset of Hugging Face says of the Arrow files in its folder.

`state.json` lists the files that belong to it. Others are what an earlier saving left, and where an
index lies beside them, older versions kept a selection so: the rows alone are not the dataset.
"""

from typing import Any

import msgspec

from pipeline.errors import RefusedFile
from pipeline.importers import Source

STATE = "state.json"
LARGEST = 2**20


def check(source: Source) -> None:
    """Refuse a file that is not, as it stands, what its folder's dataset holds.

    Raises:
        RefusedFile: where the dataset does not list it, or holds a selection of its rows.
    """
    beside = source.path.with_name(STATE)
    if source.content is not None or not beside.is_file() or beside.stat().st_size > LARGEST:
        return
    try:
        state: Any = msgspec.json.decode(beside.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return  # it is no dataset's
    files = _names(state, "_data_files")
    if not files:
        return
    if _names(state, "_indices_files") or _names(state, "_indices_data_files"):
        raise RefusedFile(
            "its dataset holds a selection of these rows (state.json names an index); load it "
            "with `datasets` and save it again after `flatten_indices()`"
        )
    if source.path.name not in files:
        raise RefusedFile(
            f"the dataset in its folder does not list it (state.json names {files[0]}"
            f"{' and others' if len(files) > 1 else ''}): it is left from an earlier saving"
        )


def _names(state: Any, field: str) -> list[str]:
    """The names of files that a dataset's state lists in a field."""
    listed = state.get(field) if isinstance(state, dict) else None
    if not isinstance(listed, list):
        return []
    return [
        str(item["filename"]) for item in listed if isinstance(item, dict) and "filename" in item
    ]
