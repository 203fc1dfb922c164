"""Walk every chain from its first event to its last and name the first broken one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain as joined
from itertools import groupby
from typing import Any

from sqlalchemy import Row, String, Text, literal, null, select, type_coerce, union_all
from sqlalchemy.orm import Session

from states.effects import plain
from workflow.queries import CASES, EVENTS, REGISTER_HEAD
from workflow.record.events import HAND, REGISTER, REGISTER_ID
from workflow.record.personal import ERASED, PERSONAL
from workflow.record.verifier import Chain, Head, personal_ref, read_heads

#: Rows held in memory at a time, and references looked up at a time.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Break:
    """A place at which the record is not what it was."""

    #: The case's reference, or "register".
    chain: str
    #: The first broken event; for a missing one, the number it had.
    seq: int
    #: What is wrong with it, in words.
    what: str

    def __str__(self) -> str:
        return f"{self.chain}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of walking the whole record."""

    #: How many chains were walked, the register's included, and how many events.
    chains: int
    events: int
    #: For each chain the first broken event, and the first that differs from an exported head.
    breaks: tuple[Break, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was changed and nothing is missing."""
        return not self.breaks


def verify(session: Session, heads: Iterable[str] = ()) -> Verification:
    """Walk the record as it stands at this moment; memory does not grow with it.

    heads    lines as `heads` wrote them, in any order and number: they also show a cut-off end, and a chain
             that was written anew from some event on
    Raises   BadHead
    """
    exported = _by_chain(read_heads(heads))
    personal = _Personal(session)
    breaks: list[Break] = []
    chains = events = 0
    for case_id, entries in groupby(_entries(session), lambda entry: entry.case_id):
        first = next(entries)
        name = _name(first)
        walked = Chain(name, exported.pop(name, ()))
        if first.is_event:
            walked.broken = (
                first.seq,
                f"event {first.seq} belongs to nothing: {_owner(case_id)} is not there",
            )
            entries = joined([first], entries)
        for event in entries:
            events += 1
            told = {"at": plain(event.at), "kind": event.kind, "actor": event.actor}
            walked.add(event.seq, event.prev, event.hash, event.body, **told)
            personal.see(name, event)
        walked.end(first.stands_at, first.hash, _owner(case_id))
        chains += 1
        breaks += [Break(name, *found) for found in (walked.broken, walked.differs) if found]
    for name, lost in exported.items():
        last = max(lost, key=lambda head: head.seq)
        what = f"the whole chain is missing: it was exported as {last.seq} events on {last.at}"
        breaks.append(Break(name, 1, what))
    return Verification(chains, events, (*breaks, *personal.breaks()))


def _entries(session: Session) -> Iterator[Row[Any]]:
    """Every chain in turn: where it is said to stand, then its events.

    One statement, so that it shows one moment: a case that moves meanwhile must not look like a broken one.
    """
    head = [literal("").label(name) for name in ("kind", "actor", "body", "prev")]
    cases: Any = select(
        CASES.c.id, literal(0), literal(0), CASES.c.since, *head, CASES.c.head, CASES.c.seq, CASES.c.reference
    )
    register: Any = select(
        literal(REGISTER_ID), literal(0), literal(0), null(), *head, REGISTER_HEAD.c.head,
        REGISTER_HEAD.c.seq, literal(REGISTER),
    ).where(REGISTER_HEAD.c.id == REGISTER_ID, REGISTER_HEAD.c.seq > 0)  # fmt: skip
    # The moment as the database gives it: one that was made unreadable must be named like any other change.
    at = type_coerce(EVENTS.c.at, String).label("at")
    events: Any = select(
        EVENTS.c.case_id, EVENTS.c.seq, literal(1).label("is_event"), at, EVENTS.c.kind, EVENTS.c.actor,
        EVENTS.c.body, EVENTS.c.prev, EVENTS.c.hash, literal(0).label("stands_at"),
        literal("").label("reference"),
    )  # fmt: skip
    everything = union_all(events, cases, register).order_by("case_id", "is_event", "seq")
    yield from session.execute(everything, execution_options={"yield_per": BATCH})


def _name(first: Row[Any]) -> str:
    """What the chain is called; that of a case that is gone, by what its first event says."""
    if not first.is_event:
        return str(first.reference)
    try:
        return str(json.loads(first.body)["chain"])
    except (ValueError, KeyError, TypeError):
        return f"case {first.case_id}"


def _owner(case_id: int) -> str:
    return f"the row of case {case_id}" if case_id != REGISTER_ID else "the head of the register"


def _by_chain(heads: Iterable[Head]) -> dict[str, list[Head]]:
    """The heads of each chain; the same head exported day after day counts once."""
    first: dict[tuple[str, int, str], Head] = {}
    for head in heads:
        first.setdefault((head.chain, head.seq, head.hash), head)
    found: dict[str, list[Head]] = defaultdict(list)
    for head in first.values():
        found[head.chain].append(head)
    return found


class _Personal:
    """Whether the personal data that events refer to are what they were; looked up some at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._awaited: dict[str, tuple[str, int]] = {}
        self._erased: set[str] = set()
        self._register_seq = 0
        self._breaks: list[Break] = []
        #: What is named once need not be named again where another event refers to it.
        self._named: set[str] = set()

    def see(self, chain: str, event: Row[Any]) -> None:
        """Note whom this event refers to, or whose data it says were erased."""
        if event.case_id == REGISTER_ID:
            self._register_seq = event.seq
            if event.kind == ERASED:
                self._note_erasure(event.body)
        # Most events refer to nobody, and counting is cheaper than reading. Quotation marks inside a text are
        # escaped, so neither count can be of something that somebody wrote.
        named = event.body.count('"person":"') != event.body.count('"person":""')
        if named or (event.case_id == REGISTER_ID and f'"{HAND}":"' in event.body):
            said = _read(event.body)
            data = said.get("data")
            for ref in (said.get("person"), data.get(HAND) if isinstance(data, dict) else None):
                if ref:
                    self._awaited.setdefault(str(ref), (chain, event.seq))
        if len(self._awaited) >= BATCH:
            self._look_up()

    def breaks(self) -> list[Break]:
        """What is wrong with any of them."""
        self._look_up()
        return self._breaks

    def _look_up(self) -> None:
        awaited, self._awaited = self._awaited, {}
        if not awaited:
            return
        text = type_coerce(PERSONAL.c.content, Text).label("text")
        wanted = select(PERSONAL.c.ref, PERSONAL.c.salt, text).where(PERSONAL.c.ref.in_(awaited))
        kept = {row.ref: row for row in self._session.execute(wanted)}
        self._read_newer_erasures()
        for ref, (chain, seq) in awaited.items():
            what = self._fault(kept.get(ref), ref)
            if what and ref not in self._named:
                self._named.add(ref)
                self._breaks.append(Break(chain, seq, f"event {seq} refers to personal data that {what}"))

    def _fault(self, row: Row[Any] | None, ref: str) -> str:
        if row is None:
            return "are not there: their row was removed"
        if row.text is None:
            return "" if ref in self._erased else "are empty, although no event says that they were erased"
        return "" if personal_ref(row.salt, row.text) == ref else "were changed"

    def _read_newer_erasures(self) -> None:
        """Data may have been erased since the walk began: that was recorded after the events it sees."""
        newer = select(EVENTS.c.seq, EVENTS.c.body).where(
            EVENTS.c.case_id == REGISTER_ID, EVENTS.c.seq > self._register_seq, EVENTS.c.kind == ERASED
        )
        for event in self._session.execute(newer):
            self._register_seq = max(self._register_seq, event.seq)
            self._note_erasure(event.body)

    def _note_erasure(self, body: str) -> None:
        data = _read(body).get("data")
        if isinstance(data, dict):
            self._erased.add(str(data.get("ref")))


def _read(body: str) -> dict[str, Any]:
    """What an event says; nothing if it cannot be read, which the chain tells already."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
