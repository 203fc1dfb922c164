"""Reads the tables of a law file one by one: bodies, states with their asks and deadlines, actions."""

from __future__ import annotations

from states.periods import Period
from states.procedure import (
    PUBLISHES,
    Action,
    Alternative,
    Ask,
    Body,
    Deadline,
    State,
    TakeOver,
)
from states.tables import Table

OPENS = ("on dispatch", "on entry")
CLOSES = ("when decided", "when all answered", "at deadline")
TAKES_DATES = ("keep", "recompute")
CAME_BACK = ("offer", "next contact")
BY_MAIL = ("after a look", "at once")
OUTCOMES = ("carried", "defeated", "lapsed")


def body(table: Table) -> Body:
    """A table [bodies.CODE]."""
    read = Body(
        code=table.key,
        title=table.text("title"),
        quorum_seats=table.number("quorum_seats"),
        quorum_share=table.share("quorum_share"),
        kinds=table.words("kinds", ("ordinary",)),
        majority=table.share("majority"),
        results=table.words("results", ()),
    )
    table.done()
    return read


def take_over(table: Table) -> TakeOver:
    """A table [takes_over.EDITION]."""
    plan = TakeOver(
        basis=table.text("basis"),
        states=table.phrases("states"),
        dates=table.choice("dates", TAKES_DATES, "keep"),
    )
    table.done()
    return plan


def state(table: Table, actions: dict[str, list[Action]]) -> State:
    """A table [states.NAME]; its actions are added to those found so far, by name."""
    if table.key == "stays":
        table.fault("'stays' cannot be the name of a state: it means that a case stays", "Rename it.")
    read = State(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis", ""),
        final=table.flag("final"),
        target=table.text("target", ""),
        decider=table.text("decider", ""),
        target_notify=table.notices("target_notify"),
        moves_on=table.alternatives("moves_on"),
        notify=table.notices("notify"),
        ask=next((_ask(ask) for ask in table.subtable("ask")), None),
        outcomes=next((_outcomes(outcomes) for outcomes in table.subtable("outcomes")), {}),
        deadlines=tuple(_deadline(deadline) for deadline in table.tables("deadlines", plain=True)),
    )
    for each in table.tables("actions", plain=True):
        actions.setdefault(each.key, []).append(action(each, (table.key,)))
    table.done()
    return read


def _ask(table: Table) -> Ask:
    ask = Ask(
        of=table.text("of"),
        opens=table.choice("opens", OPENS, "on dispatch"),
        task=table.period("task", Period(5, "days")),
        letter=table.text("letter"),
        answers=table.words("answers"),
        favour=table.words("favour", ()),
        against=table.words("against", ()),
        conditions=table.words("conditions", ()),
        conditions_need_acceptance=table.flag("conditions_need_acceptance"),
        reasons=table.words("reasons", ()),
        question=table.words("question", ()),
        question_extends=table.optional_period("question_extends"),
        objections_stand=table.flag("objections_stand"),
        shows=table.words("shows", ()),
        publishes=table.choice("publishes", PUBLISHES, "nothing"),
        joiners=table.optional_period("joiners"),
        within=table.period("within"),
        again_within=table.optional_period("again_within"),
        again_letter=table.text("again_letter", ""),
        basis=table.text("basis", ""),
        remind=table.periods("remind"),
        silence=table.text("silence"),
        confirm_unreached=table.flag("confirm_unreached"),
        came_back=table.choice("came_back", CAME_BACK, "offer"),
        by_mail=table.choice("by_mail", BY_MAIL, "after a look"),
        restarts_on_delivery=table.flag("restarts_on_delivery"),
        quorum=table.number("quorum"),
        turnout=table.share("turnout"),
        rule=table.text("rule"),
        closes=table.choice("closes", CLOSES),
        final_from=table.text("final_from", ""),
        extensions=table.number("extensions", 1),
        extension_at_least=table.optional_period("extension_at_least"),
        objection_notify=table.notices("objection_notify"),
        lapse_notify=table.notices("lapse_notify"),
        returns_from=table.words("returns_from", ()),
        returns=next(iter(table.alternatives("returns", single=True)), None),
    )
    table.done()
    return ask


def _outcomes(table: Table) -> dict[str, tuple[Alternative, ...]]:
    # A plain loop over the words a rule can say: anything else in the table is an unknown key.
    found = {word: table.alternatives(word) for word in OUTCOMES if word in table.content}
    table.asked_for.update(OUTCOMES)
    table.done()
    return {word: found[word] for word in table.content if word in found}


def _deadline(table: Table) -> Deadline:
    deadline = Deadline(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis", ""),
        of=table.text("of"),
        within=table.optional_period("within"),
        meeting=table.text("meeting", ""),
        before=table.optional_period("before"),
        on_expiry=table.text("on_expiry", ""),
        done_by=table.text("done_by", ""),
        repeats=table.flag("repeats"),
        report_to=table.text("report_to", ""),
    )
    table.done()
    return deadline


def action(table: Table, states: tuple[str, ...], part: str = "", basis: str = "") -> Action:
    """A table [actions.NAME], of the law file or of a part it takes.

    states   those in which it may be done
    basis    of the part in this law file; what the action says of itself comes after it
    """
    said = (basis, table.text("basis", ""))
    read = Action(
        name=table.key,
        title=table.text("title"),
        basis="; ".join(words for words in said if words),
        by=table.words("by"),
        states=states,
        needs=table.words("needs", ()),
        takes=table.words("takes", ()),
        when=table.words("when", ()),
        checklist=table.text("checklist", ""),
        does=table.text("does", ""),
        to=table.alternatives("to"),
        notify=table.notices("notify"),
        while_held=table.flag("while_held"),
        any_officer=table.flag("any_officer"),
        part=part,
    )
    table.done()
    return read
