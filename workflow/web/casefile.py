"""What a case page tells of a case, ready for a template: its dates, checklists, objections and letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.facts import Case, Deadline, Objection
from states.procedure import Procedure
from workflow import explanations, i18n, models
from workflow.explanations import Explained
from workflow.letters.words import silence
from workflow.queries import World, table
from workflow.spoken import Signature, signatures
from workflow.timeline import Entry
from workflow.web.deeds import Deeds
from workflow.web.happened import Teller
from workflow.web.showing import say
from workflow.web.tiles import party_name

STAFF = table(models.Staff)


@dataclass(frozen=True, slots=True)
class Date:
    """A date that runs, how it came about, and what happens then."""

    name: str
    title: str
    last_day: date
    #: How it was calculated, line by line.
    lines: tuple[str, ...]
    #: What happens then, in sentences.
    then: tuple[str, ...]
    #: overdue, held, fired or armed.
    status: str
    #: When the clock acts on it.
    due_at: datetime
    is_window: bool


def dates_of(session: Session, law: Procedure, case_id: int, case: Case, language: str) -> list[Date]:
    """Every window, task and expiry that runs, the nearest first."""
    found = []
    for explained in explanations.explain_dates(session, case_id, law):
        running = case.deadline(explained.name)
        if running is not None:
            found.append(_date(law, case, running, explained, language))
    return found


def _date(law: Procedure, case: Case, running: Deadline, explained: Explained, language: str) -> Date:
    is_window = running.kind == "window"
    title = running.title or (say("The window closes", language) if is_window else running.name)
    return Date(
        name=running.name,
        title=i18n.retold(title, language),
        last_day=running.last_day,
        lines=tuple(i18n.explanation(line, language) for line in explained.lines),
        then=tuple(_then(law, case, running, language)),
        status=running.status,
        due_at=running.due_at,
        is_window=is_window,
    )


def _then(law: Procedure, case: Case, running: Deadline, language: str) -> Iterable[str]:
    if running.status == "held":
        left = i18n.days(running.remaining or 0, language)
        yield say("The case is on hold. When it is resumed, {days} are left.", language, days=left)
        return
    if running.kind == "window":
        round_ = next((r for r in case.rounds if r.no == running.round), None)
        ask = law.states[round_.state].ask if round_ is not None else None
        if running.status == "fired":
            yield say("The window has shut. An officer must confirm whom nothing has reached.", language)
        elif ask is not None:
            yield silence(ask, language)
            if ask.closes != "at deadline":
                yield say("It closes before that once everyone has given a final answer.", language)
        return
    if running.on_expiry:
        action = law.action(running.on_expiry, case.state)
        title = i18n.title(action.title if action is not None else running.on_expiry, language)
        yield say("Then, by itself: {action}.", language, action=title)
        return
    yield say("If it is not done by then, it becomes overdue. Nothing happens by itself.", language)


# ------------------------------------------------------------------------------------------- checklists


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be on file."""

    name: str
    words: str
    is_confirmed: bool
    #: By whom and when; "" and None: it came with the case.
    who: str = ""
    at: datetime | None = None
    evidence: str = ""
    #: Where whoever looks may confirm it, or "".
    address: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list of what must be on file before a step."""

    name: str
    title: str
    items: tuple[Item, ...]
    #: Whether an action of the present state asks for it.
    is_wanted: bool

    @property
    def confirmed(self) -> int:
        """How many items are confirmed."""
        return sum(item.is_confirmed for item in self.items)


def checklists_of(
    law: Procedure, case: Case, entries: Sequence[Entry], teller: Teller, deeds: Deeds, language: str
) -> list[Checklist]:
    """The checklists of the law file, with who confirmed what."""
    confirming = {
        action.name
        for same in law.actions.values()
        for action in same
        if action.does in ("confirm_item", "confirm_own_item", "close_accounts")
    }
    by = {str(entry.data["item"]): entry for entry in entries if entry.kind in confirming}
    own = {
        action.name for same in law.actions.values() for action in same if action.does == "confirm_own_item"
    }
    wanted = {action.checklist for action in law.actions_in(case.state) if action.checklist}
    # What ends a case is asked about when it is due: nobody closes the accounts of a proposal.
    closing = {a.name for same in law.actions.values() for a in same if a.does == "close_accounts"}
    met_with = {a.checklist for same in law.actions.values() for a in same if "conditions_are_met" in a.when}

    def item(name: str, words: str) -> Item:
        entry = by.get(name)
        address = deeds.confirms_own.get(name) or (
            deeds.confirms + name if deeds.confirms and name not in own else ""
        )
        return Item(
            name,
            i18n.title(words, language),
            name in case.items,
            teller.who(entry) if entry is not None else "",
            entry.at if entry is not None else None,
            str(entry.data.get("evidence", "")) if entry is not None else "",
            "" if name in case.items else address,
        )

    found = []
    for name, items in law.checklists.items():
        if items.keys() <= closing - by.keys() and name not in wanted:
            continue
        told = [item(key, words) for key, words in items.items()]
        if case.conditions and name in met_with:
            told.append(item("conditions", "the conditions made with consents and approval"))
        found.append(Checklist(name, i18n.word("checks", name, language), tuple(told), name in wanted))
    return found


# ------------------------------------------------------------------------------------------- objections


@dataclass(frozen=True, slots=True)
class Told:
    """An objection with its text."""

    objection: Objection
    party: str
    voice: str
    reasons: str
    signature: Signature
    channel: str
    #: In which language the reasons are, or "".
    language: str


def objections_of(
    session: Session, law: Procedure, case_id: int, case: Case, known: World, teller: Teller, language: str
) -> list[Told]:
    """Every objection, standing or not, the newest first."""
    if not case.objections:
        return []
    answers = {}
    for objection in case.objections:
        round_ = next(r for r in case.rounds if r.no == objection.round)
        ask = law.states[round_.state].ask
        for answer in round_.answers:
            same = (answer.voice, answer.received_at) == (objection.voice, objection.received_at)
            if ask is not None and same and answer.word in ask.against:
                answers[objection.no] = answer
    signed = signatures(session, case_id, answers.values())
    found = []
    for objection in case.objections:
        made = answers.get(objection.no)
        found.append(
            Told(
                objection,
                party_name(known, objection.party, language),
                teller.voice(objection.voice),
                (made.reasons or made.text) if made is not None else "",
                signed.get(made.no, Signature()) if made is not None else Signature(),
                i18n.word("channel", made.channel, language) if made is not None and made.channel else "",
                made.language if made is not None else "",
            )
        )
    return found[::-1]


# ---------------------------------------------------------------------------------------------- letters


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters of one kind in a case, and what became of them."""

    round: int
    purpose: str
    template: str
    #: Status -> how many; waiting and being sent are one to a reader.
    counts: Mapping[str, int]

    @property
    def all(self) -> int:
        """How many letters."""
        return sum(self.counts.values())


def batches_of(letters: Iterable[tuple[int, str, str, str, int, int]]) -> list[Batch]:
    """The letters of a case by what they are for, the newest question first."""
    found: dict[tuple[int, str, str], dict[str, int]] = {}
    for no, purpose, template, status, count, _ in letters:
        counts = found.setdefault((no, purpose, template), {})
        shown = "waiting" if status == "sending" else status
        counts[shown] = counts.get(shown, 0) + count
    order = ("request", "reminder", "receipt", "notice", "alert")
    ranked = sorted(found, key=lambda kind: (-kind[0], order.index(kind[1]) if kind[1] in order else 9, kind))
    return [Batch(*kind, found[kind]) for kind in ranked]


# ------------------------------------------------------------------------------------------ the road


@dataclass(frozen=True, slots=True)
class Step:
    """A state the case has been in, or is in."""

    state: str
    title: str
    entered_at: datetime


def road_of(law: Procedure, entries: Sequence[Entry], language: str) -> list[Step]:
    """The states the case has been in, in order; the last is the one it is in."""
    entered = [(law.start, entries[0].at)] if entries else []
    entered += [(entry.to, entry.at) for entry in entries if entry.to in law.states]
    return [Step(state, i18n.title(law.states[state].title, language), at) for state, at in entered]


def name_of(session: Session, staff: str) -> str:
    """What somebody of the Secretariat is called."""
    if not staff:
        return ""
    return session.scalar(select(STAFF.c.full_name).where(STAFF.c.name == staff)) or staff
