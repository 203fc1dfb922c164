"""A procedure told in full, state by state, in the words of someone who has to apply it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from states import comparison, provisions_told, terms
from states.procedure import Action, Alternative, Ask, Body, Deadline, Notices, Procedure, State
from states.ways import STAYS

WIDTH = 78
_LABEL = 14


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is said, with what it is about."""

    label: str
    words: str
    #: Columns the label takes in a terminal.
    width: int = _LABEL


Line = Entry | str
"""An entry; a text alone, which heads what follows; or "", an empty line."""


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the account: the procedure itself, a state, what several allow, or a part it takes."""

    title: str
    #: State or part of the law file it tells of, or "".
    about: str
    #: Entries that belong together: a state, its question, a deadline, an action.
    groups: tuple[tuple[Entry, ...], ...]
    #: Heading of each group, or "".
    headings: tuple[str, ...]


def show(
    procedure: Procedure,
    named: Callable[[str], str] = str,
    told: Callable[[Entry, str], Entry] = lambda entry, heading: entry,
) -> str:
    """Everything the law file says: who is asked what, by when, what silence means, who may do what.

    Every period, rule and action stands with its basis. At most 78 columns wide, unless a name is longer.

    named   a title or a heading -> how it is said; as it stands, if nothing is given
    told    an entry, with the heading of its group -> how it is said
    """
    lines: list[str] = []
    for number, section in enumerate(account(procedure)):
        title = named(section.title)
        title = f"{number}. {title}" if section.about in procedure.states else title
        lines += ["", title, "-" * len(title)] if number else [title, "=" * len(title)]
        for n, (heading, group) in enumerate(zip(section.headings, section.groups, strict=True)):
            lines += [""] if n else []
            lines += [named(heading)] if heading else []
            lines += [line for entry in group for line in _wrapped(told(entry, heading))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def account(procedure: Procedure) -> tuple[Section, ...]:
    """The same piece by piece: the procedure as a whole, each state, what several allow, each part."""
    written = [a for same in procedure.actions.values() for a in same if not a.part]
    own = {s: [a for a in written if a.states == (s,)] for s in procedure.states}
    found = [_section(procedure.title, "", _head(procedure))]
    for state in procedure.states.values():
        lines = _state(procedure, state)
        lines += [line for action in own[state.name] for line in _action(procedure, action)]
        found.append(_section(state.title, state.name, lines))
    if shared := [a for a in written if len(a.states) > 1]:
        told = [line for action in shared for line in _action(procedure, action)]
        found.append(_section("What several states allow", "", told))
    for part, title in procedure.parts.items():
        taken = [a for same in procedure.actions.values() for a in same if a.part == part]
        told = _entry("Basis", procedure.part_basis[part])
        told += [line for action in taken for line in _action(procedure, action)]
        found.append(_section(title, part, told))
    return tuple(found)


def _section(title: str, state: str, lines: list[Line]) -> Section:
    """The groups between empty lines; a line that is a text alone heads its group."""
    groups: list[list[Entry]] = [[]]
    headings = [""]
    for line in lines:
        if isinstance(line, Entry):
            groups[-1].append(line)
            continue
        if not line and (groups[-1] or headings[-1]):
            groups.append([])
            headings.append("")
        elif line:
            headings[-1] = str(line)
    return Section(title, state, tuple(map(tuple, groups)), tuple(headings))


def permissions(procedure: Procedure) -> list[tuple[str, str, str]]:
    """(state, action, role) for everything that may be done, in the order of the file."""
    return [
        (state, action.name, role)
        for state in procedure.states
        for action in procedure.actions_in(state)
        for role in action.by
    ]


def permissions_table(procedure: Procedure) -> str:
    """Who may do what, one line for each action of each state, one column for each role."""
    rows = permissions(procedure)
    roles = [role for role in procedure.roles if any(row[2] == role for row in rows)]
    states = max(map(len, procedure.states), default=0)
    actions = max((len(row[1]) for row in rows), default=0)
    lines = [f"{'state':{states}}  {'action':{actions}}  {'  '.join(roles)}"]
    told = ""
    for state, action in dict.fromkeys((state, action) for state, action, _ in rows):
        signs = ["x" if (state, action, role) in rows else "." for role in roles]
        cells = "  ".join(f"{sign:{len(role)}}" for sign, role in zip(signs, roles, strict=True))
        lines.append(f"{'' if state == told else state:{states}}  {action:{actions}}  {cells}".rstrip())
        told = state
    return "\n".join(lines) + "\n"


def _head(p: Procedure) -> list[Line]:
    counted = f"in {p.timezone}; nothing falls due on a day off of the calendar {p.calendar}"
    late = (
        f"until {p.grace.wall:%H:%M} of the next working day after the last day"
        if p.grace.wall
        else "until the end of the last day"
    )
    standing = f"for {p.consent_valid}, then it is asked for again" if p.consent_valid else "for ever"
    lines = _entry("Procedure", f"{p.id}, edition {p.edition}, {p.status}; references begin with {p.prefix}")
    lines += _entry("Basis", p.basis)
    lines += _entry("Decided by", terms.listed(comparison.named(p, comparison.deciders(p))))
    if p.framed_by:
        lines += _entry("Framework of", f"the {p.bodies[p.framed_by].title}")
    lines += _entry("Agreement", comparison.AGREEMENT_WORDS[comparison.agreement_duty(p)])
    if reports := comparison.reports_to(p):
        lines += _entry("Reports to", terms.listed(comparison.named(p, reports)))
    has_parties = p.parties != "none"
    lines += _entry("Parties", f"those of the register '{p.parties}'" if has_parties else "none are asked")
    lines += _entry("Days count", counted)
    lines += _entry("Answers count", late)
    lines += _entry("Consent stands", standing)
    if p.consents_renewed_by:
        lines += _entry("Renewed by", f"the {p.bodies[p.consents_renewed_by].title}")
    lines += _entry("Letters in", terms.listed(p.languages))
    lines += _entry("Begins as", p.start)
    lines += ["", "Who acts"]
    lines += _column(p.roles)
    lines += ["", "Bodies"] if p.bodies else []
    lines += _column({b.code: b.title + _arithmetic(b) for b in p.bodies.values()})
    for name, items in p.checklists.items():
        lines += ["", f"Checklist '{name}'", *_column(items)]
    for heading, entries in provisions_told.told(p):
        lines += ["", heading, *_column(entries)]
    return lines


def _arithmetic(body: Body) -> str:
    said = ""
    if body.quorum_share:
        said = f"; quorum {body.quorum_share[0]}/{body.quorum_share[1]} of the Parties of that day"
    elif body.quorum_seats:
        said = f"; quorum {body.quorum_seats} seats"
    if body.majority:
        said += f"; carried by {body.majority[0]}/{body.majority[1]} of yes and no"
    return said


def _state(procedure: Procedure, state: State) -> list[Line]:
    lines = _entry("State", state.name + (", the start" if state.name == procedure.start else ""))
    if state.final:
        lines += _entry("", "The case ends here.")
    if state.basis:
        lines += _entry("Basis", state.basis)
    if state.target:
        lines += _entry("Waits for", f"the next meeting of {_body(procedure, state.target)}")
    if state.decider:
        lines += _entry("Decided by", _body(procedure, state.decider))
    lines += _told("On entry", state.notify)
    lines += _told("If it moves", state.target_notify)
    lines += _ways("By itself", state.moves_on)
    if state.ask:
        lines += _ask(procedure, state.ask)
    for outcome, alternatives in state.outcomes.items():
        lines += _ways(f"If {outcome}", alternatives)
    return lines + [line for deadline in state.deadlines for line in _deadline(procedure, deadline)]


def _ask(procedure: Procedure, ask: Ask) -> list[Line]:
    how = "as soon as the case enters" if ask.opens == "on entry" else f"by an officer, within {ask.task}"
    lines: list[Line] = ["", *_entry("Asked", f"{terms.asked(procedure, ask)}; one answer each")]
    lines += _entry("Sent", f"{how}; letter '{ask.letter}'")
    lines += _entry("By when", f"{ask.within} from dispatch; closes {ask.closes}")
    if ask.again_within or ask.again_letter:
        again = f"{ask.again_within or ask.within}; letter '{ask.again_letter or ask.letter}'"
        lines += _entry("Asked again", again)
    lines += _entry("Basis", ask.basis)
    lines += _entry("Answers", "; ".join(_answer(ask, word) for word in ask.answers))
    lines += _entry("Silence", f"means {terms.spoken(ask.silence)}{_unreached(ask)}")
    lines += _entry("Decides", terms.rule(ask))
    if ask.came_back == "next contact":
        lines += _entry("Returned", "a letter that comes back goes to whoever is next on file, by itself")
    if ask.by_mail == "at once":
        lines += _entry("By mail", "a clear answer of a known contact, its address proved, counts at once")
    if ask.restarts_on_delivery:
        lines += _entry("Clock", "starts again for whom the request reaches only on a later day")
    if ask.final_from:
        lines += _entry("Final from", f"rank '{ask.final_from}' upwards; until then the window runs on")
    if ask.remind:
        when = terms.listed(str(lead) for lead in ask.remind)
        lines += _entry("Reminders", f"{when} before the last day, to those who have not answered")
    least = f", of {ask.extension_at_least} at least" if ask.extension_at_least else ""
    lines += _entry("Extensions", f"{ask.extensions}{least}" if ask.extensions else "none")
    if ask.joiners:
        lines += _entry("Joiners", f"a Party that joins meanwhile is asked too, for {ask.joiners} at least")
    if ask.shows:
        lines += _entry("Shows", f"those asked, while it is open: {terms.listed(ask.shows)}")
    if ask.publishes != "nothing":
        told = {"counts": "how many answered what", "positions": "who answered what"}[ask.publishes]
        lines += _entry("Public", f"{told}, after the close, if the case is released")
    if ask.objections_stand:
        lines += _entry("Objections", "stand until they are withdrawn in writing")
    lines += _told("On objection", ask.objection_notify)
    lines += _told("If it lapses", ask.lapse_notify)
    if ask.returns:
        late = f"an objection received in time but recorded late, from {terms.listed(ask.returns_from, 'or')}"
        lines += _entry("Returns", f"{late}: {_way(ask.returns)}")
    return lines


def _answer(ask: Ask, word: str) -> str:
    """One answer with what is special about it."""
    notes = []
    if word in ask.favour:
        notes.append("in favour")
    if word in ask.against:
        notes.append("against")
    if word in ask.conditions:
        accepted = ", which the partner must accept in writing" if ask.conditions_need_acceptance else ""
        notes.append(f"tells its conditions{accepted}")
    if word in ask.reasons:
        notes.append("must give reasons")
    if word in ask.question and ask.question_extends:
        notes.append(f"extends its own window by {ask.question_extends}, once")
    return f"{word} ({', '.join(notes)})" if notes else word


def _unreached(ask: Ask) -> str:
    if not ask.confirm_unreached:
        return ""
    return "; an officer first confirms whom the request never reached: they are not silent"


def _deadline(procedure: Procedure, deadline: Deadline) -> list[Line]:
    lines: list[Line] = ["", *_entry("Deadline", deadline.title)]
    lines += _entry("By when", f"{deadline.of}, {terms.falls(procedure, deadline)}")
    if deadline.on_expiry:
        lines += _entry("Then", f"'{deadline.on_expiry}', by itself")
    elif deadline.done_by:
        lines += _entry("Fulfilled", f"by '{deadline.done_by}'; otherwise it is overdue")
    else:
        lines += _entry("Then", "it is overdue; nothing happens by itself")
    return lines + _entry("Basis", deadline.basis)


def _action(procedure: Procedure, action: Action) -> list[Line]:
    lines: list[Line] = ["", *_entry("Action", f"{action.name}: {action.title}")]
    by = terms.listed(action.by, "or")
    by += " (any officer)" if action.any_officer else ""
    lines += _entry("By", by + (", also on hold" if action.while_held else ""))
    if len(action.states) > 1 or action.part:
        lines += _entry("In", where(procedure, action.states))
    if action.when:
        lines += _entry("Only if", "; ".join(terms.condition(guard) for guard in action.when))
    if action.checklist:
        lines += _entry("Checklist", f"'{action.checklist}' is complete")
    if action.needs:
        lines += _entry("Needs", ", ".join(action.needs))
    if action.takes:
        lines += _entry("May give", ", ".join(action.takes))
    lines += _ways("Leads to", action.to)
    lines += _told("Tells", action.notify)
    return lines + _entry("Basis", action.basis)


def where(procedure: Procedure, states: tuple[str, ...]) -> str:
    """Several states in words: by those that are left out, where they are fewer."""
    left = [name for name in procedure.states if name not in states]
    if not left:
        return "every state"
    return f"every state but {terms.listed(left)}" if len(left) < len(states) / 2 else terms.listed(states)


def _ways(label: str, alternatives: tuple[Alternative, ...]) -> list[Line]:
    lines: list[Line] = []
    for n, alternative in enumerate(alternatives):
        otherwise = "otherwise " if n and not alternative.when else ""
        lines += _entry("" if n else label, otherwise + _way(alternative))
    return lines


def _way(alternative: Alternative) -> str:
    where = "the case stays" if alternative.to == STAYS else alternative.to
    holds = terms.conditions(alternative.when)
    marks = [f"marks it {terms.spoken(mark)}" for mark in alternative.marks]
    marks += [f"no longer {terms.spoken(mark)}" for mark in alternative.unmarks]
    told = [f"tells {_recipients(alternative.notify)}"] if alternative.notify else []
    return "; ".join([f"{where}, if {holds}" if holds else where, *marks, *told])


def _told(label: str, notices: Notices) -> list[Line]:
    return _entry(label, _recipients(notices)) if notices else []


def _recipients(notices: Notices) -> str:
    """Who gets which letter: "partner and officers ('declined')"."""
    letters: dict[str, list[str]] = {}
    for audience, template in notices.items():
        letters.setdefault(template, []).append(terms.spoken(audience))
    return "; ".join(f"{terms.listed(who)} ('{template}')" for template, who in letters.items())


def _body(procedure: Procedure, code: str) -> str:
    body = procedure.bodies.get(code)
    return f"the {body.title}" if body else code


def _column(entries: Mapping[str, str]) -> list[Line]:
    """Names and what they mean, the meanings below each other."""
    width = max([_LABEL, *map(len, entries)])
    return [line for name, words in entries.items() for line in _entry(name, words, width)]


def _entry(label: str, words: str, width: int = _LABEL) -> list[Line]:
    return [Entry(label, words, width)]


def _wrapped(entry: Entry) -> list[str]:
    first = f"   {entry.label:<{entry.width}} "
    return textwrap.wrap(
        entry.words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * (entry.width + 4),
        break_on_hyphens=False,
        break_long_words=False,
    )
