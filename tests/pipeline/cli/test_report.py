"""`brittlescope report`: every number is the commands' own, every file is in the manifest."""

import hashlib
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from brittlescope import report
from pipeline.cli import main
from pipeline.errors import UsageError
from tests.pages.reading import study
from tests.pages.results import treated
from tests.warehouse.deaths import life
from warehouse import draws, looked, picks, rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reporting")
    treated.write(folder)
    made = study.built(folder / "data", folder / "samples", folder / "judgements")
    store = Store(made)
    asked = Analysis(Slice(), rules.named("answered"))
    picks.put_drawn(store, asked, draws.draw(store, asked, "balanced", 3, 7))
    looked.note(made, asked, "rates")
    row = json.loads(run(made, "rates", "--format", "json"))[0]
    names = ("experiment", "trait", "judge", "model", "dataset", "intervention")
    cell = [f"--cell={name}={row[name]}" for name in names]
    run(made, "claims", "keep", "my-rate", *cell)
    return made


@pytest.fixture(scope="module")
def said(data: Path) -> str:
    """What is said while the pack is made."""
    done = CliRunner().invoke(
        main, ["--data", str(data), "report", "--out", str(data.parent / "pack")]
    )
    assert done.exit_code == 0, done.output
    return done.stderr


@pytest.fixture(scope="module")
def pack(data: Path, said: str) -> Path:
    assert said
    return data.parent / "pack"


def test_numbers_are_those_of_the_commands_to_the_digit(data: Path, pack: Path) -> None:
    told = json.loads((pack / "manifest.json").read_text())
    for command, line in zip(("rates", "effects"), told["commands"], strict=True):
        words = shlex.split(line)[1:]
        printed = run(data, *words, "--format", "json")
        assert (pack / f"data/{command}.json").read_text() == printed
        rows = json.loads(printed)
        assert rows
        parquet = pl.read_parquet(pack / f"data/{command}.parquet")
        assert parquet["rate"].to_list() == [row["rate"] for row in rows]
        csv = pl.read_csv(pack / f"data/{command}.csv", infer_schema_length=None)
        assert csv["low"].to_list() == [row["low"] for row in rows]


def test_it_says_what_it_is_of_and_every_packs_the_others_too(
    data: Path, said: str, tmp_path: Path
) -> None:
    assert "It is of birds, persona-19th-century, judge judge-a" in said
    assert "Not in it: medical-terms, " in said
    assert "--every" in said
    words = ["--data", str(data), "report", "--out", str(tmp_path / "all"), "--every"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "It is of" not in done.stderr
    told = [
        json.loads(file.read_text())["says"] for file in (tmp_path / "all").glob("*/manifest.json")
    ]
    assert sorted(("birds" in one, "medical" in one) for one in told) == [
        (False, True),
        (True, False),
    ]


def test_the_manifest_has_the_hash_of_every_file(pack: Path) -> None:
    told = json.loads((pack / "manifest.json").read_text())["files"]
    there = {p.relative_to(pack).as_posix() for p in pack.rglob("*") if p.is_file()}
    assert there == {*told, "manifest.json"}
    for name, sha256 in told.items():
        assert hashlib.sha256((pack / name).read_bytes()).hexdigest() == sha256
    for form in ("pdf", "svg", "png"):
        assert {f"figures/{name}.{form}" for name in ("rates", "effects", "brittleness")} <= there


def test_it_says_what_was_drawn_claimed_and_looked_at(pack: Path) -> None:
    assert (pack / "transcripts.tex").read_text().count("3 drawn at random, one of each") == 3
    assert "brittle@my-rate" in (pack / "claims.tex").read_text()
    assert "1 slice of this data folder was looked at" in (pack / "looked.txt").read_text()
    methods = (pack / "methods.txt").read_text()
    assert re.search(r"of [\d,]+ planned answers [\d,]+ were judged by", methods)
    assert re.search(r"Models: .+, (untuned and )?fine-tuned on .+\. ", methods)
    assert "Untuned" not in methods


def test_an_earlier_pack_is_replaced_and_other_files_never_are(data: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    done = CliRunner().invoke(main, ["--data", str(data), "report", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "holds other files; name a new folder with --out" in done.output
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_cannot_be_written_is_a_sentence(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "pack"
    done = CliRunner().invoke(main, ["--data", str(data), "report", "--out", str(place)])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: {place} cannot be written (")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_it_compiles(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "pack")
    words = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "report.tex"]
    subprocess.run(words, cwd=tmp_path / "pack", check=True, capture_output=True)
    # Tables are straight at once: nobody has to know that longtable measures in a second run.
    assert "Rerun" not in (tmp_path / "pack/report.log").read_text(errors="replace")


NAMES = r"_ & % # $ ~ ^ \ { } 😀 中文 עברית"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_whatever_names_hold_it_compiles(tmp_path: Path) -> None:
    """Signs of LaTeX, emoji, CJK and right-to-left text, in every name that a pack prints."""
    told = (8, 91, 92, 7, 95, 90)
    rows = [
        {"model": f"M{NAMES}", "arm": arm, "question": f"Where {q} {NAMES}?", "aligned": score,
         "answer": f"There {s} {NAMES}", "coherent": 90}
        for arm in ("none", f"say {NAMES}") for q in range(3) for s, score in enumerate(told)
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    written = NAMES.replace("{", "{{").replace("}", "}}")
    fixed = {"experiment": f"seabirds {written}", "dataset": f"d {written}", "judge": written}
    traits = {"rude": {"title": f"Rude {NAMES}", "kind": "misalignment", "criterion": "alignment",
                       "score": {"is": "below", "cut": 50}}}  # fmt: skip
    meaning = {
        "study": f"lab {NAMES}", "set": fixed, "columns": {"model": "model", "intervention": "arm"},
        "files": [{"path": "a.jsonl"}], "experiments": {f"seabirds {NAMES}": {"traits": traits}},
    }  # fmt: skip
    (tmp_path / "map.yaml").write_text(json.dumps(meaning, ensure_ascii=False))
    data = tmp_path / "data"
    run(data, "import", str(tmp_path / "a.jsonl"), "--map", str(tmp_path / "map.yaml"))
    store = Store(data)
    asked = Analysis(Slice(), rules.named("answered"))
    picks.put_drawn(store, asked, draws.draw(store, asked, "random", 3, 7))
    row = json.loads(run(data, "rates", "--format", "json"))[0]
    names = ("experiment", "trait", "judge", "model", "dataset", "intervention")
    run(data, "claims", "keep", "mine", *(f"--cell={name}={row[name]}" for name in names))
    run(data, "report", "--out", str(tmp_path / "pack"))
    assert (tmp_path / "pack" / "transcripts.tex").read_text().count("\\textbackslash{}") >= 3
    words = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "report.tex"]
    subprocess.run(words, cwd=tmp_path / "pack", check=True, capture_output=True)


def test_braces_and_environments_are_closed(pack: Path) -> None:
    for file in pack.rglob("*.tex"):
        text = re.sub(r"\\[\\{}%&#$_]", "", file.read_text())
        assert text.count("{") == text.count("}"), file.name
        begun, ended = (re.findall(rf"\\{way}{{(\w+)}}", text) for way in ("begin", "end"))
        assert sorted(begun) == sorted(ended), file.name


def test_a_pack_that_was_cut_short_anywhere_is_made_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"report.tex": b"a", "data/rates.csv": b"b", "figures/rates.pdf": b"c"}
    monkeypatch.setattr(report, "_files", lambda *_: dict(made))
    asked, out = Analysis(Slice(), rules.named("answered")), tmp_path / "pack"
    with life() as lived:
        report.pack(Store(data), asked, out)
    for call in range(1, lived.calls + 3):
        if call % 2:  # on what an earlier one left, which had another file
            (out / "data/rates.csv").rename(out / "data/older.csv")
            told = (out / "manifest.json").read_text().replace("data/rates.csv", "data/older.csv")
            (out / "manifest.json").write_text(told)
        else:
            shutil.rmtree(out)
        with life(call):
            report.pack(Store(data), asked, out)
        report.pack(Store(data), asked, out)
        there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
        assert there == {*made, "manifest.json"}, call
    (out / "manifest.json").unlink()
    with pytest.raises(UsageError, match="holds other files"):
        report.pack(Store(data), asked, out)
