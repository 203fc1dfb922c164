"""From the rounds of a case: how many of each region hold which position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from states.facts import Case, Round
from states.positions import LATE, SILENT, UNREACHED, positions
from states.procedure import Ask, Procedure
from workflow import models
from workflow.queries import PARTIES, Stored, table

TALLIES = table(models.CaseTally)
#: Nothing said yet, and time left to say it.
WAITING = "waiting"

_FORGET = delete(TALLIES).where(TALLIES.c.case_id.in_(bindparam("ids", expanding=True)))
_REGIONS = select(PARTIES.c.register, PARTIES.c.code, PARTIES.c.region)


def keep(session: Session, stored: Mapping[int, Stored], laws: Mapping[int, Procedure | None]) -> None:
    """Write down anew the positions held in these cases."""
    connection = session.connection()
    connection.execute(_FORGET, {"ids": list(stored)})
    regions = {(row.register, row.code): row.region for row in connection.execute(_REGIONS)}
    rows: list[dict[str, Any]] = []
    for case_id, each in stored.items():
        law = laws[case_id]
        for round_ in each.case.rounds if law is not None else ():
            assert law is not None
            ask = law.states[round_.state].ask
            if ask is None:
                continue
            count = Counter(
                (regions.get((law.parties, party), ""), word) for party, word in held(round_, each.case, ask)
            )
            rows += [
                {"case_id": case_id, "round": round_.no, "region": region, "word": word, "members": members}
                for (region, word), members in sorted(count.items())
            ]
    if rows:
        connection.execute(insert(TALLIES), rows)


def held(round_: Round, case: Case, ask: Ask) -> Iterator[tuple[str, str]]:
    """Each one asked, by the Party that speaks for it, with the position it holds."""
    never = set(round_.unreached) if ask.confirm_unreached else set()
    for member, each in zip(round_.asked, positions(round_, case, ask), strict=True):
        if each.word:
            yield member.party, each.word
        elif each.late:
            yield member.party, LATE
        elif round_.is_open:
            yield member.party, WAITING
        else:
            yield member.party, UNREACHED if each.code in never else SILENT
