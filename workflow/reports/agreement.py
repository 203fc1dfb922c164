"""The draft of an agreement, filled from the case: who, what for, where, with what money, and every clause
that the law file asks for. It is a draft: people write on from here, and sign what they have read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.paper import Block, Document, Facts, Grid, Heading, Items, Signing, Text
from states import ledger
from states.agreements import partners_of
from states.procedure import Procedure
from states.provisions import EVERY_PARTNER, Agreement
from workflow import i18n
from workflow.reports import parts
from workflow.reports.casefile import CaseFile
from workflow.reports.tongue import Tongue

#: What is to be written where nothing is known yet.
BLANK = "[………]"


class NoDraft(ValueError):
    """There is nothing to draft; the text says why."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause."""

    #: Item of the checklist it answers.
    name: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An agreement as it would be signed, in plain words of one language."""

    language: str
    #: The form of agreement: "Memorandum of understanding".
    title: str
    #: What the partnership is called.
    about: str
    reference: str
    #: When the draft was made.
    dated: str
    office: str
    address: str
    #: (how each side is called, who it is).
    sides: tuple[tuple[str, str], ...]
    territory: str
    objective: tuple[str, ...]
    #: (kind, who, purpose, amount, currency) of what has been pledged or received.
    contributions: tuple[tuple[str, str, str, str, str], ...]
    #: Conditions made with consents and approvals, each with who made it.
    conditions: tuple[str, ...]
    clauses: tuple[Clause, ...]
    #: (for whom, name as it is known) of each signature.
    signatures: tuple[tuple[str, str], ...]
    #: Words of the document itself: heading of a part -> as the language says it.
    words: Mapping[str, str]


def draft_of(file: CaseFile, language: str) -> Draft:
    """The draft for the form of agreement that was chosen, or that the law file has alone.

    Raises   NoDraft
    """
    form = form_of(file)
    say = Tongue(language, file.names)
    office = say.office(file.office)
    return Draft(
        language=language,
        # A law file calls its only form "signed agreement": what is drafted here is yet to be signed.
        title=say.t("Partnership agreement") if form.form == "agreement" else say.title(form.title),
        about=file.case.title,
        reference=file.case.reference,
        dated=say.day(file.today),
        office=office.name,
        address=office.address,
        sides=tuple(_sides(file, form, say)),
        territory=say.parties(file.case.territory) or file.case.no_territory_reason or BLANK,
        objective=parts.lines(file.case.summary or BLANK),
        contributions=tuple(_contributions(file, say)),
        conditions=tuple(say.about(say.voice(c.by, file.law), c.text) for c in file.case.conditions),
        clauses=tuple(_clauses(file.law, form, say)),
        signatures=tuple(_signatures(file, form, say)),
        words={name: say.t(name) for name in WORDS},
    )


#: Stands at the head of every draft.
BINDS_NOBODY = "This is a draft: it binds nobody until everybody who must sign it has signed."
NOTHING_YET = "No contribution has been entered yet."
#: Headings and sentences of the document itself.
WORDS = (
    "Draft", "Between", "Objective", "Territory", "Contributions", "Conditions", "Clauses", "Signatures",
    "Contribution", "From", "Purpose", "Amount", "Currency", "Place and date", "Reference", "Date", "Name",
    BINDS_NOBODY, NOTHING_YET,
)  # fmt: skip


def form_of(file: CaseFile) -> Agreement:
    """The form of agreement a case is to be drafted in.

    Raises   NoDraft
    """
    forms = file.law.agreements
    if file.case.form in forms:
        chosen = forms[file.case.form]
        if not chosen.written:
            raise NoDraft(f"{file.case.reference} needs no written agreement: {chosen.title}.")
        return chosen
    written = [form for form in forms.values() if form.written]
    if not written:
        raise NoDraft(f"The procedure of {file.case.reference} knows no written agreement.")
    if len(written) > 1:
        names = ", ".join(form.form for form in written)
        raise NoDraft(f"The form of agreement of {file.case.reference} is open: choose one of {names} first.")
    return written[0]


def agreement(file: CaseFile, language: str) -> Document:
    """The draft as a document, for PDF and HTML; Word has a template of its own.

    Raises   NoDraft
    """
    of = draft_of(file, language)
    say = of.words
    blocks: list[Block] = [
        Text((say[BINDS_NOBODY],), is_quiet=True),
        Heading(say["Between"]),
        Facts(of.sides),
        Heading(say["Objective"]),
        Text(of.objective),
        Heading(say["Territory"]),
        Text((of.territory,)),
        Heading(say["Contributions"]),
        _money(of),
    ]  # fmt: skip
    if of.conditions:
        blocks += [Heading(say["Conditions"]), Items(of.conditions)]
    blocks.append(Heading(say["Clauses"]))
    for number, clause in enumerate(of.clauses, 1):
        blocks += [Heading(f"{number}. {clause.heading}", 2), Text((clause.text,))]
    blocks.append(Heading(say["Signatures"]))
    place = f"{say['Place and date']}{i18n.colon(language)}{BLANK}"
    blocks.append(Signing(tuple((whom, name or BLANK, place) for whom, name in of.signatures)))
    return Document(
        language=language,
        title=of.title,
        office=Tongue(language, file.names).office(file.office),
        subtitle=of.about,
        marks=((say["Reference"], of.reference), (say["Date"], of.dated)),
        blocks=tuple(blocks),
        running=f"{say['Draft']} – {of.reference} – {of.about}",
        foot=f"{say['Draft']}, {of.reference}",
    )


def _money(of: Draft) -> Block:
    say = of.words
    if not of.contributions:
        return Text((say[NOTHING_YET], BLANK))
    columns = tuple(say[name] for name in ("Contribution", "From", "Purpose", "Amount", "Currency"))
    return Grid(columns, of.contributions, figures=frozenset({3}), widths=(4, 5, 6, 4, 3))


def _sides(file: CaseFile, form: Agreement, say: Tongue) -> list[tuple[str, str]]:
    found = []
    for signer in form.signed_by:
        for name in _names(file, signer, say):
            called = say.title(file.law.signers.get(signer, "the partner"))
            found.append((called[:1].upper() + called[1:], name))
    return found


def _signatures(file: CaseFile, form: Agreement, say: Tongue) -> list[tuple[str, str]]:
    known = {(s.signer, s.organization): s.name for s in file.case.signatures}
    found = []
    for signer in form.signed_by:
        for name in _names(file, signer, say):
            by = known.get((signer, name)) or known.get((signer, "")) or ""
            if not by and signer not in (EVERY_PARTNER, "partner", "government"):
                by = say.office_signatory(file.office)
            found.append((name, by))
    return found


def _names(file: CaseFile, signer: str, say: Tongue) -> list[str]:
    """Who signs under a word of the law file: every partner, the Party concerned, or this house."""
    if signer in (EVERY_PARTNER, "partner"):
        return list(partners_of(file.case)) if signer == EVERY_PARTNER else [_partner(file)]
    if signer == "government":
        return [say.party(code) for code in file.case.territory] or [BLANK]
    return [say.office(file.office).name]


def _partner(file: CaseFile) -> str:
    return str(file.case.partner.get("name") or BLANK)


def _contributions(file: CaseFile, say: Tongue) -> list[tuple[str, str, str, str, str]]:
    """Pledges and contributions in kind that stand; where nothing was pledged, what was received."""
    entries = [line.entry for account in file.statement.accounts for line in account.lines]
    gone = ledger.undone(entries)
    standing = [e for e in entries if e.no not in gone]
    wanted = [e for e in standing if e.kind in ("pledge", "in_kind")]
    wanted = wanted or [e for e in standing if e.kind == "receipt"]
    return [
        (say.word("entry", e.kind), e.who, e.purpose, say.amount(e.amount, e.currency), e.currency)
        for e in sorted(wanted, key=lambda e: e.no)
    ]


def _clauses(law: Procedure, form: Agreement, say: Tongue) -> list[Clause]:
    """A clause for each item of the checklist; acts of a role - a review, an approval - are none."""
    acts = {name for name, same in law.actions.items() if any(a.does == "confirm_own_item" for a in same)}
    found = []
    for name, words in law.checklists.get(form.clauses, {}).items():
        if name in acts:
            continue
        heading, text = (say.clause(kind, name) for kind in ("clause_title", "clause"))
        found.append(Clause(name, heading or say.title(words), text or BLANK))
    return found
