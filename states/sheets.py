"""Sheets of questions: how an answer is given, which answers stop a case, when a sheet is complete.

A gate is hard: its guard has no exception for any role. Whoever finds a case stopped can end it, or send it
where the law file lets it go; a wrong answer is corrected with a reason, and the record keeps both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from states.commands import Moment
from states.effects import effect
from states.procedure import Procedure
from states.provisions import Question, Sheet
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.windows import today

__all__ = ["ACTS", "WITH_ARGUMENT", "in_order", "question_of", "questions", "stopping"]


def questions(procedure: Procedure) -> dict[str, Question]:
    """Every question of every sheet, by its name."""
    return {name: each for sheet in procedure.sheets.values() for name, each in sheet.questions.items()}


def question_of(procedure: Procedure, name: str) -> Question | None:
    """The question of that name, or None."""
    return questions(procedure).get(name)


def in_order(procedure: Procedure) -> dict[str, str]:
    """Question -> the answer where everything is in order."""
    return {name: question.in_order for name, question in questions(procedure).items()}


def _given(moment: Moment) -> dict[str, str]:
    taken_away = set(moment.details.get("without") or ())
    return {a.question: a.answer for a in moment.case.sheet if a.question not in taken_away}


def stopping(moment: Moment, sheet: Sheet) -> Iterator[tuple[Question, str]]:
    """The questions of a sheet whose answers stop the case, with those answers."""
    given = _given(moment)
    for name, question in sheet.questions.items():
        if given.get(name) in question.stops_on:
            yield question, given[name]


# -------------------------------------------------------------------------------------- guards


def nothing_stops(moment: Moment, sheet: str) -> Reason | None:
    """No answer on the sheet stops the case."""
    found = list(stopping(moment, moment.procedure.sheets[sheet]))
    if not found:
        return None
    told = "; ".join(f"{question.asks} {_spoken(answer)} ({question.basis})" for question, answer in found)
    return reason("stopped", title=moment.procedure.sheets[sheet].title, told=told)


def sheet_is_complete(moment: Moment, sheet: str) -> Reason | None:
    """Every question of the sheet is answered, those that may stay open aside."""
    given, of = _given(moment), moment.procedure.sheets[sheet]
    missing = [q for name, q in of.questions.items() if name not in given and not q.optional]
    if not missing:
        return None
    told = "; ".join(f"{question.asks} ({question.name})" for question in missing)
    return reason("sheet_incomplete", title=of.title, count=len(missing), told=told)


def answered(moment: Moment, which: str) -> Reason | None:
    """A question is answered with that word: `answered(funds_are_transferred=yes)`."""
    name, _, word = which.partition("=")
    question = question_of(moment.procedure, name)
    if question is None or _given(moment).get(name) == word:
        return None
    return reason("not_answered", asks=question.asks, name=name, answer=_spoken(word))


def _spoken(word: str) -> str:
    return word.replace("_", " ")


# ---------------------------------------------------------------------------------------- acts


def fill_sheet(moment: Moment) -> Deed:
    """Answer one question of a sheet, with its evidence.

    details  question, answer, evidence, reason (when an answer is replaced)
    Raises   Refusal
    """
    details, procedure = moment.details, moment.procedure
    name, answer = str(details.get("question", "")).strip(), str(details.get("answer", "")).strip()
    evidence = str(details.get("evidence", "")).strip()
    question = question_of(procedure, name)
    if question is None:
        hint = did_you_mean(name, questions(procedure))
        raise Refusal(reason("unknown_question", question=name, hint=hint))
    if question.answers and answer not in question.answers:
        allowed = " or ".join(question.answers)
        raise Refusal(reason("bad_answer", asks=question.asks, answer=answer, allowed=allowed))
    if question.needs_evidence and not evidence:
        raise Refusal(reason("evidence_missing", asks=question.asks))
    before = next((a for a in moment.case.sheet if a.question == name), None)
    frees = before is not None and before.answer != answer and before.answer in question.stops_on
    if before is not None and frees and not str(details.get("reason", "")).strip():
        raise Refusal(reason("change_needs_reason", asks=question.asks, answer=before.answer))
    actor = moment.command.actor
    given = {"question": name, "answer": answer, "evidence": evidence, "by": actor.hand or actor.role}
    change = effect("sheet_answer", on=today(procedure, moment.facts), **given)
    was = {"was": before.answer} if before is not None else {}
    return Deed((change,), {"question": name, "answer": answer, "evidence": evidence, **was})


Guard = Callable[[Moment, str], Reason | None]

WITH_ARGUMENT: Mapping[str, Guard] = {g.__name__: g for g in (nothing_stops, sheet_is_complete, answered)}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"fill_sheet": fill_sheet}
