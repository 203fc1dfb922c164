"""Risks found in a case: an entry of the catalogue, how likely, how severe, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from states.commands import Moment
from states.dossier import Risk
from states.effects import of_record
from states.provisions import DEGREES
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.windows import today

__all__ = ["ACTS", "GUARDS"]


def no_high_risk_without_mitigation(moment: Moment) -> Reason | None:
    """Every risk that is high has a mitigation and an owner."""
    kinds = moment.procedure.risks
    bare = [risk for risk in moment.case.risks if risk.level == "high" and not risk.is_mitigated]
    if not bare:
        return None
    told = "; ".join(kinds[risk.kind].title if risk.kind in kinds else risk.kind for risk in bare)
    return reason("risk_unmitigated", told=told)


def risks_are_assessed(moment: Moment) -> Reason | None:
    """At least one entry of the catalogue has been assessed."""
    return None if moment.case.risks else reason("no_risk_assessed")


def record_risk(moment: Moment) -> Deed:
    """Assess a risk of the catalogue in this case; assessed again, the newer assessment counts.

    details  risk_kind, likelihood, severity, mitigation, owner
    Raises   Refusal
    """
    kind, kinds = moment.text("risk_kind"), moment.procedure.risks
    if kind not in kinds:
        raise Refusal(reason("unknown_risk", kind=kind, hint=did_you_mean(kind, kinds)))
    for detail in ("likelihood", "severity"):
        if moment.text(detail) not in DEGREES:
            allowed = ", ".join(DEGREES)
            raise Refusal(reason("bad_degree", detail=detail, value=moment.text(detail), allowed=allowed))
    return _kept(
        moment,
        Risk(
            kind=kind,
            likelihood=moment.text("likelihood"),
            severity=moment.text("severity"),
            on=today(moment.procedure, moment.facts),
            mitigation=moment.text("mitigation"),
            owner=moment.text("owner"),
        ),
    )


def mitigate_risk(moment: Moment) -> Deed:
    """Say what is done about a risk that was found, and who sees to it.

    details  risk_kind, mitigation, owner
    Raises   Refusal
    """
    kind = moment.text("risk_kind")
    found = next((risk for risk in moment.case.risks if risk.kind == kind), None)
    if found is None:
        known = [risk.kind for risk in moment.case.risks]
        raise Refusal(reason("risk_not_found", kind=kind, hint=did_you_mean(kind, known)))
    on = today(moment.procedure, moment.facts)
    mitigation, owner = moment.text("mitigation"), moment.text("owner")
    return _kept(moment, Risk(kind, found.likelihood, found.severity, on, mitigation, owner))


def _kept(moment: Moment, risk: Risk) -> Deed:
    change = of_record("risk", risk)
    told: dict[str, Any] = {k: v for k, v in change.values.items() if k != "on"}
    return Deed((change,), {**told, "level": risk.level})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    g.__name__: g for g in (no_high_risk_without_mitigation, risks_are_assessed)
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"record_risk": record_risk, "mitigate_risk": mitigate_risk}
