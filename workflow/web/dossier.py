"""What a case has gathered beside its rounds, ready for a template: sheets, risks, the agreement, members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from states.agreements import form_of, unsigned
from states.dossier import Member, Risk
from states.facts import Case
from states.membership import members_on
from states.procedure import Procedure
from states.provisions import Question
from workflow import i18n
from workflow.web.deeds import Deeds


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a sheet and its answer."""

    asks: str
    #: "" while nobody has answered.
    answer: str
    stops: bool
    evidence: str
    on: date | None
    #: Where whoever looks may answer it, or "".
    address: str


@dataclass(frozen=True, slots=True)
class SheetTold:
    """A sheet with its answers."""

    name: str
    title: str
    rows: tuple[Row, ...]

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(bool(row.answer) for row in self.rows)

    @property
    def is_stopping(self) -> bool:
        """Whether an answer stops the case."""
        return any(row.stops for row in self.rows)


@dataclass(frozen=True, slots=True)
class RiskTold:
    """A risk that was found."""

    risk: Risk
    title: str
    #: low, medium or high, in words.
    level: str


@dataclass(frozen=True, slots=True)
class AgreementTold:
    """The form of the agreement, and who has signed."""

    title: str
    written: bool
    #: (who, name and function, day, scan) of each signature.
    signed: tuple[tuple[str, str, date | None, str], ...]
    missing: tuple[str, ...]


def sheets_of(law: Procedure, case: Case, deeds: Deeds, language: str) -> list[SheetTold]:
    """The sheets of the law file, with what was answered."""
    given = {answer.question: answer for answer in case.sheet}
    fills = next((deed.address for deed in deeds.possible if deed.does == "fill_sheet"), "")

    def row(question: Question) -> Row:
        answer = given.get(question.name)
        said = answer.answer if answer is not None else ""
        return Row(
            asks=i18n.title(question.asks, language),
            answer=i18n.word("sheet", said, language) if said in question.answers else said,
            stops=said in question.stops_on,
            evidence=answer.evidence if answer is not None else "",
            on=answer.on if answer is not None else None,
            address=f"{fills}?question={question.name}" if fills else "",
        )

    return [
        SheetTold(sheet.name, i18n.title(sheet.title, language), tuple(map(row, sheet.questions.values())))
        for sheet in law.sheets.values()
    ]


def risks_of(law: Procedure, case: Case, language: str) -> list[RiskTold]:
    """The risks found, the highest first."""
    order = ("high", "medium", "low")
    ranked = sorted(case.risks, key=lambda risk: order.index(risk.level))
    return [
        RiskTold(
            risk,
            i18n.title(law.risks[risk.kind].title if risk.kind in law.risks else risk.kind, language),
            i18n.word("risk", risk.level, language),
        )
        for risk in ranked
    ]


def agreement_of(law: Procedure, case: Case, language: str) -> AgreementTold | None:
    """The agreement, as soon as its form is chosen or something is signed; None before, and without any."""
    form = form_of(law, case)
    if form is None or not (case.form or case.signatures):
        return None

    def who(signer: str, organization: str) -> str:
        return organization or i18n.title(law.signers.get(signer, signer), language)

    signed = tuple(
        (who(each.signer, each.organization), each.name, each.signed_on, each.scan)
        for each in case.signatures
        if each.form in ("", form.form) and each.signer in form.signed_by
    )
    missing = tuple(who(signer, organization) for signer, organization in unsigned(law, case))
    return AgreementTold(i18n.title(form.title, language), form.written, signed, missing)


def members_of(law: Procedure, case: Case, today: date, language: str) -> list[tuple[Member, str, str]]:
    """The members of this day, with their category and region in words."""
    rules = law.membership
    if rules is None:
        return []
    return [
        (
            member,
            i18n.title(rules.categories[member.category].title, language),
            i18n.title(rules.regions.get(member.region, ""), language) if member.region else "",
        )
        for member in members_on(case, today)
    ]
