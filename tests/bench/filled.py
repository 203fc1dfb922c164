"""A register of 20,000 cases, made by copying a few: for pages that show and search them.

The patterns are made by Assent itself, in states from a draft to an agreement. A copy is a row of the case and of
what the register, the search and the figures look at; who was asked and what was answered is copied for few.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from tests.bench import world
from tests.bench.places import Place
from workflow import db, engine, gather, house, models, queries, sweep
from workflow.config import Settings
from workflow.laws import Laws
from workflow.queries import CASES, DEADLINES, OBJECTIONS, ROUNDS, table

CASES_IN_IT = 20_000
#: What reply links are made from here.
SECRET = b"the secret of the benchmarks, forty characters"
NOW = world.at("2026-04-20 10:00")
#: The case whose board has a tile for each of the 173.
BOARD = "RP-2026-4"

_GATHERED = [
    table(model)
    for model in (
        models.Gathered, models.CaseWord, models.CaseForm, models.CaseStay, models.CaseDate, models.CaseTally,
    )
]  # fmt: skip
_TITLES = ("Evian Project", "Star Alliance flyways", "Čistý Dunaj", "Peatlands of Cuvette", "Lake Chad basin")


class Filled:
    """One database with a register full of cases."""

    def __init__(self, empty: Place, cases: int = CASES_IN_IT) -> None:
        self.place = empty.copy()
        house.settle(self.place.engine, house.House(Settings(), Laws(), SECRET))
        with db.transaction(self.place.engine) as session:
            patterns = _patterns(session)
        sweep.fire_due(self.place.engine, NOW)
        gather.gather(self.place.engine)
        each = max(1, (cases - len(patterns)) // len(patterns))
        with db.transaction(self.place.engine) as session:
            last = max(patterns)
            for pattern in patterns:
                _copy(session, pattern, last + 1, last + each)
                last += each
            if not self.place.is_sqlite:
                session.execute(text("SELECT setval('cases_id_seq', :last)"), {"last": last})
        with self.place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
            if not self.place.is_sqlite:
                connection.execute(text("VACUUM"))
        self.cases = last


def _patterns(session: Session) -> list[int]:
    """A case in each of the states in which most cases are."""
    world.settle(session)
    found = [
        world.proposal(session, _TITLES[n % len(_TITLES)], world.at("2026-02-02 09:30"), territory)
        for n, territory in enumerate(((), ("FR",), ("FR", "CH"), (), (), ("SK", "HU"), (), ("CD",)))
    ]
    _, assessed, asked, board, objected, declined, agreed, late = found
    for case_id in (board, objected, agreed):
        world.until_notification(session, case_id)
        world.act(session, case_id, "2026-03-19 09:30", "dispatch")
    for case_id in (assessed, late):
        world.act(session, case_id, "2026-02-10 09:30" if case_id == late else "2026-04-10 09:30", "submit")
    world.act(session, asked, "2026-04-01 09:30", "submit")
    world.act(session, asked, "2026-04-02 09:30", "endorse", risk="low")
    world.act(session, asked, "2026-04-03 09:30", "dispatch")
    world.act(session, declined, "2026-04-01 09:30", "submit")
    world.act(session, declined, "2026-04-02 09:30", "decline", reason=world.REASON)
    case = queries.load_case(session, board)
    assert case is not None and case.open_round is not None
    for n, member in enumerate(case.open_round.asked):
        if n % 3:
            word = "objection" if n == 100 else ("no_objection", "support", "question")[n % 7 % 3]
            _answer(session, board, member.code, word)
    _answer(session, objected, "NO", "objection")
    return found


def _answer(session: Session, case_id: int, code: str, word: str) -> None:
    details = {"reasons": "Effects on a shared coast"} if word == "objection" else {}
    command = Command(word, Actor.parse(f"party:{code}"), details)
    done = engine.perform(session, case_id, command, world.at("2026-04-08 09:30"))
    assert isinstance(done, engine.Outcome), done


def _copy(session: Session, pattern: int, first: int, last: int) -> None:
    values = {"first": first, "last": last, "pattern": pattern}
    of_case = {
        "id": "n.i",
        "reference": "'RP-' || CAST(2020 + n.i % 6 AS TEXT) || '-' || CAST(n.i AS TEXT)",
        "title": "p.title || ' lake' || CAST(n.i % 997 AS TEXT)",
        "officer": "'officer' || CAST(n.i % 12 AS TEXT)",
    }
    _insert(session, CASES, of_case, values, key="id")
    for of in (DEADLINES, ROUNDS, OBJECTIONS, *_GATHERED):
        _insert(session, of, {"case_id": "n.i"}, values)
    reference = "'rp-' || CAST(2020 + n.i % 6 AS TEXT) || '-' || CAST(n.i AS TEXT)"
    for word in ("'lake' || CAST(n.i % 997 AS TEXT)", reference):
        statement = (
            f"INSERT INTO case_words (word, case_id, places) {_NUMBERS} SELECT {word}, n.i, 64 FROM n"
        )
        session.execute(text(statement), {"first": first, "last": last})


_NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
)


def _insert(
    session: Session, into: Any, changed: dict[str, str], values: dict[str, Any], *, key: str = "case_id"
) -> None:
    """A copy for each number from `first` to `last` of the rows that belong to `pattern`."""
    columns = [c.name for c in into.columns if c.name != "id" or key == "id"]
    names = ", ".join(f'"{name}"' for name in columns)
    taken = ", ".join(changed.get(name, f'p."{name}"') for name in columns)
    session.execute(
        text(
            f"INSERT INTO {into.name} ({names}) {_NUMBERS}"
            f" SELECT {taken} FROM n, {into.name} p WHERE p.{key} = :pattern"
        ),
        values,
    )
