"""A case in which all that nobody speaks of is in order: for rehearsals, forecasts and the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from states.dossier import SheetAnswer, Signature
from states.procedure import Procedure
from states.sheets import in_order


@dataclass(frozen=True, slots=True)
class Papers:
    """What a case has on file from the start."""

    #: Items of checklists that are confirmed.
    items: frozenset[str] = frozenset()
    sheet: tuple[SheetAnswer, ...] = ()
    signatures: tuple[Signature, ...] = ()


def papers(
    procedure: Procedure,
    on: date,
    sheet: Mapping[str, str] | None = None,
    unsigned: Iterable[str] = (),
    unanswered: Iterable[str] = (),
) -> Papers:
    """Every item confirmed, every question answered in order, every signature there.

    sheet        question -> another answer than the one in order
    unsigned     who has not signed yet; unanswered: questions that nobody has answered yet
    """
    answers = {**in_order(procedure), **(sheet or {})}
    signers = {signer for form in procedure.agreements.values() for signer in form.signed_by}
    return Papers(
        items=procedure.items | {"conditions"},
        sheet=tuple(SheetAnswer(q, a, on) for q, a in answers.items() if q not in set(unanswered)),
        signatures=tuple(Signature(signer) for signer in sorted(signers - set(unsigned))),
    )
