"""What has happened in a case, event by event, in words somebody can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.procedure import Procedure
from workflow.queries import EVENTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a reader sees it."""

    seq: int
    at: datetime
    kind: str
    #: `officer`, `party:FR/mission`, `clock`; on whose behalf, or "".
    actor: str
    on_behalf: str
    #: What it is called in the law file, or the kind in plain words.
    title: str
    #: The rest in short: where the case went, what was answered, why.
    says: str
    #: State the case entered with it, or "".
    to: str
    data: Mapping[str, Any]
    #: Reference of whoever did it (hands.py), or "".
    person: str = ""


#: Kinds of events that no action of a law file names.
TITLES: Mapping[str, str] = {
    "opened": "Case opened",
    "answer": "Answer",
    "closed": "Question closed",
    "moved_on": "Moved on by itself",
    "reopened": "Back to consultations: a timely objection was recorded late",
    "overdue": "Overdue",
    "reminder": "Reminder",
    "reminder_skipped": "Reminder skipped: a later one was due as well",
    "unreached": "The window waits for the list of those not reached",
    "party_joined": "A new Party was asked",
    "edition_changed": "The case goes on under another edition",
    "clock_restarted": "The request arrives late: the period of this Party starts again",
    "joining_void": "A State did not become a Party as foreseen",
    "party_left": "A Party has left",
    "objection_lapsed": "An objection has lapsed: its Party has left",
    "term_ended": "The term of those asked has ended",
    "register_changed": "A date has moved with a meeting or a register",
    "recounted": "A date was counted anew with a changed calendar",
    "document_added": "Document added",
    "mail_received": "Mail received",
    "mail_moved": "Mail filed with another case",
    "mail_closed": "Mail looked at: nothing more is to be done",
    "letters_rewritten": "Letters that wait were written again with a corrected wording",
    "letter_tried_again": "A letter that was set aside is tried again",
    "letter_sent_instead": "A letter that was set aside goes to another contact",
    "letters_posted": "Letters went out on paper",
}


def entries(session: Session, case_id: int, law: Procedure) -> list[Entry]:
    """All events of a case, the oldest first."""
    rows = session.execute(
        select(EVENTS.c.seq, EVENTS.c.at, EVENTS.c.kind, EVENTS.c.actor, EVENTS.c.body)
        .where(EVENTS.c.case_id == case_id)
        .order_by(EVENTS.c.seq)
    )
    return [_entry(law, *row) for row in rows]


def _entry(law: Procedure, seq: int, at: datetime, kind: str, actor: str, body: str) -> Entry:
    told = json.loads(body)
    data: dict[str, Any] = told["data"]
    action = next(iter(law.actions.get(kind, ())), None)
    title = TITLES.get(kind) or (action.title if action else kind.replace("_", " "))
    to = str(data.get("to", ""))
    says = "; ".join(part for part in _parts(law, kind, data, to) if part)
    return Entry(seq, at, kind, actor, told.get("on_behalf") or "", title, says, to, data, told["person"])


def _gathered(data: Mapping[str, Any]) -> Iterator[str]:
    """Answers on sheets, risks, forms of agreement, signatures and members (who spoke: with the word)."""
    if data.get("question") and data.get("answer"):
        yield f"{data['question']}: {data['answer']}"
    if data.get("level"):
        yield f"{data['kind']}: {data['level']}"
    if data.get("signer"):
        yield str(data.get("organization") or data["signer"])
    elif data.get("form"):
        yield str(data["form"])
    if data.get("member") and not data.get("word"):
        yield " ".join(str(data[name]) for name in ("member", "category") if data.get(name))


def _parts(law: Procedure, kind: str, data: Mapping[str, Any], to: str) -> Iterator[str]:
    if kind in ("answer", "record_reply") and data.get("word"):
        yield f"{data['voice']}: {data['word'].replace('_', ' ')}" + (", late" if data.get("late") else "")
    if data.get("title") and kind == "overdue":
        yield str(data["title"])
    if data.get("asked"):
        yield f"{data['asked']} asked, reply by {data['reply_by']}"
    if data.get("outcome"):
        counts = ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in data.get("counts", {}).items())
        yield f"{data['outcome']}: {counts}"
    if "reminded" in data:
        yield f"{data['reminded']} reminded"
    if data.get("old") and data.get("new"):
        yield f"{data['old']} -> {data['new']}"
    if data.get("party"):
        yield str(data["party"])
    yield from _gathered(data)
    if kind == "edition_changed":
        yield f"{data['from']} -> {data['to']}"
    if kind == "clock_restarted":
        yield f"reply by {data['reply_by']}"
    if kind == "document_added":
        yield f"{data['name']}, version {data['version']}"
    if kind == "letters_posted":
        yield f"{len(data['letters'])} by {data['channel'].replace('_', ' ')} on {data['on']}"
    if kind == "mail_received":
        yield f"{data['from_voice'] or 'sender not on file'}, {data['verdict']}"
    if data.get("unreached"):
        yield "not reached: " + ", ".join(data["unreached"])
    if to:
        yield f"now: {law.states[to].title if to in law.states else to}"
    if data.get("reason"):
        yield f'"{data["reason"]}"'
