"""Rules are files: one that is not valid is told by name, and the others work."""

import os
from pathlib import Path

import pytest

from warehouse import definitions, rules
from warehouse.errors import InvalidDefinition, UnknownName

PUBLISHED = (rules.HERE / "published.yaml").read_text("utf-8")


def test_a_file_that_is_no_rule_costs_no_other(tmp_path: Path) -> None:
    own = tmp_path / "rules"
    own.mkdir()
    (own / "mine.yaml").write_text(PUBLISHED.replace("title: ", "title: Mine, "), "utf-8")
    (own / "broken.yaml").write_text("title: [", "utf-8")
    (own / "not-a-number.yaml").write_text(PUBLISHED.replace("cut: 50", "cut: .nan"), "utf-8")
    (own / "published.yaml").write_text("no: rule", "utf-8")
    os.mkfifo(own / "pipe.yaml")
    (own / "folder.yaml").mkdir()

    assert set(rules.available(tmp_path)) == {*rules.BUILT_IN, "mine"}
    wrong = rules.refused(tmp_path)
    assert set(wrong) == {"broken", "not-a-number", "published", "pipe", "folder"}
    assert "pipe.yaml is not a regular file" in str(wrong["pipe"])
    assert "Expected `float`" in str(wrong["not-a-number"])

    assert rules.named("mine", tmp_path).name == "mine"
    with pytest.raises(InvalidDefinition, match=r"published\.yaml"):
        rules.named("published", tmp_path)  # not the built-in one under the user's name
    with pytest.raises(UnknownName, match=r"there are .*published, .*mine"):
        rules.named("absent", tmp_path)


def test_a_rule_is_understood_once_and_an_edit_counts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "rules" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text(PUBLISHED.replace("title: ", "title: Mine, "), "utf-8")
    first = rules.available(tmp_path)

    understood: list[str] = []
    meant = definitions.understood

    def watched(raw: bytes, shape: type[rules.Rule], name: str) -> rules.Rule:
        understood.append(Path(name).stem)
        return meant(raw, shape, name)

    monkeypatch.setattr(definitions, "understood", watched)
    assert rules.available(tmp_path) == first
    assert understood == []

    written = mine.stat()
    mine.write_text(PUBLISHED.replace("title: ", "title: Ours, "), "utf-8")
    os.utime(mine, ns=(written.st_atime_ns, written.st_mtime_ns))  # as long, and as old
    assert rules.available(tmp_path)["mine"].title.startswith("Ours")
    assert understood == ["mine"]
