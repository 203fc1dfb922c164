"""Questions that those asked put in turn: until somebody has answered them, they wait.

A question is a position like any other and decides nothing; that it was answered changes no count and no
date. It is the one who asked who is told; the others only where the law file lets the officer say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from states.commands import Moment, Post
from states.effects import effect
from states.facts import Answer, Case
from states.procedure import Procedure
from states.reasons import Reason, Refusal, reason
from states.rounds import Deed


def waiting(procedure: Procedure, case: Case) -> Iterator[Answer]:
    """The questions nobody has answered, the oldest first.

    Whoever has said more since waits for nothing any more: a question is overtaken by an answer of one's own.
    """
    for round_ in case.rounds:
        ask = procedure.states[round_.state].ask
        if ask is None:
            continue
        valid = [each for each in round_.answers if not each.taken_back]
        said_last = {each.member: each.no for each in valid if each.word not in ask.question}
        for answer in valid:
            is_waiting = answer.word in ask.question and answer.answered_at is None
            if is_waiting and said_last.get(answer.member, 0) < answer.no:
                yield answer


def told_to_all(case: Case) -> Iterator[Answer]:
    """The questions, with their answers, that all who are asked may read."""
    return (a for r in case.rounds for a in r.answers if a.answered_at is not None and a.answered_for_all)


def a_question_waits(moment: Moment) -> Reason | None:
    """The one named has put a question that nobody has answered; or, while nobody is named, anybody has."""
    members = {each.member for each in waiting(moment.procedure, moment.facts.case)}
    party = str(moment.details.get("party") or "")
    if not members:
        return reason("no_question")
    if party and party not in members:
        return reason("no_question_of", party=party, waiting=", ".join(sorted(members)))
    return None


def answer_question(moment: Moment) -> Deed:
    """Answer what one of those asked wants to know: every question of theirs that waits.

    Raises   Refusal when there is no text
    """
    party, text = str(moment.details.get("party") or ""), str(moment.details.get("text") or "").strip()
    if not text:
        raise Refusal(
            reason("missing_detail", title=moment.action.title if moment.action else "", detail="text")
        )
    found = [each for each in waiting(moment.procedure, moment.case) if each.member == party]
    for_all = moment.details.get("for_all") is True
    effects = tuple(
        effect(
            "answer_change",
            round=each.round,
            no=each.no,
            answered=text,
            answered_at=moment.facts.now,
            answered_for_all=for_all,
        )
        for each in found
    )
    newest = found[-1]
    what = {"question": newest.text, "received": newest.received_at, "text": text}
    number = str(moment.case.seq + 1)
    post = Post(
        "asked",
        "question_answered",
        "notice",
        what,
        round=newest.round,
        members=(party,),
        occurrence=number,
        numbered=True,
    )
    data = {"party": party, "questions": [each.no for each in found], "text": text, "for_all": for_all}
    return Deed(effects, data, (post,))


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {"a_question_waits": a_question_waits}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"answer_question": answer_question}
