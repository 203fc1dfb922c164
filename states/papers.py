"""The working paper of a case: the meeting it is written for, and whether it has gone out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states.commands import Moment
from states.effects import effect
from states.reasons import Reason, reason
from states.rounds import Deed
from states.windows import today

# -------------------------------------------------------------------------------------- guards


def a_meeting_is_known(moment: Moment) -> Reason | None:
    """The meeting the case waits for has dates."""
    if moment.facts.case.target:
        return None
    state = moment.procedure.states[moment.facts.case.state]
    body = moment.procedure.bodies.get(state.target)
    return reason("no_meeting", body=body.title if body else state.target)


def paper_is_issued(moment: Moment) -> Reason | None:
    """The working paper for the meeting the case waits for has been issued."""
    case = moment.facts.case
    if case.paper and case.paper == case.target:
        return None
    return reason("paper_not_issued", meeting=case.target or "the meeting")


def paper_is_not_issued(moment: Moment) -> Reason | None:
    """The working paper has not been issued: the meeting is not yet seized."""
    case = moment.facts.case
    return reason("paper_issued", meeting=case.paper) if case.paper and case.paper == case.target else None


# ---------------------------------------------------------------------------------------- acts


def issue_paper(moment: Moment) -> Deed:
    """The working paper goes out: from now on the matter is with the Conference. After its date: late."""
    case = moment.case
    name = next((d.name for d in case.deadlines if d.done_by == moment.command.action), "")
    running = case.deadline(name)
    late = running is not None and today(moment.procedure, moment.facts) > running.last_day
    return Deed((effect("set", paper=case.target),), {"meeting": case.target, "late": late})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard for guard in (a_meeting_is_known, paper_is_issued, paper_is_not_issued)
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"issue_paper": issue_paper}
