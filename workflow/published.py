"""What the public may know of the cases that were released: all that public pages and feeds are given.

Records of their own, filled field by field, and not the case: what is not named here cannot slip into a page.
No text of a case comes along but those written for the public and reviewed: no person, no document, no
reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from states import openness
from states.dossier import PublicText
from states.facts import Case, Round
from states.periods import local_day
from states.positions import LATE, SILENT, UNREACHED, positions
from states.procedure import Ask, Procedure
from states.zones import zone_of
from workflow import folding, house, queries
from workflow.contributions import Contributed, contributed
from workflow.queries import CASES, Stored


@dataclass(frozen=True, slots=True)
class Text:
    """What was written for the public in one language, and reviewed."""

    language: str
    title: str
    proposed_by: str
    proposal: str
    #: Contributions and matching funds, or "".
    funds: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question that was put, and after its close what the law file lets the public know of it."""

    #: Number of the round.
    no: int
    #: State that asks.
    state: str
    asked_on: date
    reply_by: date
    #: How many were asked.
    asked: int
    #: Day on which it was closed; None: answers are awaited.
    closed_on: date | None = None
    #: carried, defeated, lapsed ...; "" while it is open.
    outcome: str = ""
    #: Answer, or silent, late, unreached -> how many; empty while it is open, or where nothing is published.
    counts: Mapping[str, int] | None = None
    #: The same -> codes of the Parties; None where it is not published who answered what.
    positions: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a body decided at a meeting."""

    body: str
    meeting: str
    #: for, against or deferred.
    result: str
    on: date


@dataclass(frozen=True, slots=True)
class Published:
    """One case, as far as the public may know it."""

    reference: str
    law: Procedure
    #: The state it is in, and since which day.
    state: str
    since: date
    released_at: datetime
    #: When something of this has changed last (UTC).
    changed_at: datetime
    #: Language -> text; that of the language that counts is always there.
    texts: Mapping[str, Text]
    #: Parties in whose territory it takes place, by code.
    territory: tuple[str, ...]
    questions: tuple[Question, ...]
    decisions: tuple[Decided, ...]
    #: The meeting it waits for, its first and its last day; None: it waits for none that is known.
    meeting: tuple[str, date, date] | None
    #: What was contributed, year by year; nothing that is held, and no name.
    contributed: Contributed

    def text(self, language: str) -> Text:
        """The text in a language, else the one that counts."""
        return self.texts.get(language) or self.texts[openness.authentic(self.law)]

    @property
    def next_day(self) -> date | None:
        """The day by which answers are awaited, or on which the meeting begins."""
        waits = [q.reply_by for q in self.questions if q.closed_on is None]
        if waits:
            return waits[-1]
        return self.meeting[1] if self.meeting is not None else None


def released(session: Session, query: str = "") -> list[Published]:
    """The cases that stand in the public register, what has changed last first.

    query   words that are looked for in what the public may read, and nowhere else
    """
    wanted = select(CASES.c.id).where(CASES.c.released_at.is_not(None))
    found = _published(session, session.scalars(wanted).all())
    asked = folding.asked(query)
    if asked:
        found = [each for each in found if _holds(each, asked)]
    return sorted(found, key=lambda each: (each.changed_at, each.reference), reverse=True)


def one(session: Session, reference: str) -> Published | None:
    """A case of the public register; None where there is none, whether or not there is such a case."""
    wanted = select(CASES.c.id).where(CASES.c.reference == reference, CASES.c.released_at.is_not(None))
    return next(iter(_published(session, session.scalars(wanted).all())), None)


def _holds(each: Published, asked: Iterable[str]) -> bool:
    texts = [part for text in each.texts.values() for part in (text.title, text.proposed_by, text.proposal)]
    known = folding.words(each.reference, *texts)
    return all(any(_reaches(word, other) for other in known) for word in asked)


def _reaches(word: str, other: str) -> bool:
    first, end = folding.reach(word)
    return first <= other < end


def _published(session: Session, ids: Iterable[int]) -> list[Published]:
    stored = queries.load_cases(session, list(ids))
    money = contributed(session, list(stored))
    found = []
    for case_id, each in stored.items():
        law = house.of(session).laws.of_case(each.procedure, each.edition, each.law_digest)
        if openness.authentic(law) in openness.readable(each.case):
            found.append(_case(session, law, each, money.get(case_id, Contributed())))
    return found


def _case(session: Session, law: Procedure, stored: Stored, money: Contributed) -> Published:
    case, zone = stored.case, zone_of(law.timezone)
    assert case.released_at is not None
    texts = openness.readable(case)
    changed = [case.released_at, case.since, *(t.reviewed_at for t in texts.values() if t.reviewed_at)]
    changed += [money.changed_at] if money.changed_at is not None else []
    for round_ in case.rounds:
        changed += [round_.opened_at, *([round_.closed_at] if round_.closed_at is not None else [])]
    meetings = queries.world(session, law.parties).meetings
    return Published(
        reference=case.reference,
        law=law,
        state=case.state,
        since=local_day(case.since, zone),
        released_at=case.released_at,
        changed_at=max(changed),
        texts={language: _text(text) for language, text in texts.items()},
        territory=case.territory,
        questions=tuple(_question(law, case, each) for each in case.rounds),
        decisions=tuple(Decided(d.body, d.meeting, d.result, d.on) for d in case.decisions),
        meeting=next(((m.ordinal, m.starts, m.ends) for m in meetings if m.ordinal == case.target), None),
        contributed=money,
    )


def _text(text: PublicText) -> Text:
    return Text(text.language, text.title, text.proposed_by, text.proposal, text.funds)


def _question(law: Procedure, case: Case, round_: Round) -> Question:
    zone, ask = zone_of(law.timezone), law.states[round_.state].ask
    put = Question(
        no=round_.no,
        state=round_.state,
        asked_on=local_day(round_.opened_at, zone),
        reply_by=round_.reply_by,
        asked=len(round_.asked),
    )
    if round_.closed_at is None or ask is None:
        # Who has answered what is nobody's business outside while others may still answer.
        return put
    counts, who = _answers(case, round_, ask)
    return Question(
        no=put.no,
        state=put.state,
        asked_on=put.asked_on,
        reply_by=put.reply_by,
        asked=put.asked,
        closed_on=local_day(round_.closed_at, zone),
        outcome=round_.outcome,
        counts=counts if ask.publishes in ("counts", "positions") else None,
        positions=who if ask.publishes == "positions" else None,
    )


def _answers(case: Case, round_: Round, ask: Ask) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """Answer -> how many, and -> which Parties; in the order of the law file, only what somebody holds."""
    party = {member.code: member.party for member in round_.asked}
    held: dict[str, list[str]] = {}
    for each in positions(round_, case, ask):
        silence = UNREACHED if each.code in round_.unreached else SILENT
        held.setdefault(each.word or (LATE if each.late else silence), []).append(party[each.code])
    order = [word for word in (*ask.answers, SILENT, LATE, UNREACHED) if word in held]
    counts = Counter({word: len(held[word]) for word in order})
    return dict(counts), {word: tuple(sorted(held[word])) for word in order}
