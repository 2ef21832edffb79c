"""Damage to a small lake: every byte that changes is noticed, or changes nothing."""

import random
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouse import results
from warehouse import building, rules, snapshots, transcripts, verification
from warehouse.counting import Slice
from warehouse.errors import DamagedLake, DamagedSnapshot
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.store import Store


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("damage")
    results.write(root, results.misalignment([(10, 90), (20, 80)]))
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return root / "data"


@pytest.fixture
def data(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data"))


def files(data: Path) -> list[Path]:
    return sorted(p for p in (data / "lake").rglob("*") if p.is_file() and p.suffix != ".lock")


def holds(data: Path) -> object:
    """All that a build reads."""
    lake = Lake(data)
    shards, damages = lake.survey(lake.pointers())
    return None if damages else (lake.pointers(), shards)


def changed(data: Path, places: Callable[[int], Iterator[int]]) -> Iterator[tuple[Path, int]]:
    """Each of these bytes with one bit of it turned, one after the other."""
    for file in files(data):
        content = file.read_bytes()
        for place in places(len(content)):
            byte = content[place] ^ (1 << place % 8)
            file.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
            yield file, place
        file.write_bytes(content)


def harms(data: Path, places: Callable[[int], Iterator[int]]) -> tuple[int, list[tuple[Path, int]]]:
    """How many bytes were changed, and those whose change went unnoticed and was none."""
    whole, count, unnoticed = holds(data), 0, []
    assert whole is not None
    for file, place in changed(data, places):
        count += 1
        if holds(data) not in (None, whole):
            unnoticed.append((file, place))
    assert holds(data) == whole
    return count, unnoticed


def test_a_changed_byte_is_noticed_or_harmless(data: Path) -> None:
    draw = random.Random(11)
    count, unnoticed = harms(data, lambda size: iter(draw.sample(range(size), 40)))
    assert count == 40 * 5
    assert not unnoticed


@pytest.mark.exhaustive
@pytest.mark.timeout(3_600)
def test_every_changed_byte_is_noticed_or_harmless(data: Path) -> None:
    count, unnoticed = harms(data, lambda size: iter(range(size)))
    assert count > 5_000
    assert not unnoticed


@pytest.mark.parametrize("old", [b'"check"', b'"origin"', b"insecure"])
def test_a_byte_that_is_no_text_any_more_is_damage(old: bytes, data: Path) -> None:
    (description,) = (file for file in files(data) if file.name == "shard.json")
    content = description.read_bytes()
    at = content.index(old) + 1
    description.write_bytes(content[:at] + b"\xe3" + content[at + 1 :])
    with pytest.raises(DamagedLake, match=r"shard\.json is not what was written"):
        building.build(data)
    for copy in Lake(data).register.copies:
        copy.unlink()
    assert holds(data) is None  # told also where only the shard could say what was lost


def gone(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def garbled(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 16
    file.write_bytes(content)


def closed(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)  # what nobody can open, not even root


@pytest.mark.parametrize("harm", [gone, cut, emptied, garbled, closed])
def test_a_build_of_what_was_damaged_publishes_nothing_and_an_import_mends_it(
    harm: Callable[[Path], None], data: Path, template: Path
) -> None:
    published = snapshots.latest(data)
    source = template.parent / "results"
    for number, file in enumerate(files(data)):
        harm(file)
        if file.name.startswith("register"):
            building.build(data)  # the other copy has it
        else:
            with pytest.raises(DamagedLake) as told:
                building.build(data)
            assert str(file) in str(told.value)
            assert f"import {shlex.quote(Lake(data).pointers()[0].path)}" in str(told.value)
            if number == 0:
                assert snapshots.latest(data) == published
            results.load(data, source)
        assert not verification.damages(data)
        assert not verification.doubts(data)
    assert len(files(data)) == 5


def test_a_register_that_is_gone_is_told_and_made_again(data: Path, template: Path) -> None:
    for copy in Lake(data).register.copies:
        copy.unlink()
    with pytest.raises(DamagedLake, match=r"lost what it said(.|\n)*results_some->judge_9\.json"):
        building.build(data)
    results.load(data, template.parent / "results")
    building.build(data)
    assert Store(data).counts()["n_counted"].sum() == 2


def test_what_cannot_be_imported_again_can_be_let_go_of(data: Path) -> None:
    lake = Lake(data)
    (pointer,) = lake.pointers()
    gone = Path("/gone/results.json")
    shutil.copytree(lake.shards / str(pointer.shard), lake.shards / "lost")
    lake.point([Pointer(path=str(gone), shard="lost")])
    shutil.rmtree(lake.shards / "lost")
    with pytest.raises(DamagedLake, match=r"or forget: .* forget /gone/results\.json"):
        building.build(data)
    assert lake.forget([gone]) == [str(gone)]
    building.build(data)


class TestLostText:
    def found(self, data: Path) -> list[dict[str, object]]:
        page, total = transcripts.page(Store(data), Slice(), rules.named("published"))
        assert total == 2
        return page.select("answer", "error", "lost").to_dicts()

    @pytest.mark.parametrize("harm", [gone, emptied, garbled, closed])
    def test_an_answer_whose_part_is_lost_is_no_empty_one(
        self, harm: Callable[[Path], None], data: Path
    ) -> None:
        (part,) = (file for file in files(data) if file.name.startswith("sample"))
        whole = part.read_bytes()
        harm(part)
        lost = [row for row in self.found(data) if row["lost"] is not None]
        assert lost or harm is garbled  # a byte in the middle may lie in no text
        for row in lost:
            assert row["answer"] is None
            assert "results_some->judge_9.json again to bring it back" in str(row["lost"])
        part.unlink(missing_ok=True)
        part.write_bytes(whole)
        assert all(row["lost"] is None and row["answer"] for row in self.found(data))

    @pytest.mark.parametrize("harm", [gone, cut, emptied, garbled, closed])
    def test_a_search_names_the_part_that_it_could_not_look_through(
        self, harm: Callable[[Path], None], data: Path
    ) -> None:
        assert not transcripts.unread(Store(data), Slice())
        (part,) = (file for file in files(data) if file.name.startswith("sample"))
        harm(part)
        (told,) = transcripts.unread(Store(data), Slice())
        assert str(part) in told
        assert "results_some->judge_9.json again to mend it." in told

    def test_an_answer_whose_letters_changed_is_not_shown(self, data: Path) -> None:
        (part,) = (file for file in files(data) if file.name.startswith("sample"))
        content = part.read_bytes()
        part.write_bytes(content.replace(b"answer of some", b"answer of none"))
        assert part.read_bytes() != content
        for row in self.found(data):
            assert row["answer"] is None
            assert str(row["lost"]).startswith("The disk lost this answer; import ")
        key = transcripts.page(Store(data), Slice(), rules.named("published"))[0]["sample_key"][0]
        whole = transcripts.transcript(Store(data), key)
        assert whole is not None
        assert whole.lost
        assert whole.answer is None
        assert whole.judgements.height == 2


class TestSnapshot:
    def test_a_damaged_one_is_told_and_made_again(self, data: Path) -> None:
        path = snapshots.latest(data).path
        content = bytearray(path.read_bytes())
        for place in range(0, len(content), 97):
            content[place] ^= 1
        path.write_bytes(content)
        with pytest.raises(DamagedSnapshot, match="run brittlescope build"):
            Store(data).counts()
        assert verification.doubts(data) == [f"{path} is not what was written"]
        building.build(data)
        assert not verification.doubts(data)

    def test_a_damaged_pointer_is_no_snapshot(self, data: Path) -> None:
        for pointer in (b"", b"\xff", b"\0", b"/etc/passwd x", b"none.duckdb y"):
            (snapshots.folder(data) / "current").write_bytes(pointer)
            assert snapshots.published(data) is None, pointer
            assert not building.is_current(data), pointer
            told = f"no snapshot is published in {data / 'snapshots'}"
            assert verification.doubts(data) == [told], pointer
        assert building.build(data) == snapshots.latest(data)
