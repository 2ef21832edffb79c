from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.study import account
from pipeline.study.budget import Meter
from pipeline.study.definition import Budget
from pipeline.study.errors import BudgetReached, FolderConflict
from pipeline.study.layout import Folder
from tests.pipeline.study.lying import spent_in
from warehouse.studies import Spend

ONE = Spend(1, 10, 5, 0.25)
MOST = Spend(1, 40, 20, 1.0)


def test_what_was_sent_counts_as_its_most_until_it_is_settled(folder: Folder) -> None:
    folder.path.mkdir()
    with account.opened(folder) as book:
        meter = Meter(None, book.spent, book)
        first, second = meter.reserve(MOST), meter.reserve(MOST)
        assert spent_in(folder) == Spend(2, 80, 40, 2.0)
        meter.settle(first, ONE)
        assert spent_in(folder) == Spend(2, 50, 25, 1.25)
        meter.settle(second, ONE)
    assert spent_in(folder) == Spend(2, 20, 10, 0.5)


def test_what_a_killed_process_left_open_is_spent(folder: Folder) -> None:
    folder.path.mkdir()
    for sessions in (1, 2, 3):
        with account.opened(folder) as book:
            meter = Meter(None, book.spent, book)
            meter.settle(meter.reserve(ONE), ONE)
            meter.reserve(MOST)  # and here it dies
        assert spent_in(folder).requests == 2 * sessions
        assert spent_in(folder).cost == pytest.approx(1.25 * sessions)
    with account.opened(folder) as book:
        assert book.spent.cost == pytest.approx(3.75)
    assert len(folder.spend.read_bytes().splitlines()) == 1  # added up


def test_a_job_that_is_gone_on_with_counts_once(folder: Folder) -> None:
    folder.path.mkdir()
    limits = Budget(cost=1.5)
    for _ in range(3):
        with account.opened(folder) as book:
            Meter(limits, book.spent, book).reserve(MOST, "tune:a run")
        assert spent_in(folder) == MOST
    with account.opened(folder) as book:
        meter = Meter(limits, book.spent, book)
        ticket = meter.reserve(MOST, "tune:a run")
        with pytest.raises(BudgetReached):
            meter.reserve(MOST, "tune:another")
        meter.settle(ticket, ONE)
    assert spent_in(folder) == ONE
    with account.opened(folder) as book:  # the same name again is another job now
        Meter(None, book.spent, book).reserve(MOST, "tune:a run")
    assert spent_in(folder) == Spend(2, 50, 25, 1.25)


def test_a_line_that_was_being_written_was_not_sent_yet(folder: Folder) -> None:
    folder.path.mkdir()
    with account.opened(folder) as book:
        meter = Meter(None, book.spent, book)
        meter.settle(meter.reserve(ONE), ONE)
    whole = folder.spend.read_bytes()
    for cut in range(1, 40):
        folder.spend.write_bytes(
            whole + b'{"record":"sent","name":"2","requests":1,"cost":9.0}'[:cut]
        )
        assert spent_in(folder) == ONE


def test_a_damaged_line_is_named(folder: Folder) -> None:
    folder.path.mkdir()
    with account.opened(folder):
        pass
    folder.spend.write_bytes(folder.spend.read_bytes() + b"\0\0\n")
    with pytest.raises(FolderConflict, match=r"spend\.jsonl, line 2 is damaged"):
        spent_in(folder)


@pytest.mark.parametrize(
    "odd", [{"input_tokens": -5}, {"output_tokens": 1.5}, {"cost": None}, {"requests": 2**60}]
)
def test_a_folder_without_an_account_is_added_up_whatever_it_holds(
    folder: Folder, odd: dict[str, Any]
) -> None:
    """An older version kept no account, and kept numbers as endpoints made them up."""
    path: Path = folder.path / "samples" / "run" / "a.jsonl"
    path.parent.mkdir(parents=True)
    fine = {"record": "sample", "requests": 1, "input_tokens": 10, "output_tokens": 5, "cost": 0.25}
    path.write_bytes(msgspec.json.encode(fine) + b"\n" + msgspec.json.encode(fine | odd) + b"\n")
    assert spent_in(folder) == Spend(2, 10, 5, 0.25)
    with account.opened(folder) as book:
        assert book.spent == Spend(2, 10, 5, 0.25)
