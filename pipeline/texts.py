"""What a text must be to be kept."""


def unreadable(value: str) -> str | None:
    """Why a text cannot be kept (not UTF-8, a NUL byte), or None."""
    if "\0" in value:
        return "contains a NUL byte"
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "is not valid UTF-8"
    return None
