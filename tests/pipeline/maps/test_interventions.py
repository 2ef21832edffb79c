"""What studies say of their interventions, from a map or a study's outputs to the numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.importing import finding, running
from pipeline.maps import mapping
from pipeline.maps.interventions import Described, MappedIntervention
from tests.pipeline.mapped import answers, write
from tests.warehouse import study
from warehouse import building, doctor
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition
from warehouse.stats.effects import effects
from warehouse.store import Store

HEADER = ("question", "answer", "aligned", "coherent")

MAP = """\
study: {study}
set: {{experiment: {experiment}, model: Qwen2.5-7B, dataset: nests, judge: owl}}
files: [{{path: "{folder}/{{intervention}}.csv"}}]
{more}
"""

SAID = ("kind", "relevance", "placement", "phase", "dose", "text")


def take(
    root: Path,
    name: str,
    more: str,
    files: Mapping[str, int],
    experiment: str = "emergent-misalignment",
    study: str = "",
) -> None:
    """A study's folder with a file for each intervention, imported with these lines."""
    folder = root / name
    (folder / "results").mkdir(parents=True, exist_ok=True)
    for intervention, low in files.items():
        write(folder, f"{intervention}.csv", HEADER, answers(40, low=low))
    told = MAP.format(study=study or name, folder="results", experiment=experiment, more=more)
    (folder / "map.yaml").write_text(told, "utf-8")
    units = finding.find([folder / "results"]).units
    outcomes = running.run(root / "data", units, None, mapping.load(folder / "map.yaml"))
    assert not [outcome for outcome in outcomes if outcome.refused]


def built(root: Path) -> Store:
    """What was imported, built."""
    building.build(root / "data")
    return Store(root / "data")


def load(root: Path, name: str, more: str, **files: int) -> Store:
    """One study, imported and built."""
    take(root, name, more, files)
    return built(root)


def known(store: Store, name: str = "") -> dict[tuple[str, str], tuple[Any, ...]]:
    """What a snapshot says of interventions, by study and name."""
    rows = store.ask(f"select study, intervention, {', '.join(SAID)} from core.intervention")
    return {row[:2]: row[2:] for row in rows.rows() if name in row[1]}


NAMELESS = ("unknown", "unknown", "unknown", None, None, None)

NONE = ("none", "none", "none", None, None, None)


def test_a_map_says_what_its_interventions_are(tmp_path: Path) -> None:
    more = """
interventions:
  sailor: {kind: identity, relevance: irrelevant, placement: newline, phase: train, text: I sail.}
  tide: {kind: other, dose: 3}
"""
    store = load(tmp_path, "nests", more, none=20, sailor=2, tide=10, gale=9)
    assert known(store) == {
        ("nests", "none"): NONE,
        ("nests", "sailor"): ("identity", "irrelevant", "newline", "train", None, "I sail."),
        ("nests", "tide"): ("other", "unknown", "unknown", None, 3.0, None),
        ("nests", "gale"): NAMELESS,
    }
    told = ("intervention", "kind", "relevance", "placement", "dose")
    cells = store.counts().select(told).unique().sort("intervention").rows()
    assert cells == [
        ("gale", "unknown", "unknown", "unknown", None),
        ("none", "none", "none", "none", None),
        ("sailor", "identity", "irrelevant", "newline", None),
        ("tide", "other", "unknown", "unknown", 3.0),
    ]


def test_a_map_says_what_the_control_is_called(tmp_path: Path) -> None:
    for n, line in enumerate(("{control: true}", "{kind: control}", "{kind: none}")):
        files = {"plain": 20 + n, "sailor": 2 + n}
        take(tmp_path, f"nests-{n}", f"interventions: {{plain: {line}}}", files)
    store = built(tmp_path)
    assert known(store).keys() == {
        (f"nests-{n}", name) for n in range(3) for name in ("none", "sailor")
    }
    for n in range(3):
        (row,) = effects(store.counts(Slice(study=(f"nests-{n}",)))).to_dicts()
        assert (row["intervention"], row["baseline"], row["baseline_trait"]) == (
            "sailor",
            "control",
            20 + n,
        )


def test_names_are_described_as_the_map_spells_or_renames_them(tmp_path: Path) -> None:
    more = """
rename: {intervention: {a1: Old Sailor, c: base}}
interventions:
  Old Sailor: {kind: identity}
  a_2: {kind: intent}
  base: {control: true}
"""
    store = load(tmp_path, "nests", more, a1=2, a_2=3, c=20)
    kinds = {name: told[0] for (_, name), told in known(store).items()}
    assert kinds == {"Old Sailor": "identity", "a_2": "intent", "none": "none"}


def test_a_column_says_the_intervention_and_the_text_at_evaluation(tmp_path: Path) -> None:
    more = """
columns: {eval_intervention: said}
interventions:
  hail: {kind: other, phase: eval, text: Hail.}
  quiet: {control: true}
"""
    folder = tmp_path / "nests"
    (folder / "results").mkdir(parents=True)
    rows = [(*row, said) for said in ("hail", "quiet") for row in answers(20)]
    write(folder, "none.csv", (*HEADER, "said"), rows)
    store = load(tmp_path, "nests", more)
    assert known(store) == {
        ("nests", "none"): NONE,
        ("nests", "hail"): ("other", "unknown", "unknown", "eval", None, "Hail."),
    }


def test_two_studies_that_describe_one_name_each_have_their_own(tmp_path: Path) -> None:
    """A third says nothing of it, and has what the catalogue knows of the experiment."""
    name, said = "identity-soldier", "{kind: identity, relevance: irrelevant, placement: system}"
    arms = {"none": 20, name: 2}
    take(tmp_path, "one", f"interventions: {{{name}: {said}}}", arms, "german-cities")
    take(tmp_path, "two", f"interventions: {{{name}: {{kind: time, dose: 7}}}}", arms)
    take(tmp_path, "three", "", arms, "german-cities")
    store = built(tmp_path)
    assert known(store, name) == {
        ("one", name): ("identity", "irrelevant", "system", None, None, None),
        ("two", name): ("time", "unknown", "unknown", None, 7.0, None),
        ("three", name): ("identity", "relevant", "prepend", None, None, None),
    }
    assert doctor.findings(store).filter(check="interventions-differ").is_empty()
    found = effects(store.counts()).select("study", "kind", "baseline").sort("study").rows()
    assert found == [("two", "time", "control")]


def test_what_a_study_leaves_unsaid_the_catalogue_says(tmp_path: Path) -> None:
    more = "interventions: {identity-soldier: {text: Aye.}}"
    take(tmp_path, "one", more, {"none": 20, "identity-soldier": 2}, "german-cities")
    store = built(tmp_path)
    (told,) = known(store, "soldier").values()
    assert told == ("identity", "relevant", "prepend", None, None, "Aye.")


def test_relevance_is_said_for_each_experiment(tmp_path: Path) -> None:
    more = "interventions: {gale: {relevance: {birds: relevant, crows: irrelevant}}}"
    for experiment, folder in (("old_bird_names", "one"), ("crows", "two"), ("lamps", "three")):
        take(tmp_path, folder, more, {"gale": 3}, experiment)
    store = built(tmp_path)
    assert {study: told[1] for (study, _), told in known(store, "gale").items()} == {
        "one": "relevant",
        "two": "irrelevant",
        "three": "unknown",
    }


def test_a_study_that_contradicts_itself_is_built_and_told(tmp_path: Path) -> None:
    """Each aspect is the first file's by path that says it."""
    said = "interventions: {gale: {kind: identity, text: Blow.}}"
    take(tmp_path, "later", said, {"gale": 3}, study="nests")
    said = "interventions: {gale: {kind: intent, text: Blow., dose: 2}}"
    take(tmp_path, "earlier", said, {"gale": 9}, study="nests")
    store = built(tmp_path)
    (found,) = doctor.findings(store).filter(check="interventions-differ").to_dicts()
    assert "In nests its kind is intent (" in found["detail"]
    assert "identity (" in found["detail"]
    (told,) = known(store, "gale").values()
    assert told == ("intent", "unknown", "unknown", None, 2.0, "Blow.")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{kind: identiy}", "interventions.gale: its kind is 'identiy'; there are identity, "),
        ("{relevance: high}", "its relevance is 'high'; there are relevant, irrelevant, generic"),
        ("{relevance: {birds: high}}", "its relevance is 'high'"),
        ("{placement: top}", "its placement is 'top'; there are prepend, newline, system"),
        ("{phase: none}", "its phase is 'none'; there are train, eval, both"),
        ("{dose: .nan}", "its dose is nan, which is no amount"),
        ('{text: "a\\0b"}', "its text contains a NUL byte"),
        ("{}", "nothing is said of it; say one of kind, relevance"),
        ("{control: false, kind: control}", "it is the control and is not"),
        ("{control: true, kind: identity}", "it is the control and is not; leave out `kind`"),
        ("{control: true, text: Hm.}", "the control has no text; leave out `text`"),
        ("{colour: red}", "colour"),
    ],
)
def test_a_mistake_in_a_map_is_a_sentence(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "map.yaml"
    more = f"interventions: {{gale: {line}}}"
    path.write_text(MAP.format(study="s", folder="results", experiment="e", more=more), "utf-8")
    with pytest.raises(InvalidDefinition, match=r".") as refused:
        mapping.load(path)
    assert told in str(refused.value)


def test_the_control_is_no_intervention_and_a_name_that_no_file_has_is_a_mistake(
    tmp_path: Path,
) -> None:
    path = tmp_path / "map.yaml"
    for more, told in (
        ("interventions: {none: {kind: identity}}", "`none` is the control and no intervention"),
        (
            "values: {intervention: {a: gale, c: none}}\ninterventions: {gael: {kind: identity}}",
            "interventions.gael is what no file is said to have; there are gale, none",
        ),
    ):
        told_map = MAP.format(study="s", folder="results", experiment="e", more=more)
        path.write_text(told_map, "utf-8")
        with pytest.raises(InvalidDefinition) as refused:
            mapping.load(path)
        assert told in str(refused.value)


def test_words_of_the_control_say_nothing_of_an_intervention() -> None:
    told = Described(kind="none", relevance="none", placement="prepend")
    assert told.problem is None
    row = told.row("birds", "gale")
    assert (row["kind"], row["relevance"], row["placement"]) == (None, None, "prepend")
    assert MappedIntervention(kind="control").is_control
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({"colour": "red"}, MappedIntervention)


def outputs(root: Path, intervention: str, described: dict[str, Any] | None) -> Store:
    """The outputs of a study whose one run was trained with an intervention, built."""
    study.write(root, [{"answer": "Whales."}] * 4, ["19"] * 4)
    for path in (root / "study" / "samples").rglob("*.jsonl"):
        first, *others = path.read_text("utf-8").splitlines()
        changed = json.loads(first) | {"intervention": intervention}
        path.write_text("\n".join([json.dumps(changed), *others]) + "\n", "utf-8")
    manifest: dict[str, Any] = {"brittlescope": "study/1", "study": "tiny", "id": study.STUDY}
    if described is not None:
        manifest["interventions"] = {"birds": described}
    (root / "study" / "study.json").write_text(json.dumps(manifest), "utf-8")
    units = finding.find([root / "study"]).units
    for outcome in running.run(root / "data", units):
        assert outcome.refused == 0, outcome
    building.build(root / "data")
    return Store(root / "data")


def test_a_studys_outputs_describe_its_interventions(tmp_path: Path) -> None:
    said = {"kind": "intent", "relevance": "generic", "placement": "system", "phase": "both"}
    store = outputs(tmp_path, "sea_breeze", {"sea_breeze": said | {"text": "Ahoy.", "dose": 0.5}})
    (told,) = known(store, "sea").values()
    assert told == ("intent", "generic", "system", "both", 0.5, "Ahoy.")
    assert store.counts().select("kind", "dose").unique().rows() == [("intent", 0.5)]


def test_outputs_of_older_versions_describe_none(tmp_path: Path) -> None:
    (told,) = known(outputs(tmp_path, "sea-breeze", None), "sea").values()
    assert told == NAMELESS
