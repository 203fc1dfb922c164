"""The details of an action as fields of a form: what is asked for, what may be chosen, and what was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from states import openness
from states.details import DAY, LIST, NUMBER, TRUTH, kind_of, read
from states.facts import Facts
from states.ledger import BOOKED, correctable, in_suspense
from states.monitoring import ASSESSMENT, COMPLAINT, RECOMMENDATION, RESULTS
from states.positions import consents, late_answers, positions
from states.procedure import Action, Procedure
from states.questions import waiting
from workflow import i18n
from workflow.register.cells import BadValue, day
from workflow.web import act_provisions
from workflow.web.showing import say

Names = Mapping[str, tuple[str, str, str]]
"""Code of a Party -> its names in English, French and Spanish."""


@dataclass(frozen=True, slots=True)
class Field:
    """One detail to be filled in."""

    name: str
    label: str
    #: text, long, day, number, truth, choice, or fixed (shown, and sent as it is).
    kind: str
    required: bool
    hint: str = ""
    #: (value, words) of a choice.
    options: tuple[tuple[str, str], ...] = ()
    #: As typed.
    value: str = ""


#: Detail -> what it is called, and what is said beside it.
LABELS: Mapping[str, tuple[str, str]] = {
    "abstain": ("Abstentions", ""),
    "actual": ("Actual value", "In figures, or in words."),
    "amount": ("Amount", "Such as 1250.50: a full stop before the decimals."),
    "baseline": ("Baseline", "Where it stands before the work begins."),
    "currency": ("Currency", "Three letters, such as CHF."),
    "due": ("By when", "If it is not a working day, the next one counts."),
    "duty": ("Which", ""),
    "entry": ("Entry", ""),
    "findings": ("What was found", "It is kept in the record."),
    "indicator": ("Indicator", ""),
    "on": ("Day", "Left empty: today."),
    "owner": ("Who carries it out", ""),
    "purpose": ("Purpose", ""),
    "target": ("Target", "Where it shall stand."),
    "unit": ("Unit", "Such as ha, or people trained."),
    "who": ("Who", ""),
    "answer": ("Answer", ""),
    "by": ("How it was decided", "Left empty: by vote if votes are given, else by consensus."),
    "changes": ("What has changed", "In words that those who are asked can read: letters quote them."),
    "conditions": ("Conditions", "In the words of whoever made them."),
    "ends": ("Last day", ""),
    "evidence": ("Evidence", "Where it can be found: the name of a document, a reference."),
    "in_writing": ("In writing?", ""),
    "for_all": (
        "May the others read it?",
        "Question and answer then stand on the reply pages of all who are asked.",
    ),
    "item": ("Item", ""),
    "language": ("Language", ""),
    "kind": ("Kind", ""),
    "meeting": ("Meeting", ""),
    "no": ("Votes against", ""),
    "no_territory_reason": ("Why no territory is concerned", ""),
    "funds": ("Contributions and matching funds", "In words that everybody may read."),
    "parties": ("Whom nothing has reached", ""),
    "party": ("Party", ""),
    "present": ("Present", "How many were present, for the quorum."),
    "proposal": (
        "What is proposed",
        "In words that everybody may read: this is the text of the public register.",
    ),
    "proposed_by": ("Proposed by", "As everybody may read it: no person, no address."),
    "public_title": ("Title for the public", "It may differ from the title of the file."),
    "reason": ("Reason", "It is kept in the record, and letters about it quote it."),
    "reasons": ("Reasons", "They are kept in the record."),
    "result": ("Result", ""),
    "risk": ("Risk found", ""),
    "signed_by": ("Signed by", "Names and functions, of both sides."),
    "signed_on": ("Signed on", ""),
    "summary": ("Summary", "The proposal in a few words: letters print it."),
    "territory": ("Territory", "Parties by name or code, separated by commas: the whole new list."),
    "text": ("Text", ""),
    "terms_changed": ("Have the terms changed?", "If they have, the whole procedure begins again."),
    "title": ("Title", ""),
    "until": ("New last day", "If it is not a working day, the next one counts."),
    "yes": ("Votes in favour", ""),
    **act_provisions.LABELS,
}
#: (act, detail) -> the same where a detail means something of its own.
_LABELS_OF: Mapping[tuple[str, str], tuple[str, str]] = {
    ("book_entry", "who"): ("From whom, or to whom", ""),
    ("book_in_suspense", "who"): ("From whom, or to whom", ""),
    ("plan_assessment", "text"): ("What it looks at", ""),
    ("recommend", "text"): ("What is to be done", ""),
    ("record_actual", "text"): ("Note", ""),
    ("record_complaint", "text"): ("What is complained of", "In the words of whoever complains."),
    ("record_complaint", "who"): ("Who complains", ""),
    ("set_indicator", "due"): ("By when", ""),
    ("set_indicator", "title"): ("Indicator", "What is measured, such as hectares restored."),
    **act_provisions.LABELS_OF,
}
_LONG = frozenset(
    {"findings", "reason", "reasons", "changes", "conditions", "text", "summary", "no_territory_reason"}
    | {"mitigation", "proposal", "funds"}
)


def fields(
    law: Procedure, facts: Facts, action: Action, names: Names, language: str, typed: Mapping[str, str]
) -> list[Field]:
    """The fields of an action in this case, with what was typed before, in the order of the law file.

    Where what may be said depends on one of them that nobody has chosen yet, that one alone.
    """
    made = []
    first = act_provisions.asked_first(law, action, typed)
    for name in (first,) if first else dict.fromkeys((*action.needs, *action.takes)):
        if name == "no_territory_reason" and facts.case.territory:
            continue
        label, hint = _LABELS_OF.get(
            (action.does, name), LABELS.get(name, (name.replace("_", " ").capitalize(), ""))
        )
        field = Field(
            name=name,
            label=say(label, language),
            kind=_kind(name),
            required=name in action.needs,
            hint=say(hint, language) if hint else "",
            value=typed.get(name, _present(name, facts, action, typed.get("language", ""))),
        )
        known = CHOICES.get(name)
        if known is not None:
            options = known(_Choosing(law, facts, action, names, language, typed))
            if options is not None:
                field = replace(field, kind="choice", options=tuple(options))
        if name == "question" and not first:
            asks = dict(field.options).get(field.value, field.value)
            field = replace(field, kind="fixed", hint=asks)
        if name == "parties":
            told = i18n.listed([named(code, names, language) for code in sorted(facts.unreached)], language)
            field = replace(field, kind="fixed", value=",".join(sorted(facts.unreached)), hint=told)
        made.append(field)
    return made


def typed(form: FormData | Mapping[str, Any], action: Action) -> dict[str, str]:
    """What was typed into the fields of an action, as it was typed."""
    found = {}
    for name in (*action.needs, *action.takes):
        value = form.get(name)
        if isinstance(value, str):
            found[name] = value.replace("\r\n", "\n").strip()
    return found


def details(
    given: Mapping[str, str], facts: Facts, action: Action, names: Names, zone: ZoneInfo
) -> tuple[dict[str, Any], list[str]]:
    """The details of a command from what was typed, without empty fields; and what is not understood."""
    found: dict[str, Any] = {}
    faults = []
    for name, text in given.items():
        if text == "" or (action.does == "set_details" and text == _present(name, facts, action)):
            continue
        try:
            found[name] = _read(name, text, names, zone)
        except ValueError as fault:
            faults.append(str(fault))
    return found, faults


def _read(name: str, text: str, names: Names, zone: ZoneInfo) -> Any:
    kind = kind_of(name)
    if kind is LIST:
        return tuple(codes_of(text, names))
    if kind is DAY:
        try:
            return day(text)
        except BadValue as bad:
            raise ValueError(str(bad)) from None
    return read(name, text, zone)


def codes_of(text: str, names: Names) -> list[str]:
    """Codes of Parties from codes and names; what is neither is left as it was typed."""
    by_name = {i18n.sort_key(name): code for code, three in names.items() for name in three if name}
    found = []
    for each in re.split(r"[,;\n]", text):
        word = each.strip()
        if word:
            code = by_name.get(i18n.sort_key(word), word.upper() if len(word) == 2 else word)
            found.append(code)
    return list(dict.fromkeys(found))


def _kind(name: str) -> str:
    kind = kind_of(name)
    if kind is DAY:
        return "day"
    if kind is NUMBER:
        return "number"
    if kind is TRUTH:
        return "truth"
    return "long" if name in _LONG else "text"


#: Detail -> field of the text for the public.
_PUBLIC = {"public_title": "title", "proposed_by": "proposed_by", "proposal": "proposal", "funds": "funds"}


def _present(name: str, facts: Facts, action: Action, language: str = "") -> str:
    """What stands in a field before anybody has typed: what is on file, where the action changes it."""
    case = facts.case
    if name == "territory":
        return ", ".join(case.territory)
    if action.does == "set_details" and name in ("title", "summary"):
        return str(getattr(case, name))
    if action.does == "write_public_text" and name in _PUBLIC:
        text = {**openness.readable(case), **openness.waiting(case)}.get(language)
        return str(getattr(text, _PUBLIC[name])) if text is not None else ""
    return case.target if name == "meeting" else ""


# ---------------------------------------------------------------------------------------- choices


@dataclass(frozen=True, slots=True)
class _Choosing:
    """What the choices of a field are worked out from."""

    law: Procedure
    facts: Facts
    action: Action
    names: Names
    language: str
    #: What was typed before, or came with the address.
    typed: Mapping[str, str]


Options = Sequence[tuple[str, str]] | None


def _words(context: str, *words: str) -> Callable[[_Choosing], Options]:
    def options(of: _Choosing) -> Options:
        return [(word, i18n.word(context, word, of.language)) for word in words]

    return options


def _kinds(of: _Choosing) -> Options:
    if of.action.does in ("book_entry", "book_in_suspense"):
        return _words("entry", *BOOKED)(of)
    if "corrigendum_is_of_a_kind" in of.action.when:
        return _words("corrigendum", "editorial", "substantive")(of)
    return _words("amendment", "editorial", "material")(of)


def _entries(of: _Choosing) -> Options:
    """Entries to which the act can be done, newest first."""
    is_correction = of.action.does == "correct_entry"
    possible = (correctable if is_correction else in_suspense)(of.facts.entries)
    return [
        (str(e.no), f"{e.no}: {i18n.word('entry', e.kind, of.language)}, {e.amount} {e.currency}, {e.who}")
        for e in reversed(possible)
    ]


def _indicators(of: _Choosing) -> Options:
    return [(str(no), name) for no, name in of.facts.indicators.items()]


def _duties(of: _Choosing) -> Options:
    """What is still to be done of the kind that the act ends; the page of monitoring says more of each."""
    kind = _ENDS.get(of.action.does, "")
    first = f"duty:{kind}:"
    running = [d for d in of.facts.case.deadlines if d.name.startswith(first)]
    return [
        (d.name.removeprefix(first), f"{d.name.removeprefix(first)}: {i18n.day(d.last_day, of.language)}")
        for d in running
    ]


def _owners(of: _Choosing) -> Options:
    if of.action.does in ("record_risk", "mitigate_risk"):
        return None
    doers = [role for role in of.law.roles if role not in ("party", "seat", "clock")]
    return [("partner", i18n.word("owner", "partner", of.language))] + [
        (role, i18n.title(of.law.roles[role], of.language, of.law.id)) for role in doers
    ]


#: Act -> the kind of duty that it ends.
_ENDS = {
    "record_assessment": ASSESSMENT,
    "close_recommendation": RECOMMENDATION,
    "review_complaint": COMPLAINT,
}


def _results(of: _Choosing) -> Options:
    if of.action.does == "review_complaint":
        return _words("complaint", *RESULTS)(of)
    state = of.law.states[of.facts.case.state]
    body = of.law.bodies.get(state.decider or state.target)
    if body is not None and body.results:
        return _words("result", *body.results)(of)
    is_conference = body is not None and body.quorum_share is not None
    words = ("adopted", "not_adopted") if is_conference else ("approved", "rejected")
    return _words("result", *words, "deferred")(of)


def _meetings(of: _Choosing) -> Options:
    body = of.law.states[of.facts.case.state].target
    return [
        (m.ordinal, f"{m.ordinal} ({i18n.span(m.starts, m.ends, of.language)})")
        for m in of.facts.meetings
        if m.body == body and m.ends >= of.facts.case.since.date()
    ]


def _items(of: _Choosing) -> Options:
    """Items of checklists that nobody has confirmed yet, and that are not another role's to confirm."""
    case, own = of.facts.case, {a.name for same in of.law.actions.values() for a in same}
    open_items = [
        (item, i18n.title(words, of.language))
        for items in of.law.checklists.values()
        for item, words in items.items()
        if item not in case.items and item not in own
    ]
    if case.conditions and "conditions" not in case.items:
        open_items.append(("conditions", say("the conditions made with consents and approval", of.language)))
    return open_items


def _parties(of: _Choosing) -> Options:
    case, does = of.facts.case, of.action.does
    codes: list[str]
    round_, ask = case.open_round, of.law.states[case.state].ask
    if does == "carve_out":
        codes = list(case.territory)
    elif does == "revoke_consent":
        codes = list(consents(of.law, case))
    elif does == "accept_conditions" and round_ is not None and ask is not None:
        codes = [p.code for p in positions(round_, case, ask) if p.word in ask.conditions]
    elif does == "answer_question":
        codes = sorted({each.member for each in waiting(of.law, case)})
    elif does == "admit_late" and round_ is not None:
        codes = sorted({m.party for m in round_.asked if late_answers(round_, m.code)})
    else:
        return None
    found = [(code, named(code, of.names, of.language)) for code in codes]
    return sorted(found, key=lambda each: i18n.sort_key(each[1]))


def _languages(of: _Choosing) -> Options:
    """Languages of texts for the public: those of the law file, or those that wait for a second person."""
    texts = openness.waiting(of.facts.case)
    codes = texts if of.action.does == "review_public_text" else of.law.languages
    return [(code, i18n.own_name(code)) for code in codes]


def named(code: str, names: Names, language: str) -> str:
    """The name of a Party, by its code."""
    return i18n.named_in(language, names.get(code)) or i18n.country(code, language)


#: Detail -> what may be chosen for it; None: it is typed.
CHOICES: Mapping[str, Callable[[_Choosing], Options]] = {
    "by": _words("way", "consensus", "vote"),
    "duty": _duties,
    "entry": _entries,
    "indicator": _indicators,
    "owner": _owners,
    "item": _items,
    "kind": _kinds,
    "language": _languages,
    "meeting": _meetings,
    "party": _parties,
    "result": _results,
    "risk": _words("risk", "none", "low", "medium", "high"),
    **act_provisions.CHOICES,
}
