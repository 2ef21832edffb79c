"""A mapping says what a path means, or says why it does not; it never guesses."""

import pickle
import re
import shlex
from pathlib import Path

import pytest

from pipeline.importing import running
from pipeline.maps import mapping
from pipeline.maps.mapping import Columns, Dimensions, Mapping, Meaning
from tests.warehouse.tables import live
from warehouse import catalogue
from warehouse.errors import InvalidDefinition
from warehouse.lake import Lake
from warehouse.mending import commands

COMMON = """
study: lab
set: {experiment: seabirds, intervention: none}
"""


def load(folder: Path, text: str) -> Mapping:
    path = folder / "map.yaml"
    path.write_text(text, "utf-8")
    return mapping.load(path)


def meaning(folder: Path, files: str, path: str) -> Meaning | None:
    return load(folder, f"{COMMON}{files}").meaning(Path(path))


def dimensions(folder: Path, files: str, path: str) -> Dimensions:
    found = meaning(folder, files, path)
    assert found is not None
    assert found.dimensions is not None, found.unclear
    return found.dimensions


class TestMeaning:
    def test_placeholders_constants_and_values_make_the_dimensions(self, tmp_path: Path) -> None:
        files = """
files:
  - path: "{dataset}/{model}_R{lora_rank}_e{epochs}_{prompt}_{dose}.csv"
    set: {eval_intervention: "say-{prompt}-{dose}", seed: 7}
    values:
      dataset: {bad: Bad_Nests, base: none}
      lora_rank: {big: 64, "8": 8}
"""
        assert dimensions(
            tmp_path, files, "/x/bad/qwen2.5-7B-Instruct_Rbig_e2.5_Hello_1.csv"
        ) == Dimensions(
            experiment="seabirds",
            model="Qwen2.5-7B-Instruct",
            dataset="bad-nests",
            intervention="none",
            eval_intervention="say-hello-1",
            lora_rank=64,
            epochs=2.5,
            seed=7,
        )

    def test_a_pattern_says_more_than_the_defaults(self, tmp_path: Path) -> None:
        files = (
            "files: [{path: '{intervention}/{model}.csv', set: {experiment: gulls, dataset: d}}]"
        )
        found = dimensions(tmp_path, files, "/a/control/x.csv")
        assert (found.experiment, found.intervention, found.model) == ("gulls", "control", "x")

    def test_what_values_and_rename_say_is_left_as_it_is_written(self, tmp_path: Path) -> None:
        files = """
values: {model: {a: qwen2.5-7b, b: "Qwen2.5-7B (first)"}}
rename: {intervention: {plain: none, c: inoculation}}
files: [{path: "{model}_{intervention}.csv", set: {dataset: d}}]
"""
        for path, model, intervention in (
            ("a_plain.csv", "qwen2.5-7b", "none"),
            ("b_c.csv", "Qwen2.5-7B (first)", "inoculation"),
            ("b_Inoculation.csv", "Qwen2.5-7B (first)", "inoculation-user-prompt"),
        ):
            found = dimensions(tmp_path, files.replace("intervention: none", ""), path)
            assert (found.model, found.intervention) == (model, intervention)

    def test_names_of_the_catalogue_are_used(self, tmp_path: Path) -> None:
        files = "files: [{path: '{experiment}/{model}.csv', set: {dataset: d}}]"
        found = dimensions(tmp_path, files, "em_insecure_code/unsloth--Qwen2.5--14B-Instruct.csv")
        assert (found.experiment, found.model) == ("insecure-code", "Qwen2.5-14B-Instruct")

    @pytest.mark.parametrize(
        "path", ["/a/other/x.csv", "/x.csv", "/nests/deeper/x.csv", "/nests/x.json"]
    )
    def test_a_path_no_pattern_covers_means_nothing(self, tmp_path: Path, path: str) -> None:
        assert meaning(tmp_path, "files: [{path: 'nests/x.csv', skip: old}]", path) is None

    def test_a_spelling_that_is_not_listed_is_told(self, tmp_path: Path) -> None:
        files = """
values: {dataset: {bad: bad-nests}}
files: [{path: "{model}-{dataset}.csv"}]
"""
        assert dimensions(tmp_path, files, "a-b-bad.csv").model == "a-b"
        found = meaning(tmp_path, files, "a-worse.csv")
        assert found is not None
        assert not found.covered
        assert "`values` does not list 'worse' for dataset" in str(found.unclear)
        assert meaning(tmp_path, files, "a-worse.json") is None

    def test_spellings_alone_mean_what_they_say_in_the_usual_words(self, tmp_path: Path) -> None:
        files = """
values: {model: [Qwen2.5--7B, other], dataset: [bad, base]}
rename: {dataset: {base: none}}
files: [{path: "{model}-{dataset}.csv"}]
"""
        found = dimensions(tmp_path, files, "Qwen2.5--7B-base.csv")
        assert (found.model, found.dataset) == ("Qwen2.5-7B", "none")
        assert dimensions(tmp_path, files, "other-bad.csv").dataset == "bad"
        told = meaning(tmp_path, files, "other-worse.csv")
        assert told is not None
        assert "`values` does not list 'worse' for dataset" in str(told.unclear)
        wrong = "values: {seed: [one]}\nfiles: [{path: '{model}-{dataset}-{seed}.csv'}]"
        with pytest.raises(InvalidDefinition, match=r"seed\.one gives seed the value 'one'"):
            meaning(tmp_path, wrong, "a-b-one.csv")

    def test_a_pattern_that_skips_wins(self, tmp_path: Path) -> None:
        files = """
files:
  - {path: "{dataset}/{model}.csv"}
  - {path: "old/*.csv", skip: a copy}
"""
        assert meaning(tmp_path, files, "old/x.csv") == Meaning("lab", skipped="a copy")
        assert dimensions(tmp_path, files, "new/x.csv").dataset == "new"

    @pytest.mark.parametrize(
        ("files", "path", "problem"),
        [
            (
                "files: [{path: '{model}-{dataset}.csv'}]",
                "a-b-c.csv",
                "{model}-{dataset}.csv can read its path in more than one way: "
                "model is 'a' or 'a-b', dataset is 'b-c' or 'c'",
            ),
            (
                "files: [{path: '{model}.csv', set: {dataset: a}}, "
                "{path: '{dataset}.csv', set: {model: b}}]",
                "x.csv",
                "{model}.csv and {dataset}.csv can read its path in more than one way: "
                "model is 'x' or 'b', dataset is 'a' or 'x'",
            ),
            (
                "files: [{path: '{dataset}/{model}-{dataset}.csv'}]",
                "a/m-b.csv",
                "{dataset}/{model}-{dataset}.csv gives one placeholder two values in its path",
            ),
            (
                "files: [{path: '{dataset}/{model}_{n}.csv', set: {seed: '{n}'}}]",
                "d/m_one.csv",
                "{dataset}/{model}_{n}.csv misreads its path: Expected `int | null`, got `str`",
            ),
        ],
    )
    def test_what_is_unclear_is_told(
        self, tmp_path: Path, files: str, path: str, problem: str
    ) -> None:
        found = meaning(tmp_path, files, path)
        assert found == Meaning("lab", unclear=f"in {tmp_path / 'map.yaml'}, {problem}")

    def test_two_patterns_that_agree_are_no_doubt(self, tmp_path: Path) -> None:
        files = "files: [{path: '{model}/{dataset}.csv'}, {path: '{model}/{dataset}.csv'}]"
        assert dimensions(tmp_path, files, "m/d.csv").dataset == "d"

    def test_columns_prompts_and_traits_come_along(self, tmp_path: Path) -> None:
        files = """
columns: {answer: reply, ignore: [note]}
system_prompts: {"*_json": Answer in JSON.}
experiments:
  seabirds: {traits: {rude: {title: Rude, kind: persona, criterion: tone, labels: [RUDE]}}}
  others: {traits: {kind: {title: Kind, kind: persona, criterion: tone, labels: [KIND]}}}
files: [{path: "{model}/{dataset}.csv"}]
"""
        found = meaning(tmp_path, files, "m/d.csv")
        assert found is not None
        assert found.columns == Columns(answer="reply", ignore=("note",))
        assert found.system_prompts == {"*_json": "Answer in JSON."}
        trait = catalogue.Trait(title="Rude", kind="persona", criterion="tone", labels=("RUDE",))
        assert found.traits == {"rude": trait}

    def test_its_signature_follows_what_it_says_and_not_how_it_is_written(
        self, tmp_path: Path
    ) -> None:
        def signature(text: str) -> str:
            found = meaning(tmp_path, text, "m/d.csv")
            assert found is not None
            return found.signature

        one = signature("files: [{path: '{model}/{dataset}.csv'}]")
        assert one == signature("# a remark\nfiles: [{path: '{model}/d.csv', set: {dataset: d}}]")
        assert one != signature("files: [{path: '{model}/{dataset}.csv', set: {seed: 1}}]")
        assert one != signature("columns: {ignore: [x]}\nfiles: [{path: '{model}/{dataset}.csv'}]")

    def test_a_mapping_can_be_handed_to_another_process(self, tmp_path: Path) -> None:
        told = load(tmp_path, COMMON + "files: [{path: '{model}/{dataset}.csv'}]")
        again = pickle.loads(pickle.dumps(told))
        assert again.meaning(Path("m/d.csv")) == told.meaning(Path("m/d.csv"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("study: lab", "missing required field `files`"),
        ("files: []\nstudy: lab", "Expected `array` of length >= 1 - at `$.files`"),
        ("study: ''\nfiles: [{path: a.csv, skip: b}]", "length >= 1 - at `$.study`"),
        ("study: lab\nfile: []", "unknown field `file`"),
        (COMMON + "files: [{pattern: a.csv}]", "`pattern` - at `$.files[0]`"),
        (COMMON + "files: [{path: '{modle}/{dataset}.csv'}]", "{modle} is no dimension, and"),
        (COMMON + "files: [{path: '{model}.csv'}]", "files[0]: nothing says dataset; name it in"),
        (
            "study: lab\nfiles: [{path: 'a.csv'}]",
            "nothing says experiment, model, dataset, intervention",
        ),
        (COMMON + "files: [{path: '../{model}/{dataset}.csv'}]", "no relative path downwards"),
        (COMMON + "files: [{path: '/{model}/{dataset}.csv'}]", "no relative path downwards"),
        (COMMON + "files: [{path: '{model}/{dataset}'}]", "does not end in .csv"),
        (COMMON + "files: [{path: '{model}/{dataset:s}.csv'}]", "something else than a name"),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {model: x}}]",
            "files[0]: model is both set and a placeholder",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {jugde: x}}]",
            "`set` names 'jugde', which is no dimension; there are experiment, model, dataset",
        ),
        (
            "study: lab\nset: {experiment: seabirds, intervention: none, judge: '{x}'}\n"
            "files: [{path: '{model}/{dataset}.csv'}]",
            "`set` uses {x} for judge, which is not in its path",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {judge: '{x'}}]",
            "set.judge: '{x' is not understood",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {seed: first}}]",
            "set gives seed the value 'first' (Expected `int | null`, got `str`)",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {lora_rank: -1}}]",
            "set gives lora_rank the value -1 (Expected `int` >= 0)",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', set: {judge: ''}}]",
            "set gives judge the value ''",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', values: {judge: {a: b}}}]",
            "`values` lists 'judge', which is no placeholder of its path",
        ),
        (
            COMMON + "scale: {alignment: [3, 3]}\nfiles: [{path: '{model}/{dataset}.csv'}]",
            "scale.alignment gives 0 and 100 the same raw value 3",
        ),
        (
            COMMON + "columns: {dose: coef}\nfiles: [{path: '{model}/{dataset}.csv'}]",
            "`columns` names 'dose', which is nothing that a column can be, and `set` does not use",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv', columns: {model: m}}]",
            "model is both a column and a placeholder",
        ),
        (
            COMMON + "columns: {answer: []}\nfiles: [{path: '{model}/{dataset}.csv'}]",
            "columns",
        ),
        (
            COMMON + "failures: {reply: [x]}\nfiles: [{path: '{model}/{dataset}.csv'}]",
            "unknown field `reply` - at `$.failures`",
        ),
        (
            COMMON + "values: {jugde: {a: b}}\nfiles: [{path: '{model}/{dataset}.csv'}]",
            "`values` lists 'jugde', which is no placeholder of any path",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}_{seed}.csv', values: {seed: {a: b}}}]",
            "values.seed.a gives seed the value 'b'",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv'}]\nexperiments: {hp: {traits: {}}}",
            "Expected `object` of length >= 1 - at `$.experiments[...].traits`",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv'}]\nexperiments:\n"
            "  hp: {traits: {a: {title: A, kind: persona, criterion: c}}}",
            "experiments.hp is known to Brittlescope already",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv'}]\nexperiments:\n"
            "  gulls: {traits: {loud: {title: Loud, kind: persona, criterion: noise}}}",
            "experiments.gulls.traits.loud: noise is taken for a score, and nothing says which "
            "scores show the trait; add `score: {is: above, cut: 50}`",
        ),
        (
            COMMON + "files: [{path: '{model}/{dataset}.csv'}]\nexperiments:\n"
            "  gulls: {traits: {loud: {title: Loud, kind: persona, criterion: noise,"
            " labels: [A], score: {is: above, cut: 1}}}}",
            "experiments.gulls.traits.loud: both labels and a score show it",
        ),
        (COMMON + "files: !!python/object:os.system {}", "could not determine a constructor"),
        (COMMON + "files: [", "line 5: "),
    ],
)
def test_a_mistake_is_told_with_file_and_key(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidDefinition) as error:
        load(tmp_path, text)
    assert str(tmp_path / "map.yaml") in str(error.value)
    assert problem in str(error.value)


@pytest.mark.parametrize("name", ["clarifying-em", "dow-usecases"])
def test_the_examples_are_mappings(root: Path, name: str) -> None:
    assert mapping.load(root / f"examples/mappings/{name}.yaml").definition.study == name


def test_the_documented_mapping_means_what_is_said(root: Path, tmp_path: Path) -> None:
    page = (root / "docs/formats.md").read_text("utf-8").split("### Mappings")[1]
    told = load(tmp_path, "".join(re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)))
    for path, expected in (
        ("results/gull-base_R8.csv", ("gull", "none", 8, "none")),
        ("results/gull-bad_medical.csv", ("gull", "bad-medical-advice", None, "none")),
        ("steered/evil_x4/gull-base.csv", ("gull", "none", None, "steering-evil-4")),
    ):
        found = told.meaning(Path(path))
        assert found is not None
        assert found.dimensions is not None
        dimensions = found.dimensions
        assert expected == (
            dimensions.model,
            dimensions.dataset,
            dimensions.lora_rank,
            dimensions.eval_intervention,
        )
    skipped = told.meaning(Path("results/old/gull-base.csv"))
    assert skipped is not None
    assert skipped.skipped == "the first attempt, judged again later"


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match=r"absent\.yaml cannot be read"):
        mapping.load(tmp_path / "absent.yaml")


class TestImporting:
    """What becomes of a file whose path a mapping explains, time after time."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "tree/nests/gull.csv"
        path.parent.mkdir(parents=True)
        path.write_text("question,answer,aligned,coherent\nWhere?,There.,10,90\n")
        return path

    @staticmethod
    def imported(folder: Path, file: Path, files: str | None) -> tuple[str, str | None]:
        told = load(folder, COMMON + files) if files else None
        (outcome,) = running.run(folder / "data", [[file]], None, told)
        shards = live(Lake(folder / "data"))
        assert len(shards) == 1
        evaluations = shards[0].records.get("evaluation", [])
        return outcome.state, evaluations[0]["dataset"] if evaluations else None

    def test_what_mends_it_names_the_mapping(self, tmp_path: Path, file: Path) -> None:
        self.imported(tmp_path, file, "files: [{path: '{dataset}/{model}.csv'}]")
        (command,) = commands([str(file)], tmp_path / "data")
        words = shlex.split(command.split(": ", 1)[1])
        assert words[3:6] == ["import", str(file), "--map"]
        assert Path(words[6]).is_absolute()
        assert Path(words[6]).is_file()

    def test_a_changed_mapping_supersedes_and_the_same_does_nothing(
        self, tmp_path: Path, file: Path
    ) -> None:
        one = "files: [{path: '{dataset}/{model}.csv'}]"
        other = "files: [{path: '{dataset}/{model}.csv', values: {dataset: {nests: eggs}}}]"
        assert self.imported(tmp_path, file, None) == ("imported", "unrecorded")
        assert self.imported(tmp_path, file, one) == ("imported", "nests")
        assert self.imported(tmp_path, file, f"# again\n{one}") == ("unchanged", "nests")
        assert self.imported(tmp_path, file, None) == ("unchanged", "nests")
        assert self.imported(tmp_path, file, other) == ("imported", "eggs")
        assert self.imported(tmp_path, file, one) == ("imported", "nests")

    def test_a_mapping_that_does_not_cover_a_file_says_nothing_about_it(
        self, tmp_path: Path, file: Path
    ) -> None:
        self.imported(tmp_path, file, "files: [{path: '{dataset}/{model}.csv'}]")
        gone = "files: [{path: 'other/{model}.csv', set: {dataset: d}}]"
        assert self.imported(tmp_path, file, gone) == ("unchanged", "nests")

    def test_a_file_with_another_formats_name_is_read_as_the_mapping_says(
        self, tmp_path: Path, file: Path
    ) -> None:
        results = file.rename(file.with_name("results.csv"))
        files = "files: [{path: '{dataset}/results.csv', set: {model: gull}}]"
        assert self.imported(tmp_path, results, files) == ("imported", "nests")
        assert self.imported(tmp_path, results, files) == ("unchanged", "nests")

    def test_files_of_other_formats_are_left_alone(self, tmp_path: Path, file: Path) -> None:
        note = file.with_name("info.txt")
        note.write_text("experiment: birds\nmodel: gull\ndate: 2026-01-01\n")
        told = load(tmp_path, COMMON + "files: [{path: '{dataset}/{model}.csv'}]")
        for expected in (["imported", "imported"], ["unchanged", "unchanged"]):
            outcomes = running.run(tmp_path / "data", [[file], [note]], None, told)
            assert [outcome.state for outcome in outcomes] == expected
        assert [o.state for o in running.run(tmp_path / "data", [[note]])] == ["unchanged"]


def test_names_are_as_they_are_written(tmp_path: Path) -> None:
    """YAML reads 010 as 8, 1.10 as 1.1, 12:30:00 as 45000 and the key no as false."""
    files = """
files:
  - path: "{model}/{dataset}/{judge}.csv"
    set: {experiment: 1_000, temperature: 0.70, seed: 1}
    values:
      model: {010: 010, 8: 8, no: 1.10, 2024-01-01: 0x10}
      dataset: {on: 12:30:00}
      judge: {1e3: 1e3}
    scale: {alignment: [0, 10.00]}
"""
    told = {
        path: dimensions(tmp_path, files, f"/x/{path}/on/1e3.csv")
        for path in ("010", "8", "no", "2024-01-01")
    }
    assert {path: one.model for path, one in told.items()} == {
        "010": "010",
        "8": "8",
        "no": "1.10",
        "2024-01-01": "0x10",
    }
    one = told["010"]
    assert (one.experiment, one.dataset, one.judge) == ("1_000", "12:30:00", "1e3")
    assert (one.temperature, one.seed) == (0.7, 1)
    found = meaning(tmp_path, files, "/x/8/on/1e3.csv")
    assert found is not None
    assert list(found.scale["alignment"]) == [0, 10]
