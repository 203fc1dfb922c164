"""A case brought to any stage, on one calendar of 2024, so that a test begins where it matters.

    play = stage("notification")          # dispatched on 16 April 2024 at 09:30, last day 17 June
    play = stage("party_consent", territory=("FR", "BE"))

The stages of the road and their moments (wall clock of Gland):

    draft                    2024-01-08 09:00
    preliminary_assessment   2024-01-08 10:00
    party_consent            2024-01-31 15:00, dispatched 2024-02-01 09:30, last day 2024-03-18
    body_consultation        2024-02-20 11:00, dispatched 2024-02-21 09:30, last day 2024-03-13
    committee_approval       2024-03-14 09:00, dispatched 2024-03-14 10:00, last day 2024-04-15
    notification             2024-04-12 10:00, dispatched 2024-04-16 09:30, last day 2024-06-17
    objection                2024-06-18 09:00 (DE objected on 2024-06-10), until 2024-07-18
    cop                      2024-07-01 10:00, for COP15 (23 July 2025), paper due 2025-04-24
    agreement                2024-06-18 09:00
    active                   2024-07-15 10:00
    renewal                  2024-09-02 10:00, dispatched 2024-09-02 11:00, last day 2024-10-02
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any

from states.commands import CLOCK, Actor, Command, Step
from states.machine import decide
from states.positions import tally
from states.reasons import Refused
from tests.states.world import OFFICER, Play, at, seats

#: The seats of the Standing Committee, by their members.
COMMITTEE = tuple(s.member for s in seats() if s.body == "standing_committee")

EVERYWHERE = ("FR",)


class Stage(Play):
    """A case on the pure law that can be copied, and whose clock can run ahead of what is done."""

    def fork(self) -> Stage:
        """The same case on a clock of its own."""
        other = copy(self)
        other.steps = list(self.steps)
        return other

    def jump(self, when: str) -> None:
        """It is later now, and nobody has yet looked at what has come due."""
        self.facts = replace(self.facts, now=at(when))

    def attempt(self, command: Command) -> Step | Refused:
        """What comes of a command this very moment; nothing is kept."""
        return decide(self.procedure, self.facts, command)

    def act(self, who: Actor | str, action: str, /, **details: Any) -> Step:
        """Do it this very moment."""
        actor = who if isinstance(who, Actor) else Actor.parse(who)
        step = self.attempt(Command(action, actor, details))
        assert isinstance(step, Step), str(step)
        self._keep(step)
        return step

    def register(self, **changes: Any) -> Step:
        """The registers say something else from now on, and the case follows."""
        self.facts = replace(self.facts, **changes)
        step = self.attempt(Command("register", CLOCK, {"reason": "a note of the depositary"}))
        assert isinstance(step, Step), str(step)
        self._keep(step)
        return step

    def lose(self, *codes: str) -> None:
        """No request has reached these members of the open round."""
        self.facts = replace(self.facts, unreached=frozenset(codes))


def stage(name: str, territory: tuple[str, ...] = EVERYWHERE, *, sent: bool = True, **facts: Any) -> Stage:
    """A case in that state.

    sent    where the state asks: whether the question has been dispatched
    facts   another world: parties, seats, meetings
    """
    if facts:
        return _brought(name, territory, sent, facts)
    return _kept(name, territory, sent).fork()


@cache
def _kept(name: str, territory: tuple[str, ...], sent: bool) -> Stage:
    return _brought(name, territory, sent, {})


def _brought(name: str, territory: tuple[str, ...], sent: bool, facts: dict[str, Any]) -> Stage:
    play = Stage("2024-01-08 09:00", territory, **facts)
    bring(play, name, sent=sent)
    return play


def bring(play: Any, name: str, *, sent: bool = True) -> None:
    """Take a case that has just been opened to that state.

    play    a `Play`, or anything else that does, refuses and runs like one
    """
    for step in _ROADS[name]:
        step(play)
    if sent and name in _DISPATCHES:
        play.do(_DISPATCHES[name], OFFICER, "dispatch")
    assert play.case.state == name, play.case.state


def counts(play: Stage, no: int = 0) -> dict[str, int]:
    """How many hold each position in a round; the newest, unless another is named."""
    round_ = play.case.rounds[no - 1]
    ask = play.procedure.states[round_.state].ask
    assert ask is not None
    return dict(tally(round_, play.case, ask, play.facts.unreached if round_.is_open else frozenset()))


def words(step: Step) -> list[str]:
    """The kinds of its events, in order."""
    return [event.kind for event in step.events]


def told(step: Step, template: str) -> set[str]:
    """The audiences to whom a step writes with that template."""
    return {post.audience for post in step.posts if post.template == template}


def say(play: Any, when: str, voices: Sequence[str], word: str, **details: Any) -> None:
    """Several voices answer the same at the same moment."""
    for voice in voices:
        play.do(when, voice, word, **details)


def _by_officer(when: str, action: str, **details: Any) -> Callable[[Any], None]:
    return lambda play: (play.do(when, OFFICER, action, **details), None)[1]


def _endorse(play: Any) -> None:
    why = {} if play.case.territory else {"no_territory_reason": "a campaign without a place"}
    play.do("2024-01-31 15:00", OFFICER, "endorse", risk="low", **why)


def _consent(play: Any) -> None:
    if play.case.territory:
        play.do(_DISPATCHES["party_consent"], OFFICER, "dispatch")
        say(play, "2024-02-20 11:00", [f"party:{code}" for code in play.case.territory], "consent")


def _refuse(play: Any) -> None:
    play.do(_DISPATCHES["party_consent"], OFFICER, "dispatch")
    for code in play.case.territory:
        play.do("2024-02-20 11:00", f"party:{code}", "refuse", reasons="a reserve of wild birds")


def _consult(play: Any) -> None:
    play.do(_DISPATCHES["body_consultation"], OFFICER, "dispatch")
    play.run_to("2024-03-14 09:00")


def _approve(play: Any) -> None:
    play.do(_DISPATCHES["committee_approval"], OFFICER, "dispatch")
    say(play, "2024-04-12 10:00", [f"seat:{code}" for code in COMMITTEE], "approve")


def _disapprove(play: Any) -> None:
    play.do(_DISPATCHES["committee_approval"], OFFICER, "dispatch")
    say(play, "2024-04-12 10:00", [f"seat:{code}" for code in COMMITTEE], "object")


def _notify(play: Any) -> None:
    play.do(_DISPATCHES["notification"], OFFICER, "dispatch")


def _object(play: Any) -> None:
    _notify(play)
    play.do("2024-06-10 10:00", "party:DE", "objection", reasons="the use of the name")
    play.run_to("2024-06-18 09:00")


def _clear(play: Any) -> None:
    _notify(play)
    play.run_to("2024-06-18 09:00")


_DISPATCHES = {
    "party_consent": "2024-02-01 09:30",
    "body_consultation": "2024-02-21 09:30",
    "committee_approval": "2024-03-14 10:00",
    "notification": "2024-04-16 09:30",
    "renewal": "2024-09-02 11:00",
}

_SUBMITTED = [_by_officer("2024-01-08 10:00", "submit")]
_ENDORSED = [*_SUBMITTED, _endorse]
_CONSENTED = [*_ENDORSED, _consent]
_CONSULTED = [*_CONSENTED, _consult]
_APPROVED = [*_CONSULTED, _approve]
_BEFORE_COMMITTEE = [*_CONSULTED, _disapprove]
_OBJECTED = [*_APPROVED, _object]
_ESCALATED = [*_OBJECTED, _by_officer("2024-07-01 10:00", "escalate")]
_CLEARED = [*_APPROVED, _clear]
_SIGNED = [*_CLEARED, _by_officer("2024-07-15 10:00", "sign")]
_REJECTED = _by_officer(
    "2024-06-07 17:00", "record_decision", meeting="SC63", result="rejected", by="consensus", present=19
)
_COP_REJECTED = _by_officer(
    "2025-07-31 17:00", "record_decision", meeting="COP15", result="rejected", by="consensus", present=150
)

_ROADS: dict[str, list[Callable[[Any], None]]] = {
    "draft": [],
    "preliminary_assessment": _SUBMITTED,
    "party_consent": _ENDORSED,
    "consent_withheld": [*_ENDORSED, _refuse],
    "body_consultation": _CONSENTED,
    "committee_approval": _CONSULTED,
    "committee_meeting": _BEFORE_COMMITTEE,
    "notification": _APPROVED,
    "objection": _OBJECTED,
    "cop": _ESCALATED,
    "agreement": _CLEARED,
    "active": _SIGNED,
    "renewal": [*_SIGNED, _by_officer("2024-09-02 10:00", "renew")],
    "suspended": [*_SIGNED, _by_officer("2024-09-02 10:00", "suspend")],
    "declined": [*_SUBMITTED, _by_officer("2024-01-31 15:00", "decline", reason="an excluded sector")],
    "rejected": [*_BEFORE_COMMITTEE, _REJECTED],
    "cop_rejected": [*_ESCALATED, _by_officer("2025-04-01 10:00", "issue_paper"), _COP_REJECTED],
    "withdrawn": [*_APPROVED, _notify, _by_officer("2024-04-22 10:00", "withdraw", reason="second thoughts")],
    "completed": [*_SIGNED, _by_officer("2027-07-15 10:00", "complete")],
    "terminated": [*_SIGNED, _by_officer("2025-07-15 10:00", "terminate")],
    "expired": [*_SIGNED, _by_officer("2027-07-15 10:00", "expire")],
}

STATES = tuple(_ROADS)
