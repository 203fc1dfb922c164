"""Acts on exclusion lists: take one over, find partners whose names are alike, and decide on each.

Likeness is the machine's, the decision is a person's: a name that is alike stops nothing by itself, and
nothing is decided twice unless somebody decides anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.folding import fold
from workflow.queries import EXCLUSIONS, MATCHES, table
from workflow.record import append_register
from workflow.register.acts import begin
from workflow.register.likeness import ALIKE, likeness
from workflow.register.lines import (
    EXCLUSION,
    Line,
    Plan,
    RegisterRefused,
    differences,
    label,
    told_all,
)

NAMES = table(models.PartnerName)

_KEY = ("source", "name")
_DEFAULTS: Mapping[str, Any] = {"aliases": (), "until": None, "note": ""}


def compare_exclusions(session: Session, lines: Sequence[Line]) -> Plan:
    """What a list changes; entries of other lists are not missed.

    lines   with keys (source, name); a name is known without its accents and capitals
    """
    sources = {fold(line.key[0]) for line in lines}
    on_file = {(fold(row["source"]), row["folded"]): dict(row) for row in _on_file(session)}
    known = {key: row for key, row in on_file.items() if key[0] in sources}
    told = {(fold(line.key[0]), fold(line.key[1])): line.key for line in lines}
    told |= {key: (row["source"], row["name"]) for key, row in known.items()}
    folded = [Line((fold(line.key[0]), fold(line.key[1])), line.values, line.row) for line in lines]
    return differences(EXCLUSION, folded, known, lambda key: label(told[key]), _DEFAULTS)


def import_exclusions(session: Session, lines: Sequence[Line], *, actor: str, now: datetime) -> Plan:
    """Take over an exclusion list, then look for partners whose names are alike.

    One event for the list, none if nothing changes; one more for the pairs that were found.
    lines     with keys (source, name)
    """
    begin(session)
    plan = compare_exclusions(session, lines)
    if plan.is_empty:
        return plan
    names = {(fold(line.key[0]), fold(line.key[1])): line.key for line in lines}
    for change in plan.added:
        source, name = names[change.key]
        row = {"source": source, "name": name, "folded": change.key[1], **change.new}
        session.execute(insert(EXCLUSIONS).values(_plain(row)))
    for change in plan.changed:
        session.execute(update(EXCLUSIONS).where(EXCLUSIONS.c.id == change.id).values(_plain(change.new)))
    data = {"entries": told_all(plan, EXCLUSION, _KEY)}
    append_register(session, "exclusions_imported", data, actor=actor, now=now)
    look_for(session, actor=actor, now=now)
    return plan


def look_for(
    session: Session, *, partners: Iterable[int] | None = None, actor: str, now: datetime
) -> list[tuple[int, int]]:
    """Note every pair of a partner and an entry whose names are alike, where nobody has seen it yet.

    partners   only these; None: all
    Returns    the new pairs
    """
    seen = {(row.partner, row.exclusion) for row in session.execute(select(MATCHES))}
    wanted = select(NAMES.c.partner, NAMES.c.name).order_by(NAMES.c.id)
    if partners is not None:
        wanted = wanted.where(NAMES.c.partner.in_(list(partners)))
    best: dict[tuple[int, int], dict[str, Any]] = {}
    entries = _on_file(session)
    for partner, theirs in session.execute(wanted):
        for entry in entries:
            pair = (partner, entry["id"])
            for listed in (entry["name"], *entry["aliases"]) if pair not in seen else ():
                score = likeness(theirs, listed)
                if score >= max(ALIKE, best.get(pair, {}).get("score", 0) + 1):
                    best[pair] = {"score": score, "theirs": theirs, "listed": listed}
    if not best:
        return []
    rows = [
        {"partner": partner, "exclusion": entry, "found_at": now, "reason": "", **found}
        for (partner, entry), found in sorted(best.items())
    ]
    session.execute(insert(MATCHES), rows)
    told = [{name: row[name] for name in ("partner", "exclusion", "score")} for row in rows]
    append_register(session, "exclusion_found", {"pairs": told}, actor=actor, now=now)
    return sorted(best)


def decide_match(
    session: Session,
    partner: int,
    exclusion: int,
    *,
    is_match: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> bool:
    """Decide whether a partner is the one that an entry names; a later decision takes the place of this one.

    Returns   whether that changes anything
    Raises    RegisterRefused without a reason, or where no such pair was found
    """
    begin(session)
    pair = (MATCHES.c.partner == partner, MATCHES.c.exclusion == exclusion)
    row = session.execute(select(MATCHES).where(*pair)).one_or_none()
    if row is None:
        raise RegisterRefused(
            f"Partner {partner} and entry {exclusion} were not found to be alike. Look at the list of pairs."
        )
    if not reason.strip():
        raise RegisterRefused(
            f"Partner {partner}: there is no reason. Give it: the decision stops or frees its cases."
        )
    reason = " ".join(reason.split())
    if (row.is_match, row.reason) == (is_match, reason):
        return False
    values = {"is_match": is_match, "reason": reason, "decided_at": now}
    session.execute(update(MATCHES).where(*pair).values(values))
    data = {"partner": partner, "exclusion": exclusion, "is_match": is_match, "reason": reason}
    append_register(session, "exclusion_decided", data, actor=actor, now=now)
    return True


def _on_file(session: Session) -> list[Mapping[str, Any]]:
    rows = session.execute(select(EXCLUSIONS).order_by(EXCLUSIONS.c.id)).mappings()
    # A list of names is compared with what a spreadsheet says, which is a tuple.
    return [{**row, "aliases": tuple(row["aliases"])} for row in rows]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: list(value) if isinstance(value, tuple) else value for column, value in row.items()}
