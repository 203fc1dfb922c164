"""The named acts of the law files: what an action does to a case beside moving it.

An act looks at one moment of a case and answers a `Deed`; machine.py decides whether the action may be
done at all, where it leads, and who is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from states import (
    agreements,
    amendments,
    booking,
    decisions,
    duties,
    holds,
    membership,
    monitoring,
    objections,
    on_behalf,
    openness,
    papers,
    questions,
    replies,
    risks,
    rounds,
    sheets,
    territory,
)
from states.commands import Moment, Post
from states.effects import Effect, effect
from states.facts import Round
from states.guards import evaluate
from states.positions import late_answers, positions
from states.procedure import Ask
from states.reasons import Refusal, reason
from states.rounds import Deed
from states.windows import today

Act = Callable[[Moment], Deed]


def _open(moment: Moment) -> tuple[Round, Ask]:
    """The open round and its question; the guards of the law file have seen to it that there is one."""
    round_, ask = moment.case.open_round, moment.ask
    if round_ is None or ask is None:
        raise Refusal(reason("no_window"))
    return round_, ask


# ------------------------------------------------------------------------------------ the proposal


def set_details(moment: Moment) -> Deed:
    """Complete the proposal: its title, territory and summary."""
    given = {k: moment.details[k] for k in ("title", "territory", "summary") if k in moment.details}
    if "territory" in given:
        given["territory"] = tuple(given["territory"])
    return Deed((effect("set", **given),) if given else (), given)


def confirm_item(moment: Moment) -> Deed:
    """Confirm an item of a checklist, with its evidence."""
    item = moment.text("item")
    return Deed((effect("item", item=item),), {"item": item, "evidence": moment.text("evidence")})


def confirm_own_item(moment: Moment) -> Deed:
    """Confirm the checklist item that bears the action's own name: a legal review by the legal adviser."""
    item = moment.command.action
    return Deed((effect("item", item=item),), {"item": item})


def endorse(moment: Moment) -> Deed:
    """Keep the risk found, and why there is no territory if there is none."""
    kept = {"risk": moment.text("risk")}
    if not moment.case.territory:
        kept["no_territory_reason"] = moment.text("no_territory_reason")
    return Deed((effect("set", **kept),), kept)


# ------------------------------------------------------------------------------ questions and replies


def corrigendum(moment: Moment) -> Deed:
    """Correct what was sent: editorial, and the clock runs on; substantive, and it starts again."""
    round_, ask = _open(moment)
    kind = moment.text("kind")
    number = str(moment.case.seq + 1)
    what = {"reason": moment.text("reason") or moment.text("text")}
    post = Post(
        "asked", f"corrigendum_{kind}", "notice", what, round=round_.no, occurrence=number, numbered=True
    )
    if kind == "editorial":
        return Deed((), {"kind": kind}, (post,))
    deed = rounds.restart(moment, round_, ask)
    return replace(deed, data={**deed.data, "kind": kind}, posts=(post,))


def extend(moment: Moment) -> Deed:
    """A later last day for everyone asked."""
    return rounds.extend(moment, *_open(moment))


def accept_conditions(moment: Moment) -> Deed:
    """The partner accepts a Party's conditions in writing: its consent stands, the conditions bind."""
    round_, ask = _open(moment)
    party = moment.text("party")
    effects: list[Effect] = []
    for each in positions(round_, moment.case, ask):
        if each.code == party and each.answer is not None and each.word in ask.conditions:
            effects.append(effect("answer_change", round=round_.no, no=each.answer.no, accepted=True))
            effects.append(effect("condition", by=each.answer.voice, text=each.answer.conditions))
    return Deed(tuple(effects), {"party": party})


def admit_late(moment: Moment) -> Deed:
    """Let a Party's late answers count, as the Secretary General decides with reasons."""
    round_, ask = _open(moment)
    party = moment.text("party")
    deed = replies.admit(moment, round_, ask, late_answers(round_, party))
    return replace(deed, data={**deed.data, "party": party, "reasons": moment.text("reasons")})


def confirm_unreached(moment: Moment) -> Deed:
    """Put on record whom the request never reached: they are not counted as silent."""
    round_, _ = _open(moment)
    unreached = tuple(sorted(moment.facts.unreached | set(round_.unreached)))
    return Deed((effect("round_change", no=round_.no, unreached=unreached),), {"parties": unreached})


# --------------------------------------------------------------------- duties, agreements, clocks


def fulfil(moment: Moment) -> Deed:
    """A recurring duty is done; machine.py ends its deadline and sets the next one."""
    return Deed()


def choose_form(moment: Moment) -> Deed:
    """Settle which form the agreement takes, if what the law file asks for that form holds."""
    return agreements.choose_form(moment, evaluate)


def hold(moment: Moment) -> Deed:
    """Stop every clock of the case."""
    on = today(moment.procedure, moment.facts)
    return Deed(tuple(holds.hold(moment.procedure, moment.facts)), {"since": on})


def resume(moment: Moment) -> Deed:
    """Start the clocks again with the days that were left."""
    return Deed(tuple(holds.resume(moment.procedure, moment.facts)), {"since": moment.case.held_on})


#: Name in a law file -> what it does: the acts above, and those that stand with the noun they are about.
ACTS: Mapping[str, Act] = {
    **{
        act.__name__: act
        for act in (
            set_details,
            confirm_item,
            confirm_own_item,
            endorse,
            rounds.dispatch,
            corrigendum,
            extend,
            accept_conditions,
            admit_late,
            confirm_unreached,
            fulfil,
            choose_form,
            hold,
            resume,
        )
    },
    **territory.ACTS,
    **duties.ACTS,
    **amendments.ACTS,
    **questions.ACTS,
    **on_behalf.ACTS,
    **objections.ACTS,
    **papers.ACTS,
    **decisions.ACTS,
    **sheets.ACTS,
    **risks.ACTS,
    **agreements.ACTS,
    **membership.ACTS,
    **booking.ACTS,
    **monitoring.ACTS,
    **openness.ACTS,
}
