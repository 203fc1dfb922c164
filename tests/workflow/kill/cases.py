"""What processes do to whole cases while they are killed: begin them, act in them, sweep, deliver."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import Engine, select

from states.reasons import Refused
from tests import build
from tests.workflow import post
from tests.workflow.kill.worker import LEASE_S, is_anything_left, now_of
from workflow import db, engine, queries, record, sweep
from workflow.delivery import deliver
from workflow.queries import CASES, EVENTS

#: Moment, who, what, details: what is done in each case, by whichever process comes to it.
STEPS = {
    "draft": ("2024-01-08 10:00", "officer", "submit", {}),
    "preliminary_assessment": ("2024-01-31 15:00", "officer", "endorse", {"risk": "low"}),
    "party_consent": ("2024-02-01 09:30", "officer", "dispatch", {}),
}
#: When everything that was asked has lapsed.
SWEPT_AT = "2024-04-02 09:00"
END = "consent_withheld"
#: What must have happened in each case, once: the reminders came too late. A task may become overdue between.
EVENTS_OF_A_CASE = ["opened", "submit", "endorse", "dispatch", *["reminder_skipped"] * 3, "closed"]


def work_on_cases(url: str, port: int, closing: Path) -> None:
    """One process: as many cases as it can begin, each brought to its end by whoever is alive."""
    on = db.make_engine(url)
    settings = post.settings(port, connections=2, timeout_s=60)
    settings = settings.model_copy(update={"sweep": settings.sweep.model_copy(update={"lease_s": LEASE_S})})
    build.settle(on, settings)
    courier = post.courier(settings)
    while True:
        is_closing = closing.exists()
        if not is_closing:
            build.case(on, key=f"begin-{secrets.token_hex(8)}")
        for case_id, state in _unfinished(on):
            _act(on, case_id, state)
        sweep.fire_due(on, build.at(SWEPT_AT))
        deliver(on, courier, settings, now_of)
        if is_closing and not _unfinished(on) and not is_anything_left(on):
            return


def _unfinished(on: Engine) -> list[tuple[int, str]]:
    with db.reading(on) as session:
        rows = session.execute(select(CASES.c.id, CASES.c.state).where(CASES.c.state != END))
        return [(row.id, row.state) for row in rows]


def _act(on: Engine, case_id: int, state: str) -> None:
    when, by, action, details = STEPS[state]
    told = build.command(by, action, {**details, "key_": f"{case_id}-{action}"})
    with db.transaction(on) as session:
        # Refused: another process was faster, or the window is open and only time is wanted.
        assert isinstance(engine.perform(session, case_id, told, build.at(when)), engine.Outcome | Refused)


def broken(on: Engine) -> dict[str, list[str]]:
    """Everything that is not as it must be; an empty list under each name when all is well."""
    with db.reading(on) as session:
        ids = list(session.scalars(select(CASES.c.id)))
        happened: dict[int, list[str]] = {case_id: [] for case_id in ids}
        for case_id, kind in session.execute(
            select(EVENTS.c.case_id, EVENTS.c.kind).where(EVENTS.c.case_id > 0).order_by(EVENTS.c.seq)
        ):
            happened[case_id].append(kind)
        letters = {case_id: len(build.letters_to(session, case_id)) for case_id in ids}
        return {
            "chains": [str(each) for each in record.verify(session).breaks],
            "rebuilt": [each for case_id in ids for each in record.rebuild(session, case_id)],
            "transitions": [f"{i}: {kinds}" for i, kinds in happened.items() if not _once(kinds)],
            "letters": [f"{i}: {n}" for i, n in letters.items() if n != max(letters.values())],
            "references": sorted(set(queries.references(session)) ^ _without_a_gap(len(ids))),
        }


def _once(kinds: list[str]) -> bool:
    """Whether each step was taken once, and each of the two tasks became overdue once at most."""
    return [k for k in kinds if k != "overdue"] == EVENTS_OF_A_CASE and kinds.count("overdue") <= 2


def _without_a_gap(count: int) -> set[str]:
    return {f"RP-2024-{number}" for number in range(1, count + 1)}
