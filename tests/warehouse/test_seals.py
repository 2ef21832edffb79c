"""A sealed object is what it was to the last byte, or is not opened."""

import json

from hypothesis import given
from hypothesis import strategies as st

from warehouse.seals import opened, sealed

CONTENT = b'{"path":"/a","n":12}'


def test_what_is_sealed_is_json_and_comes_back() -> None:
    found = json.loads(sealed(CONTENT))
    assert found.pop("check")
    assert found == json.loads(CONTENT)
    assert opened(sealed(CONTENT)) == CONTENT


@given(st.integers(0, len(sealed(CONTENT)) - 1), st.integers(0, 255))
def test_no_changed_byte_is_let_by(place: int, byte: int) -> None:
    whole = sealed(CONTENT)
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    assert opened(changed) == (CONTENT if changed == whole else None)


@given(st.binary(max_size=60))
def test_what_was_never_sealed_is_not_opened(content: bytes) -> None:
    assert opened(content) is None
