"""Values that several records have, as the lake can hold them."""

from typing import Annotated

from msgspec import Meta, UnsetType

Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]

Optional = str | None | UnsetType
"""A text that is left out where an older version, or another outcome, has none."""
