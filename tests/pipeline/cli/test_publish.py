"""The command that writes a site."""

import json
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import results
from warehouse import building


def test_a_site_is_written_and_said(tmp_path: Path) -> None:
    results.write(tmp_path, results.misalignment([(10, 90)] * 3, "An Answer of Anna's."))
    results.load(tmp_path / "data", tmp_path / "results")
    building.build(tmp_path / "data")
    out = tmp_path / "out"
    asked = ["--data", str(tmp_path / "data"), "publish", "--out", str(out), "--redact", "anna"]
    done = CliRunner().invoke(main, [*asked, "--format", "json"])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    assert (told["place"], told["answers"]) == (str(out / "index.html"), 3)
    assert told["redaction"] == ["Words were taken out in 3 places, marked […]."]
    about = [*asked, "--format", "json", "--focus", "insecure-code/misalignment"]
    assert json.loads(CliRunner().invoke(main, about).stdout)[0]["answers"] == 3
    wrong = CliRunner().invoke(main, [*asked, "--focus", "birds"])
    assert wrong.exit_code == 2
    assert "Nothing is called 'birds'; there are insecure-code/misalignment." in wrong.stderr
    none = CliRunner().invoke(main, [*asked, "--where", "experiment=birds"])
    assert none.exit_code == 2
    assert "there is no site to make" in none.stderr
    (tmp_path / "file").write_text("")
    closed = ["--data", str(tmp_path / "data"), "publish", "--out", str(tmp_path / "file" / "site")]
    refused = CliRunner().invoke(main, closed)
    assert refused.exit_code == 2
    assert f"{tmp_path / 'file' / 'site'} cannot be written" in refused.stderr
    assert "Traceback" not in refused.stderr
