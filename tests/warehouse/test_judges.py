"""What judges are called: a hash only where a name is not enough, and never two alike."""

import polars as pl
import pytest

from warehouse import judges

Judge = tuple[str, str | None]
OURS, OTHER, NEAR = ("rules", "e4ea3c7eae62"), ("rules", "91b2f00d7c11"), ("rules", "e4ea3cffffff")


def called(*found: Judge) -> dict[str, str]:
    rows = [
        {
            "judge": name if version is None else f"{name} · {version}",
            "name": name,
            "prompt_version": version,
        }
        for name, version in found
    ]
    schema = {name: pl.String() for name in ("judge", "name", "prompt_version")}
    return judges.called(pl.DataFrame(rows, schema=schema))


@pytest.mark.parametrize(
    ("found", "labels"),
    [
        ([], []),
        ([OURS], ["rules"]),
        ([OURS, ("gpt-4o", None), ("owl", "1")], ["gpt-4o", "owl", "rules"]),
        ([OURS, OTHER], ["rules · 91b2f0", "rules · e4ea3c"]),
        ([OURS, OTHER, ("owl", "1")], ["owl", "rules · 91b2f0", "rules · e4ea3c"]),
        ([OURS, ("rules", None)], ["rules", "rules · e4ea3c"]),
        ([OURS, NEAR], ["rules · e4ea3c7eae62", "rules · e4ea3cffffff"]),
        (
            [OURS, NEAR, OTHER],
            ["rules · 91b2f0", "rules · e4ea3c7eae62", "rules · e4ea3cffffff"],
        ),
        (
            [OURS, OTHER, ("rules · e4ea3c", None)],
            ["rules · 91b2f0", "rules · e4ea3c", "rules · e4ea3c7eae62"],
        ),
        ([("unrecorded", None)], ["not recorded"]),
        ([("unrecorded", None), ("not recorded", None)], ["not recorded", "unrecorded"]),
    ],
)
def test_a_prompt_is_named_where_two_judges_share_a_name(
    found: list[Judge], labels: list[str]
) -> None:
    assert sorted(called(*found).values()) == labels


def test_a_judge_is_meant_by_its_value_or_by_what_it_is_called() -> None:
    alone = called(OURS)
    assert judges.meant(["rules"], alone) == judges.meant([*alone], alone) == (*alone,)
    both = called(OURS, OTHER)
    assert judges.meant(["rules · 91b2f0"], both) == ("rules · 91b2f00d7c11",)
    assert judges.meant(["rules", "nobody"], both) == ("rules", "nobody")  # which, nobody can say
