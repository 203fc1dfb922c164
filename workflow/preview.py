"""What an action would do, said before anybody confirms it; nothing is written.

The command is decided as `engine.perform` would decide it now, and its letters are written as they would
leave, but for their numbers: those are taken only when it is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from states.commands import Command, Event, Post, Step
from states.facts import Case, Deadline, Facts
from states.machine import decide
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused, reason
from states.zones import zone_of
from workflow import models
from workflow.queries import table
from workflow.work import Work

CONTACTS = table(models.Contact)

#: Dates that people wait for; the others are the clock's own business.
_SHOWN = ("window", "own_window", "task", "expiry")


@dataclass(frozen=True, slots=True)
class DateChange:
    """A date that starts, moves, stops or ends."""

    #: What it is, in the law file's words; "" for a window.
    title: str
    #: window, own_window, task or expiry.
    kind: str
    #: The member it is for, or "".
    about: str
    #: starts, starts anew, moves, stops, runs again, ends.
    how: str
    #: The last day before and after; None: it did not run, or runs no more.
    old: date | None
    new: date | None
    #: Until when answers count, for a window (UTC).
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to know before letters leave."""

    #: nobody (no usable address), came_back (written to all the same), not_used (came back, others are used),
    #: shared (one address for several), withheld (a trial run may not write to it).
    kind: str
    #: Code of the Party, or the audience ("partner", "officers").
    who: str
    email: str = ""
    #: The mail server's words, or the other Parties.
    why: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mailing:
    """One post with its letters."""

    post: Post
    #: Rows of models.Letter, in their order.
    letters: tuple[Mapping[str, Any], ...]

    def samples(self) -> list[Mapping[str, Any]]:
        """The first letter in each language, in the order of the languages."""
        first: dict[str, Mapping[str, Any]] = {}
        for letter in self.letters:
            first.setdefault(letter["language"], letter)
        return [first[language] for language in sorted(first, key=("en", "fr", "es").index)]


@dataclass(frozen=True, slots=True)
class Preview:
    """What one command would bring about."""

    law: Procedure
    before: Case
    after: Case
    events: tuple[Event, ...]
    dates: tuple[DateChange, ...]
    #: When reminders will go out that would not go out without it (UTC).
    reminders: tuple[datetime, ...]
    mailings: tuple[Mailing, ...]
    warnings: tuple[Warned, ...]

    @property
    def letters(self) -> list[Mapping[str, Any]]:
        """All letters."""
        return [letter for mailing in self.mailings for letter in mailing.letters]

    @property
    def parties(self) -> list[str]:
        """Codes of the Parties written to."""
        return sorted({letter["party"] for letter in self.letters} - {""})

    @property
    def addresses(self) -> int:
        """How many addresses are written to."""
        return len({letter["email"].casefold() for letter in self.letters})

    @property
    def others(self) -> int:
        """How many addresses are of nobody who writes for a Party."""
        return len({each["email"].casefold() for each in self.letters if not each["party"]})


def preview(session: Session, case_id: int, command: Command, now: datetime) -> Preview | Refused:
    """What `engine.perform` would do with this command now, or why it would not.

    session   only read from; that others have moved the case since is not looked at
    """
    work = Work(session, now, lock=False)
    work.take({case_id})
    if case_id not in work.stored:
        return Refused((reason("no_such_case", case=case_id),))
    law, facts = work.law(case_id), work.facts(case_id, command)
    step = decide(law, facts, command)
    if isinstance(step, Refused):
        return step
    mailings = tuple(Mailing(post, tuple(work.letters(case_id, step.case, post))) for post in step.posts)
    allowed = work.settings.installation.dry_run_allow
    return Preview(
        law=law,
        before=facts.case,
        after=step.case,
        events=step.events,
        dates=tuple(_dates(facts.case.deadlines, step.case.deadlines)),
        reminders=tuple(_reminders(facts.case.deadlines, step.case.deadlines)),
        mailings=tuple(mailing for mailing in mailings if mailing.letters),
        warnings=tuple(_warnings(session, law, facts, step, mailings, allowed)),
    )


# ----------------------------------------------------------------------------------------- dates


def _dates(before: Sequence[Deadline], after: Sequence[Deadline]) -> Iterator[DateChange]:
    old, new = ({d.name: d for d in those if d.kind in _SHOWN} for those in (before, after))
    for name in dict.fromkeys((*new, *old)):
        was, will_be = old.get(name), new.get(name)
        how = _how(was, will_be)
        either = will_be or was
        if how and either is not None:
            yield DateChange(
                either.title,
                either.kind,
                either.about,
                how,
                was.last_day if was else None,
                will_be.last_day if will_be and will_be.status != "held" else None,
                will_be.due_at if will_be and will_be.kind.endswith("window") else None,
            )


def _how(was: Deadline | None, will_be: Deadline | None) -> str:
    if was is None or will_be is None:
        return "starts" if was is None else "ends"
    if (was.status == "held") != (will_be.status == "held"):
        return "stops" if will_be.status == "held" else "runs again"
    if will_be.status == "held":
        return ""
    if was.anchor != will_be.anchor:
        return "starts anew"
    return "moves" if (was.last_day, was.due_at) != (will_be.last_day, will_be.due_at) else ""


def _reminders(before: Iterable[Deadline], after: Iterable[Deadline]) -> list[datetime]:
    """The reminders that are new, or go out at another moment."""
    old, new = ({d.due_at for d in those if _is_armed_reminder(d)} for those in (before, after))
    return sorted(new - old)


def _is_armed_reminder(deadline: Deadline) -> bool:
    return deadline.kind == "reminder" and deadline.status == "armed"


# -------------------------------------------------------------------------------------- warnings


def _warnings(
    session: Session,
    law: Procedure,
    facts: Facts,
    step: Step,
    mailings: Sequence[Mailing],
    allowed: Sequence[str],
) -> Iterator[Warned]:
    letters = [letter for mailing in mailings for letter in mailing.letters]
    reached = {letter["party"] for letter in letters}
    missing: dict[str, None] = {}
    for mailing in mailings:
        for who in _meant(law, facts, step.case, mailing.post):
            is_named = len(who) == 2 or who in facts.parties
            if (is_named and who not in reached) or (not is_named and not mailing.letters):
                missing[who] = None
    yield from (Warned("nobody", who) for who in missing)
    yield from _came_back(session, law, facts, letters)
    yield from _shared(letters)
    if allowed:
        patterns = [pattern.lower() for pattern in allowed]
        for email in sorted({letter["email"] for letter in letters}):
            if not any(fnmatchcase(email.lower(), pattern) for pattern in patterns):
                yield Warned("withheld", "", email)


def _meant(law: Procedure, facts: Facts, after: Case, post: Post) -> list[str]:
    """Codes of the Parties that a post is meant for, or the name of its audience where that is no Party."""
    day = local_day(facts.now, zone_of(law.timezone))
    if post.members == ():
        return []
    if post.audience in ("asked", "voice"):
        round_ = next((r for r in after.rounds if r.no == post.round), None) or after.round
        asked = round_.asked if round_ is not None else ()
        return [a.party for a in asked if post.members is None or a.code in post.members]
    if post.audience == "all_parties":
        return facts.parties_on(day)
    if post.audience in ("territory_parties", "parties_concerned"):
        return list(after.territory)
    body = law.bodies.get(post.audience)
    if body is not None and body.quorum_share is None:
        return [seat.member for seat in facts.seats_on(post.audience, day)]
    if body is not None:
        return facts.parties_on(day)
    return [post.audience] if post.audience in ("partner", "officers") else []


def _came_back(
    session: Session, law: Procedure, facts: Facts, letters: Iterable[Mapping[str, Any]]
) -> Iterator[Warned]:
    """Addresses of those written to from which letters have come back."""
    used = {letter["contact_id"] for letter in letters}
    parties = {letter["party"] for letter in letters}
    day = local_day(facts.now, zone_of(law.timezone))
    failed = session.execute(
        select(CONTACTS)
        .where(CONTACTS.c.register == law.parties, CONTACTS.c.failed_at.is_not(None))
        .where(or_(CONTACTS.c.starts.is_(None), CONTACTS.c.starts <= day))
        .where(or_(CONTACTS.c.ends.is_(None), CONTACTS.c.ends >= day))
        .order_by(CONTACTS.c.party, CONTACTS.c.id)
    )
    for row in failed:
        if row.party in parties:
            kind = "came_back" if row.id in used else "not_used"
            yield Warned(kind, row.party, row.email, row.failed_why, row.failed_at)


def _shared(letters: Iterable[Mapping[str, Any]]) -> Iterator[Warned]:
    """Addresses that get the same letter for several Parties, or several seats."""
    for_whom: dict[tuple[str, str], Counter[str]] = {}
    for letter in letters:
        key = (letter["email"].casefold(), letter["template"])
        for_whom.setdefault(key, Counter())[letter["party"] or letter["member"]] += 1
    for (email, _), whom in for_whom.items():
        if whom.total() > 1:
            first, *rest = sorted(whom)
            yield Warned("shared", first, email, ", ".join(rest))
