"""What may be chosen in the fields of acts on sheets, risks, agreements and members (act_fields.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from states.agreements import form_of, partners_of, unsigned
from states.facts import Facts
from states.membership import members_on
from states.procedure import Action, Procedure
from states.provisions import DEGREES, EVERY_PARTNER
from states.sheets import question_of
from states.zones import zone_of
from workflow import i18n


class Choosing(Protocol):
    """What the choices of a field are worked out from."""

    @property
    def law(self) -> Procedure: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def action(self) -> Action: ...
    @property
    def language(self) -> str: ...
    @property
    def typed(self) -> Mapping[str, str]: ...


Options = Sequence[tuple[str, str]] | None


def _questions(of: Choosing) -> Options:
    """Every question, those without an answer first."""
    given = {answer.question for answer in of.facts.case.sheet}
    every = [q for sheet in of.law.sheets.values() for q in sheet.questions.values()]
    ranked = sorted(every, key=lambda q: q.name in given)
    return [(q.name, i18n.title(q.asks, of.language)) for q in ranked]


def asked_first(law: Procedure, action: Action, typed: Mapping[str, str]) -> str:
    """The detail on which it depends what the others may be, as long as nobody has chosen it; else ""."""
    is_open = action.does == "fill_sheet" and question_of(law, typed.get("question", "")) is None
    return "question" if is_open else ""


def _answers(of: Choosing) -> Options:
    """What answers the question that was chosen; it is typed where any text answers."""
    question = question_of(of.law, of.typed.get("question", ""))
    if of.action.does != "fill_sheet" or question is None or not question.answers:
        return None
    return [(word, i18n.word("sheet", word, of.language)) for word in question.answers]


def _risk_kinds(of: Choosing) -> Options:
    """The catalogue; where something is to be done about a risk, those that were found."""
    found = [risk.kind for risk in of.facts.case.risks]
    codes = found if of.action.does == "mitigate_risk" else list(of.law.risks)
    return [(c, i18n.title(of.law.risks[c].title, of.language)) for c in codes if c in of.law.risks]


def _degrees(of: Choosing) -> Options:
    return [(degree, i18n.word("risk", degree, of.language)) for degree in DEGREES]


def _forms(of: Choosing) -> Options:
    return [(form.form, i18n.title(form.title, of.language)) for form in of.law.agreements.values()]


def _signers(of: Choosing) -> Options:
    """Who signs under the form of the case, those whose signature is missing first."""
    form = form_of(of.law, of.facts.case)
    if form is None:
        return None
    missing = {signer for signer, _ in unsigned(of.law, of.facts.case)}
    ranked = sorted(form.signed_by, key=lambda signer: signer not in missing)
    return [
        (signer, i18n.title(of.law.signers.get(signer, "each of the partners"), of.language))
        for signer in ranked
    ]


def _organizations(of: Choosing) -> Options:
    form = form_of(of.law, of.facts.case)
    if form is None or EVERY_PARTNER not in form.signed_by:
        return None
    return [("", "–"), *((name, name) for name in partners_of(of.facts.case))]


def _categories(of: Choosing) -> Options:
    rules = of.law.membership
    if rules is None:
        return None
    open_ = [each for each in rules.categories.values() if not each.by_default]
    return [(each.name, i18n.title(each.title, of.language)) for each in open_]


def _regions(of: Choosing) -> Options:
    rules = of.law.membership
    if rules is None or not rules.regions:
        return None
    return [("", "–"), *((name, i18n.title(words, of.language)) for name, words in rules.regions.items())]


def _members(of: Choosing) -> Options:
    if of.action.does != "member_leaves":
        return None
    day = of.facts.today(zone_of(of.law.timezone))
    return [(member.name, member.name) for member in members_on(of.facts.case, day)]


#: Detail -> what may be chosen for it; None: it is typed.
CHOICES: Mapping[str, Callable[[Choosing], Options]] = {
    "answer": _answers,
    "category": _categories,
    "form": _forms,
    "likelihood": _degrees,
    "member": _members,
    "organization": _organizations,
    "question": _questions,
    "region": _regions,
    "risk_kind": _risk_kinds,
    "severity": _degrees,
    "signer": _signers,
}

#: Detail -> what it is called, and what is said beside it.
LABELS: Mapping[str, tuple[str, str]] = {
    "category": ("Category", ""),
    "decided_on": ("Decided on", "Left empty: today."),
    "document": ("Document of the decision", ""),
    "expertise": ("Have commitment and expertise been shown?", ""),
    "form": ("Form of the agreement", ""),
    "likelihood": ("How likely it is", ""),
    "member": ("Member", ""),
    "mitigation": ("What is done about it", ""),
    "organization": ("Organization", ""),
    "question": ("Question", ""),
    "region": ("Region", ""),
    "risk_kind": ("Risk", ""),
    "scan": ("Scan", "The name of a document of the case."),
    "severity": ("How severe it would be", ""),
    "signer": ("Who signs", ""),
}

#: The same, where one word means different things in different acts.
LABELS_OF: Mapping[tuple[str, str], tuple[str, str]] = {
    ("fill_sheet", "answer"): ("Answer", "Yes or no, or in words, as the question asks."),
    ("mitigate_risk", "owner"): ("Who sees to it", ""),
    ("record_risk", "owner"): ("Who sees to it", ""),
    ("record_signature", "signed_by"): ("Name and function", "Of the person who signed."),
}
