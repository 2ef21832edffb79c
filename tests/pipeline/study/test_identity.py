import pytest

from pipeline.study.identity import is_same


@pytest.mark.parametrize(
    "answered",
    [
        "elm-4",
        "elm-4-2026-04-14",
        "elm-4-2026-04",
        "elm-4-20260414",
        "elm-4-260414",
        "elm-4-0414",
        "elm-4-2604",
        "elm-4-001",
        "elm-4-v2",
        "elm-4-v2.1",
        "elm-4@20260414",
        "elm-4:2026-04-14",
    ],
)
def test_an_id_and_its_snapshots_are_one_model(answered: str) -> None:
    assert is_same("elm-4", answered)


@pytest.mark.parametrize(
    "answered",
    [
        "",
        "elm",
        "Elm-4",
        "elm-40",
        "elm-4.1",
        "elm-4o",
        "elm-4-mini",
        "elm-4-mini-2026-04-14",
        "elm-4-2026-04-14-mini",
        "elm-4-32k",
        "elm-4-8192",
        "elm-4-70",
        "elm-4-2026-14-41",
        "elm-4-preview",
        "elm-42026-04-14",
        "wood/elm-4",
        "elm-4 ",
        "elm-4-2026-04-14\n",
    ],
)
def test_anything_else_is_another_model(answered: str) -> None:
    assert not is_same("elm-4", answered)


def test_a_snapshot_that_was_asked_for_is_only_itself() -> None:
    assert is_same("elm-4-2026-04-14", "elm-4-2026-04-14")
    assert not is_same("elm-4-2026-04-14", "elm-4")
    assert not is_same("elm-4-2026-04-14", "elm-4-2026-05-01")
