"""The packed answers of a site."""

import base64
import gzip
import json

from pages.publishing import answers


def test_what_is_packed_is_the_same_again() -> None:
    content = {"a": ["</script>", "ü", None, 2**60]}
    letters = answers.packed(content)
    assert letters.isascii()
    assert "<" not in letters
    assert json.loads(gzip.decompress(base64.b64decode(letters))) == content
