"""A case as the terminal shows it: state, dates, positions, timeline, and what may be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.facts import Case, Facts
from states.machine import possibilities
from states.positions import tally
from states.procedure import Procedure
from states.zones import zone_of
from workflow import engine, explanations, queries, timeline
from workflow.cli.desk import told_at, told_day
from workflow.queries import LETTERS

EVENTS_SHOWN = 12


def show(out: Console, session: Session, case_id: int, now: datetime, *, every_event: bool = False) -> None:
    """Print the whole file of a case."""
    law, facts = _look(session, case_id, now)
    case = facts.case
    state = law.states[case.state]
    out.print(f"[bold]{case.reference}[/]  {escape(case.title)}")
    home = f" ({case.partner['home']})" if case.partner.get("home") else ""
    territory = ", ".join(case.territory) or case.no_territory_reason or "none"
    facts_of_it = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts_of_it.add_row("Partner", escape(f"{case.partner.get('name', '')}{home}"))
    facts_of_it.add_row("Territory", escape(territory))
    held = f", on hold since {told_day(case.held_on)}" if case.held_on else ""
    facts_of_it.add_row("State", f"[bold]{escape(state.title)}[/] ({case.state}){held}")
    if case.target:
        facts_of_it.add_row(
            "Waits for", case.target + (" (paper issued)" if case.paper == case.target else "")
        )
    if case.standing:
        facts_of_it.add_row("Objections", ", ".join(sorted({o.party for o in case.standing})) + " standing")
    out.print(facts_of_it)
    _show_next(out, law, case)
    _show_round(out, law, facts)
    _show_letters(out, session, case_id)
    _show_timeline(out, session, case_id, law, every_event)
    _show_possible(out, law, facts)


def _look(session: Session, case_id: int, now: datetime) -> tuple[Procedure, Facts]:
    found = engine.facts_of(session, case_id, now)
    assert found is not None
    return found


def _show_next(out: Console, law: Procedure, case: Case) -> None:
    running = [d for d in case.deadlines if d.kind in ("window", "task", "expiry")]
    if not running:
        return
    shown = Table("Dates that run", "", "", box=None, padding=(0, 2, 0, 0))
    for each in sorted(running, key=lambda d: d.last_day):
        title = each.title or "The window closes"
        status = "" if each.status == "armed" else each.status
        acts = f"then: {each.on_expiry}" if each.on_expiry else ""
        if each.kind == "window":
            acts = f"answers count until {told_at(each.due_at, zone_of(law.timezone))} {law.timezone}"
        shown.add_row(told_day(each.last_day), escape(title), f"[yellow]{status}[/] {acts}".strip())
    out.print()
    out.print(shown)


def _show_round(out: Console, law: Procedure, facts: Facts) -> None:
    round_ = facts.case.round
    ask = law.states[round_.state].ask if round_ is not None else None
    if round_ is None or ask is None:
        return
    counts = tally(round_, facts.case, ask, facts.unreached)
    words = ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in counts.most_common())
    state = "open" if round_.is_open else f"closed: {round_.outcome}"
    out.print()
    out.print(f"[bold]{escape(law.states[round_.state].title)}[/]: {len(round_.asked)} asked, {state}")
    out.print(f"  {words}")


def _show_letters(out: Console, session: Session, case_id: int) -> None:
    rows = session.execute(
        select(LETTERS.c.purpose, LETTERS.c.status, func.count())
        .where(LETTERS.c.case_id == case_id)
        .group_by(LETTERS.c.purpose, LETTERS.c.status)
        .order_by(LETTERS.c.purpose, LETTERS.c.status)
    ).all()
    if rows:
        told = ", ".join(f"{count} {purpose}s {status.replace('_', ' ')}" for purpose, status, count in rows)
        out.print()
        out.print(f"[bold]Letters[/]: {told}")


def _show_timeline(out: Console, session: Session, case_id: int, law: Procedure, every: bool) -> None:
    found = timeline.entries(session, case_id, law)
    hidden = 0 if every else max(0, len(found) - EVENTS_SHOWN)
    shown = Table("", "Timeline", "", "", box=None, padding=(0, 2, 0, 0))
    zone = zone_of(law.timezone)
    for entry in found[hidden:]:
        who = f"{entry.actor} for {entry.on_behalf}" if entry.on_behalf else entry.actor
        shown.add_row(str(entry.seq), told_at(entry.at, zone), who, escape(_sentence(entry)))
    out.print()
    out.print(shown)
    if hidden:
        out.print(f"  {hidden} earlier events: --timeline shows them all", style="dim")


def _sentence(entry: timeline.Entry) -> str:
    return f"{entry.title}: {entry.says}" if entry.says else entry.title


def _show_possible(out: Console, law: Procedure, facts: Facts) -> None:
    found = possibilities(law, facts, Command("look", Actor("officer")))
    if not found:
        return
    shown = Table("What an officer may do", "", box=None, padding=(0, 2, 0, 0))
    for each in found:
        why = "" if each.refused is None else "; ".join(r.english for r in each.refused.reasons)
        name = f"[green]{each.name}[/]" if each.refused is None else f"[dim]{each.name}[/]"
        shown.add_row(name, escape(why) if why else escape(each.title))
    out.print()
    out.print(shown)


def show_dates(out: Console, session: Session, case_id: int) -> None:
    """Print how each running date was calculated."""
    found = queries.load_cases(session, [case_id])[case_id]
    law = engine.law_of(session, found)
    for each in explanations.explain_dates(session, case_id, law):
        out.print()
        title = each.title or "The window closes"
        out.print(f"[bold]How {told_day(each.last_day)} was calculated[/]  {escape(title)}")
        for line in each.lines:
            out.print(f"  {line.english}", markup=False)


def as_data(session: Session, case_id: int, now: datetime) -> dict[str, Any]:
    """The same as data."""
    law, facts = _look(session, case_id, now)
    case = facts.case
    round_ = case.round
    ask = law.states[round_.state].ask if round_ is not None else None
    return {
        "reference": case.reference,
        "procedure": law.id,
        "edition": law.edition,
        "case": case,
        "positions": dict(tally(round_, case, ask, facts.unreached)) if round_ and ask else {},
        "possible": {
            each.name: [] if each.refused is None else [r.english for r in each.refused.reasons]
            for each in possibilities(law, facts, Command("look", Actor("officer")))
        },
        "timeline": timeline.entries(session, case_id, law),
        "dates": [
            {"name": d.name, "last_day": d.last_day, "lines": [line.english for line in d.lines]}
            for d in explanations.explain_dates(session, case_id, law)
        ],
    }
