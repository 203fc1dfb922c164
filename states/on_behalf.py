"""Answers that came outside Assent: recorded in the name of who gave them, verified by a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from states import replies
from states.commands import Actor, Command, Moment
from states.reasons import Reason, Refusal, reason
from states.rounds import Deed
from states.words import listed
from states.zones import zone_of

# -------------------------------------------------------------------------------------- guards


def a_reply_waits(moment: Moment) -> Reason | None:
    """The reply named was recorded on behalf and nobody has verified it; or, while none is named, any is."""
    waiting, reply = moment.facts.unverified, moment.details.get("reply")
    if not waiting:
        return reason("nothing_to_verify")
    if reply is not None and reply not in waiting:
        return reason("no_such_reply", reply=reply, waiting=listed([str(no) for no in sorted(waiting)]))
    return None


def somebody_else_recorded_it(moment: Moment) -> Reason | None:
    """Whoever verifies a reply is known by name, and is not the one who recorded it."""
    hand, reply = moment.command.actor.hand, moment.details.get("reply")
    recorders = {by for no, by in moment.facts.unverified.items() if reply in (None, no)}
    return reason("own_reply") if recorders and (not hand or recorders == {hand}) else None


# ---------------------------------------------------------------------------------------- acts


def record_reply(moment: Moment) -> Deed:
    """Keep an answer that came on paper, by telephone or at a meeting, in the name of who gave it."""
    word, voice = moment.text("answer"), voice_of(moment)
    deed = replies.answer(moment, word, voice, received_at(moment))
    return replace(deed, data={**deed.data, "on_behalf": voice.words})


def received_at(moment: Moment) -> datetime:
    """When what is being recorded was received: as the officer says, else now.

    Raises   Refusal when that is still to come
    """
    found: datetime = moment.details.get("received_at") or moment.command.received_at or moment.facts.now
    if found > moment.facts.now:
        received = found.astimezone(zone_of(moment.procedure.timezone))
        raise Refusal(reason("received_in_future", received=f"{received:%Y-%m-%d %H:%M}"))
    return found


def voice_of(moment: Moment) -> Actor:
    """In whose name a reply is recorded: `party` may be a code, or a voice such as party:FR/nfp, seat:CA.

    Raises   Refusal
    """
    party, voice, word = moment.text("party"), moment.text("voice"), moment.text("answer")
    if ":" not in party:
        seated = any(
            word in s.ask.answers and s.ask.of in moment.procedure.bodies
            for s in moment.procedure.states.values()
            if s.ask is not None
        )
        party = f"seat:{party}" if seated else f"party:{party}" + (f"/{voice}" if voice else "")
    try:
        found = Actor.parse(party)
    except ValueError:
        found = None
    if found is None or found.role not in ("party", "seat"):
        raise Refusal(reason("wrong_voice", voice=party))
    return found


def verify_reply(moment: Moment) -> Deed:
    """A second person has compared what was recorded on behalf with what came in."""
    reply = moment.details.get("reply")
    if reply is None:
        raise Refusal(
            reason("missing_detail", title=moment.action.title if moment.action else "", detail="reply")
        )
    return Deed((), {"reply": reply})


def as_voice(moment: Moment, action: str, voice: Actor) -> Moment:
    """The same moment seen as that voice acting itself: for what an officer records on its behalf."""
    recorded = ("party", "answer", "voice", "received_at", "scan")
    details = {k: v for k, v in moment.details.items() if k not in recorded}
    command = Command(action, voice, details, moment.command.received_at, key=moment.command.key)
    return replace(moment, command=command)


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard for guard in (a_reply_waits, somebody_else_recorded_it)
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {act.__name__: act for act in (record_reply, verify_reply)}
