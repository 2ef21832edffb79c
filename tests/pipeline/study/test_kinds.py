import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.study import judges

MODULE = """
from typing import Any, ClassVar
from pipeline.study.judges.kind import Kind
from pipeline.study.parsing import Reading


class Length(Kind, frozen=True, kw_only=True, tag_field="kind", tag="length"):
    criteria: dict[str, int]
    written_as: ClassVar[str] = "rule"

    async def judge(self, work: Any, todo: Any) -> list[str]:
        work.keep(
            work.judgement(answer, name, Reading("scored", score=min(100.0, len(answer.text))), "")
            for answer, name in todo
        )
        return []


KIND = Length
"""


def test_a_kind_of_judge_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "length.py").write_text(MODULE, "utf-8")
    monkeypatch.setattr(judges, "__path__", [*judges.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, f"{judges.__name__}.length", None)  # forgotten afterwards
    monkeypatch.delitem(sys.modules, f"{judges.__name__}.length")
    told: Any = {"kind": "length", "criteria": {"characters": 100}}
    found = msgspec.convert(told, judges.kinds())
    assert type(found).__name__ == "Length"
    assert found.criteria == {"characters": 100}
    reparse = msgspec.convert({"kind": "reparse", "of": "x", "criteria": {}}, judges.kinds())
    assert type(reparse).__name__ == "Reparse"
