"""The decision of a meeting: which meeting, what quorum, what majority, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from states.commands import Moment
from states.effects import effect
from states.facts import Meeting
from states.procedure import Body
from states.reasons import Reason, Refusal, reason
from states.rounds import Deed
from states.windows import today
from states.words import day_words

#: What no number of a body reaches whose members are not on file.
UNCOUNTED = 1_000
#: Words a result may be given in, and what they mean.
RESULTS = {
    "approved": "for",
    "adopted": "for",
    "endorsed": "for",
    "adopted_interim": "for",
    "established": "for",
    "continued": "for",
    "rejected": "against",
    "not_adopted": "against",
    "not_endorsed": "against",
    "not_established": "against",
    "disbanded": "against",
    "deferred": "deferred",
}


def result_of(moment: Moment) -> str | None:
    """for, against or deferred; None if the word is not known."""
    return RESULTS.get(str(moment.details.get("result", "")))


def decided_in_favour(moment: Moment) -> Reason | None:
    """The decision is in favour."""
    return None if result_of(moment) == "for" else reason("not_decided_for")


def decided_against(moment: Moment) -> Reason | None:
    """The decision is against."""
    return None if result_of(moment) == "against" else reason("not_decided_against")


def result_is(moment: Moment, word: str) -> Reason | None:
    """The decision is given in that word."""
    return None if moment.details.get("result") == word else reason("other_result", result=word)


def decider_of(moment: Moment) -> str:
    """The body whose decision is recorded in the present state: at its meeting, or on any day."""
    state = moment.procedure.states[moment.case.state]
    return state.decider or state.target


def _body(moment: Moment) -> Body:
    return moment.procedure.bodies[decider_of(moment)]


def _meeting(moment: Moment) -> Meeting | None:
    ordinal, body = moment.details.get("meeting"), decider_of(moment)
    # Meetings of different bodies may bear one name; another body's is looked at to say why it is wrong.
    found = [m for m in moment.facts.meetings if m.ordinal == ordinal]
    return next((m for m in found if m.body == body), next(iter(found), None))


def meeting_may_decide(moment: Moment) -> Reason | None:
    """The decision is of the meeting the case waits for, and that meeting has begun."""
    body, given = _body(moment), str(moment.details.get("meeting"))
    target = moment.case.target
    if not target:
        return reason("no_meeting", body=body.title)
    if given != target:
        meeting = _meeting(moment)
        why = "No meeting of that name is known."
        if meeting is not None and meeting.kind not in body.kinds:
            why = f"{given} is {meeting.kind}: it is not the next meeting the law speaks of."
        elif meeting is not None:
            why = f"The case waits for {target} of the {body.title}."
        return reason("wrong_meeting", target=target, meeting=given, why=why)
    meeting = _meeting(moment)
    if meeting is not None and today(moment.procedure, moment.facts) < meeting.starts:
        return reason("meeting_not_begun", meeting=given, starts=day_words(meeting.starts))
    return None


def quorum(moment: Moment, body: Body, day: date) -> tuple[int, int, str]:
    """(least number present, most that can be present, the share in words) on a day."""
    if body.quorum_share is not None:
        numerator, denominator = body.quorum_share
        members = len(moment.facts.parties_on(day))
        needed = -(-members * numerator // denominator)  # rounded up: at least two thirds
        return needed, members, f", {numerator}/{denominator} of {members} Parties"
    seats = len(moment.facts.seats_on(body.code, day))
    most = max(seats, body.quorum_seats) if body.counts else UNCOUNTED
    return body.quorum_seats, most, f" of {seats} seats"


def arithmetic_holds(moment: Moment) -> Reason | None:
    """The numbers carry the result: quorum present, votes that add up, a majority on the right side."""
    given, result = str(moment.details.get("result")), result_of(moment)
    if result is None:
        return reason("bad_result", value=given, allowed=_either(_body(moment)))
    if result == "deferred":
        return None
    body, meeting = _body(moment), _meeting(moment)
    day = today(moment.procedure, moment.facts)
    needed, most, share = quorum(moment, body, min(day, meeting.ends) if meeting else day)
    numbers: dict[str, int] = {}
    for detail in ("yes", "no", "abstain", "present"):
        value: Any = moment.details.get(detail)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            return reason("number_impossible", detail=detail, most=most, value=value)
        numbers[detail] = value
    how = moment.details.get("by") or ("vote" if "yes" in numbers or "no" in numbers else None)
    if not body.counts:
        how = how or "consensus"
    if how not in ("consensus", "vote"):
        return reason("no_way_of_deciding")
    if how == "vote":
        return _vote(given, result, numbers, needed, share, body)
    if not body.counts:
        return None
    if "present" not in numbers:
        return reason("number_missing", detail="present")
    return _quorum(numbers["present"], needed, share)


def _either(body: Body) -> str:
    """The words a result may be given in, as a sentence lists them."""
    *most, last = body.results or ("approved", "adopted", "rejected", "deferred")
    return f"{', '.join(most)} or {last}"


def _quorum(present: int, needed: int, share: str) -> Reason | None:
    if present >= needed:
        return None
    return reason("no_quorum", present=present, needed=needed, share=share)


def _vote(
    given: str, result: str, numbers: dict[str, int], needed: int, share: str, body: Body
) -> Reason | None:
    for detail in ("yes", "no"):
        if detail not in numbers:
            return reason("number_missing", detail=detail)
    yes, no, abstain = numbers["yes"], numbers["no"], numbers.get("abstain", 0)
    present = numbers.get("present", yes + no + abstain)
    if yes + no + abstain > present:
        return reason(
            "too_many_votes", yes=yes, no=no, abstain=abstain, sum=yes + no + abstain, present=present
        )
    lacking = _quorum(present, needed, share)
    if lacking is not None:
        return lacking
    carried = _carries(yes, no, body)
    if result == "for" and not carried:
        if body.majority is not None:
            told = {"result": given, "yes": yes, "no": no, "share": "/".join(map(str, body.majority))}
            return reason("share_missed", **told)
        return reason("vote_against", result=given, yes=yes, no=no)
    if result == "against" and carried:
        return reason("vote_for", result=given, yes=yes, no=no)
    return None


def _carries(yes: int, no: int, body: Body) -> bool:
    """Whether so many yes carry against so many no: more yes than no, or the share the law file names."""
    if body.majority is None:
        return yes > no
    numerator, denominator = body.majority
    return yes > 0 and yes * denominator >= (yes + no) * numerator


def cleared_or_adopted(moment: Moment) -> Reason | None:
    """The case was cleared by those asked, or by a decision adopted in its favour."""
    marks, law = moment.facts.case.marks, moment.procedure
    if "adopted" in marks or ("cleared" in marks and not moment.facts.case.standing):
        return None
    return reason("not_cleared", cleared=law.said("cleared"), adopted=law.said("adopted"))


def record_decision(moment: Moment) -> Deed:
    """Keep what a body decided at its meeting, with the numbers, and the conditions it made."""
    body, details, result = decider_of(moment), moment.details, result_of(moment) or ""
    meeting = moment.text("meeting")
    day = today(moment.procedure, moment.facts)
    on = details.get("decided_on") or day
    if on > day:
        raise Refusal(reason("decided_in_future", decided=day_words(on)))
    effects = [effect("decision", body=body, meeting=meeting, result=result, on=on)]
    if moment.text("conditions"):
        effects.append(effect("condition", by=body, text=moment.text("conditions")))
    data = {
        "meeting": meeting,
        "result": moment.text("result"),
        "by": moment.text("by") or ("vote" if "yes" in details else "consensus"),
        "conditions": moment.text("conditions"),
        "votes": {k: details[k] for k in ("yes", "no", "abstain", "present") if k in details},
    }
    if moment.text("document"):
        data["document"] = moment.text("document")
    return Deed(tuple(effects), data)


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (
        meeting_may_decide,
        arithmetic_holds,
        decided_in_favour,
        decided_against,
        cleared_or_adopted,
    )
}
WITH_ARGUMENT: Mapping[str, Callable[[Moment, str], Reason | None]] = {"result_is": result_is}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"record_decision": record_decision}
