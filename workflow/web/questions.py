"""The questions that those asked have put in turn: who asked what, and what the Secretariat answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from states import questions
from states.facts import Answer, Case, Round
from states.procedure import Procedure
from workflow.spoken import Signature, signatures
from workflow.timeline import Entry
from workflow.web.deeds import Deeds
from workflow.web.happened import Teller

#: What has become of a question: it waits, it was answered, or whoever asked has said more since.
WAITING, ANSWERED, OVERTAKEN = "waiting", "answered", "overtaken"
_ACT = "answer_question"


@dataclass(frozen=True, slots=True)
class Put:
    """A question, with whoever put it and what has become of it."""

    question: Answer
    #: Who asked: the Party, and in whose voice.
    party: str
    voice: str
    signature: Signature
    #: waiting, answered or overtaken.
    status: str
    #: By whom it was answered, or "".
    answered_by: str
    #: Where whoever looks may answer it, or "".
    address: str
    #: Where everything stands that this member has said.
    board: str


def questions_of(
    session: Session,
    law: Procedure,
    case_id: int,
    case: Case,
    entries: Sequence[Entry],
    teller: Teller,
    deeds: Deeds,
) -> list[Put]:
    """Every question in a case: those that wait first, the oldest of them on top; then the newest first."""
    asked = [(round_, answer) for round_ in case.rounds for answer in _put_in(round_, law)]
    if not asked:
        return []
    waiting = {each.no for each in questions.waiting(law, case)}
    signed = signatures(session, case_id, (answer for _, answer in asked))
    doing = {action.name for same in law.actions.values() for action in same if action.does == _ACT}
    by = {no: entry for entry in entries if entry.kind in doing for no in entry.data["questions"]}
    may = next((deed.address for deed in deeds.possible if deed.does == _ACT), "")
    home = f"/cases/{case.reference}/board"

    found = []
    for round_, answer in asked:
        member = round_.member(answer.member)
        waits = answer.no in waiting
        found.append(
            Put(
                answer,
                teller.party(member.party if member is not None else answer.member),
                teller.voice(answer.voice),
                signed.get(answer.no, Signature()),
                WAITING if waits else ANSWERED if answer.answered_at is not None else OVERTAKEN,
                teller.who(by[answer.no]) if answer.no in by else "",
                f"{may}?party={answer.member}" if may and waits else "",
                f"{home}/{answer.member}?round={round_.no}",
            )
        )
    return sorted(found, key=_rank)


def _put_in(round_: Round, law: Procedure) -> list[Answer]:
    """The questions of one round that were not taken back."""
    ask = law.states[round_.state].ask
    return [a for a in round_.answers if ask is not None and a.word in ask.question and not a.taken_back]


def _rank(put: Put) -> tuple[bool, int]:
    """Questions that wait before all others, the oldest first: it has waited longest."""
    is_settled = put.status != WAITING
    return is_settled, -put.question.no if is_settled else put.question.no
