"""Processes killed at any moment lose no letter, and every second copy is marked.

A short run belongs to every run of the tests. A long one:

    KILLS=1000 .venv/bin/pytest -n 0 tests/workflow/kill
"""

import os
import shutil

import pytest

from tests import build
from tests.workflow.kill import cases, harness, worker
from workflow import db

KILLS = int(os.environ.get("KILLS", "20"))
#: Enough for the wrong ways to go wrong: about every second kill meets their weak moment.
KILLS_OF_A_CONTROL = 15
RUNS_OF_A_CONTROL = 6


@pytest.fixture
def sqlite_engine(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "assent.db")
    engine = db.make_engine(f"sqlite:///{tmp_path / 'assent.db'}")
    yield engine
    engine.dispose()


def test_killed_processes_lose_no_letter_and_every_second_copy_is_marked(database_url, engine):
    ran = harness.run(database_url, worker.work_rightly, kills=KILLS)

    assert len(ran.accepted) > KILLS
    assert {
        "lost": harness.lost(engine, ran.accepted),
        "unfinished": harness.unfinished(engine),
        "copies not marked": harness.unmarked_copies(engine, ran.accepted),
        "sent without cause": harness.without_cause(engine, ran.accepted),
        "cases without letters": harness.cases_without_letters(engine, worker.EACH),
    } == {
        "lost": [],
        "unfinished": [],
        "copies not marked": [],
        "sent without cause": [],
        "cases without letters": [],
    }


def test_killed_processes_lose_no_case_break_no_chain_and_take_no_step_twice(database_url, engine):
    build.world(engine)

    ran = harness.run(database_url, cases.work_on_cases, kills=KILLS)

    assert harness.lost(engine, ran.accepted) == []
    assert harness.unmarked_copies(engine, ran.accepted) == []
    assert {name: found for name, found in cases.broken(engine).items() if found} == {}


def noticed(url, work, found):
    """Whether the harness notices a wrong way; on a busy machine it may take more than one run."""
    for seed in range(1, RUNS_OF_A_CONTROL + 1):
        ran = harness.run(url, work, kills=KILLS_OF_A_CONTROL, seed=seed)
        if found(ran):
            return True
    return False


def test_the_harness_notices_letters_that_were_marked_before_they_were_sent(sqlite_engine):
    url = str(sqlite_engine.url)

    assert noticed(url, worker.work_marking_first, lambda ran: harness.lost(sqlite_engine, ran.accepted))


def test_the_harness_notices_letters_that_were_written_in_a_second_transaction(sqlite_engine):
    url = str(sqlite_engine.url)

    assert noticed(
        url,
        worker.work_with_two_transactions,
        lambda ran: harness.cases_without_letters(sqlite_engine, worker.EACH),
    )
