"""Acts by which a partnership in force is watched: indicators, assessments, recommendations, complaints.

Each bears the number of the event that set it. What is to be done by a day is a duty (duties.py): it stands
on the desk of whoever must do it, and becomes overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from states.commands import Moment
from states.duties import duty
from states.effects import arm, drop, effect
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.windows import today
from states.words import day_words, listed

#: Kinds of duties, and what each asks for on a desk.
ASSESSMENT, RECOMMENDATION, COMPLAINT = "assessment", "recommendation", "complaint"
_TITLES = {
    ASSESSMENT: "Assessment of the partnership",
    RECOMMENDATION: "Recommendation to be carried out",
    COMPLAINT: "Complaint to be reviewed",
}
#: What a review may make of a complaint.
RESULTS = ("upheld", "partly_upheld", "not_upheld")


def set_indicator(moment: Moment) -> Deed:
    """Say what progress is measured by: where it stands, where it shall stand, and by when.

    details  title, unit, baseline, target, due
    """
    values: dict[str, Any] = {
        "no": moment.case.seq + 1,
        "name": _text(moment, "title"),
        "unit": _text(moment, "unit"),
        "baseline": _text(moment, "baseline"),
        "target": _text(moment, "target"),
        "due": moment.details.get("due"),
    }
    return Deed((effect("indicator", **values),), _told(values))


def record_actual(moment: Moment) -> Deed:
    """Keep where an indicator stands.

    details  indicator (its number), actual, on, text
    Raises   Refusal for an indicator that there is not, or a day to come
    """
    no, known = moment.details.get("indicator"), moment.facts.indicators
    if not isinstance(no, int) or no not in known:
        raise Refusal(reason("no_such_indicator", no=no, known=listed(str(each) for each in sorted(known))))
    now = today(moment.procedure, moment.facts)
    on = moment.details.get("on") or now
    if on > now:
        raise Refusal(reason("measured_in_future", on=day_words(on)))
    values: dict[str, Any] = {
        "no": moment.case.seq + 1,
        "indicator": no,
        "actual": _text(moment, "actual"),
        "on": on,
        "note": str(moment.details.get("text", "")).strip(),
    }
    return Deed((effect("measure", **values),), {"indicator": no, "name": known[no], **_told(values)})


def plan_assessment(moment: Moment) -> Deed:
    """Say by when the partnership is assessed.

    details  due, text (what it looks at)
    Raises   Refusal when the day is past
    """
    return _begun(moment, ASSESSMENT, _text(moment, "text"), "")


def recommend(moment: Moment) -> Deed:
    """Make a recommendation for improvement, with who carries it out and by when.

    details  text, owner, due
    Raises   Refusal
    """
    return _begun(moment, RECOMMENDATION, str(moment.details.get("text", "")).strip(), _text(moment, "owner"))


def record_complaint(moment: Moment) -> Deed:
    """Record a complaint that came after clearance: it undoes nothing by itself, and is reviewed by a day.

    details  who, text, due
    Raises   Refusal when the day is past
    """
    return _begun(moment, COMPLAINT, str(moment.details.get("text", "")).strip(), _text(moment, "who"))


def record_assessment(moment: Moment) -> Deed:
    """Keep what an assessment has found. details: duty (its number), findings. Raises Refusal."""
    return _ended(moment, ASSESSMENT, "done")


def close_recommendation(moment: Moment) -> Deed:
    """Keep what was done about a recommendation. details: duty, findings. Raises Refusal."""
    return _ended(moment, RECOMMENDATION, "done")


def review_complaint(moment: Moment) -> Deed:
    """Keep what the review of a complaint has found. details: duty, result, findings. Raises Refusal."""
    result = _text(moment, "result")
    if result not in RESULTS:
        raise Refusal(reason("bad_result", value=result, allowed=" or ".join(RESULTS)))
    return _ended(moment, COMPLAINT, result)


# -------------------------------------------------------------------------------------- duties


def name_of(kind: str, no: int) -> str:
    """Name of the deadline of a duty."""
    return f"duty:{kind}:{no}"


def standing(moment: Moment, kind: str) -> list[int]:
    """The numbers of the duties of a kind that are still to be done."""
    first = f"duty:{kind}:"
    return [int(d.name.removeprefix(first)) for d in moment.case.deadlines if d.name.startswith(first)]


def _begun(moment: Moment, kind: str, says: str, who: str) -> Deed:
    no, roles = moment.case.seq + 1, moment.procedure.roles
    # Whoever is no role here - the partner, a consultant - is reminded by the officer in charge.
    of = who if kind == RECOMMENDATION and who in roles else "officer"
    running = duty(moment, name_of(kind, no), _TITLES[kind], moment.details.get("due"), of)
    values = {
        "no": no,
        "kind": kind,
        "says": says,
        "who": who,
        "on": today(moment.procedure, moment.facts),
        "due": running.last_day,
    }
    told = _told({"who": who, "due": running.last_day, "text": says})
    return Deed((effect("duty", **values), arm(running)), told)


def _ended(moment: Moment, kind: str, result: str) -> Deed:
    no, open_ = moment.details.get("duty"), standing(moment, kind)
    if no not in open_:
        raise Refusal(reason("no_such_duty", no=no, known=listed(str(each) for each in open_) or "none"))
    findings = str(moment.details.get("findings", "")).strip()
    values = {
        "no": no,
        "done_on": today(moment.procedure, moment.facts),
        "result": result,
        "findings": findings,
    }
    told = {"duty": no, "verdict": result, "findings": findings} if kind == COMPLAINT else {"duty": no}
    return Deed(
        (effect("duty_end", **values), drop(name_of(kind, no), "done")), told | {"findings": findings}
    )


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "no" and value not in ("", None)}


def _text(moment: Moment, name: str) -> str:
    return " ".join(str(moment.details.get(name, "")).split())


# -------------------------------------------------------------------------------------- guards


def an_indicator_is_set(moment: Moment) -> Reason | None:
    """There is an indicator to measure."""
    return None if moment.facts.indicators else reason("no_indicator")


def an_assessment_is_due(moment: Moment) -> Reason | None:
    """An assessment has been planned and is not yet done."""
    return None if standing(moment, ASSESSMENT) else reason("no_assessment_due")


def a_recommendation_is_open(moment: Moment) -> Reason | None:
    """A recommendation has been made and is not yet carried out."""
    return None if standing(moment, RECOMMENDATION) else reason("no_recommendation_open")


def a_complaint_waits(moment: Moment) -> Reason | None:
    """A complaint has been recorded and is not yet reviewed."""
    return None if standing(moment, COMPLAINT) else reason("no_complaint_waits")


def owner_is_known(moment: Moment) -> Reason | None:
    """Whoever carries out a recommendation is a role of the law file, or the partner."""
    owner, roles = _text(moment, "owner"), {"partner", *_doers(moment)}
    if owner in roles:
        return None
    return reason(
        "unknown_owner", owner=owner, allowed=" or ".join(sorted(roles)), hint=did_you_mean(owner, roles)
    )


def _doers(moment: Moment) -> list[str]:
    return [role for role in moment.procedure.roles if role not in ("party", "seat", "clock")]


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    g.__name__: g
    for g in (
        an_indicator_is_set,
        an_assessment_is_due,
        a_recommendation_is_open,
        a_complaint_waits,
        owner_is_known,
    )
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {
    a.__name__: a
    for a in (
        set_indicator,
        record_actual,
        plan_assessment,
        record_assessment,
        recommend,
        close_recommendation,
        record_complaint,
        review_complaint,
    )
}
#: Acts and guards that look at the indicators: they are read from the database for these alone.
READS = frozenset({"record_actual", "an_indicator_is_set"})
