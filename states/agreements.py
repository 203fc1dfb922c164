"""The agreement of a case: which form it takes, who has signed it, and whether its clauses are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states.commands import Moment
from states.dossier import Signature
from states.effects import effect, of_record
from states.facts import Case
from states.procedure import Procedure
from states.provisions import EVERY_PARTNER, Agreement
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.windows import today
from states.words import day_words, listed

__all__ = ["ACTS", "GUARDS", "WITH_ARGUMENT", "form_of", "partners_of", "unsigned"]

#: Answers whether a guard of the law file holds; guards.py hands itself over.
Evaluate = Callable[[str, Moment], Reason | None]


def form_of(procedure: Procedure, case: Case) -> Agreement | None:
    """The form of agreement of a case: the one that was chosen, or the only one there is."""
    if case.form:
        return procedure.agreements.get(case.form)
    return next(iter(procedure.agreements.values())) if len(procedure.agreements) == 1 else None


def partners_of(case: Case) -> tuple[str, ...]:
    """The names of the partners of a case: the partner itself, and the others it stands beside."""
    others = case.partner.get("others") or ()
    named = [case.partner.get("name", ""), *([others] if isinstance(others, str) else others)]
    return tuple(str(name) for name in named if name)


def unsigned(procedure: Procedure, case: Case) -> list[tuple[str, str]]:
    """(signer, organization or "") of each signature that is missing under the form of the case."""
    form = form_of(procedure, case)
    if form is None:
        return []
    there = {(s.signer, s.organization) for s in case.signatures if s.form in ("", form.form)}
    wanted: list[tuple[str, str]] = []
    for signer in form.signed_by:
        each = partners_of(case) if signer == EVERY_PARTNER else ("",)
        wanted += [(signer, organization) for organization in each]
    # In a rehearsal one signature may stand for all that sign under a word.
    return [w for w in wanted if w not in there and (w[0], "") not in there]


# -------------------------------------------------------------------------------------- guards


def a_form_is_chosen(moment: Moment) -> Reason | None:
    """It is settled which form the agreement takes."""
    if form_of(moment.procedure, moment.case) is not None:
        return None
    return reason("no_form", forms=listed(moment.procedure.agreements))


def form_is(moment: Moment, form: str) -> Reason | None:
    """The agreement takes that form."""
    chosen = form_of(moment.procedure, moment.case)
    if chosen is not None and chosen.form == form:
        return None
    return reason("other_form", title=moment.procedure.agreements[form].title)


def agreement_is_written(moment: Moment) -> Reason | None:
    """The form that is chosen is one that is written and signed."""
    form = form_of(moment.procedure, moment.case)
    if form is None:
        return a_form_is_chosen(moment)
    return None if form.written else reason("no_agreement_due", title=form.title)


def no_agreement_is_due(moment: Moment) -> Reason | None:
    """The form that is chosen leaves nothing to be signed."""
    form = form_of(moment.procedure, moment.case)
    if form is None:
        return a_form_is_chosen(moment)
    return reason("agreement_due", title=form.title) if form.written else None


def every_signature_is_there(moment: Moment) -> Reason | None:
    """Everyone who must sign under the form that is chosen has signed."""
    form = form_of(moment.procedure, moment.case)
    if form is None:
        return a_form_is_chosen(moment)
    without = set(moment.details.get("without") or ())
    taken = [(signer, "") for signer in form.signed_by if signer in without]
    missing = list(dict.fromkeys([*taken, *unsigned(moment.procedure, moment.case)]))
    if not missing:
        return None
    signers = moment.procedure.signers
    told = listed(organization or signers.get(signer, signer) for signer, organization in missing)
    return reason("signature_missing", title=form.title, told=told)


def no_signature_is_awaited(moment: Moment) -> Reason | None:
    """Where signatures are put on file one by one, none is missing once there is the first."""
    form = form_of(moment.procedure, moment.case)
    begun = form is not None and any(s.form in ("", form.form) for s in moment.case.signatures)
    return every_signature_is_there(moment) if begun else None


def every_clause_is_there(moment: Moment) -> Reason | None:
    """Every clause that the form demands is confirmed."""
    form = form_of(moment.procedure, moment.case)
    if form is None:
        return a_form_is_chosen(moment)
    if not form.clauses:
        return None
    there = moment.case.items - set(moment.details.get("without") or ())
    missing = {k: v for k, v in moment.procedure.checklists[form.clauses].items() if k not in there}
    if not missing:
        return None
    told = "; ".join(f"{words} ({item})" for item, words in missing.items())
    return reason("clause_missing", title=form.title, told=told)


# ---------------------------------------------------------------------------------------- acts


def choose_form(moment: Moment, evaluate: Evaluate) -> Deed:
    """Settle which form the agreement takes; signatures under another form do not count for it.

    details  form
    Raises   Refusal when the law file does not know the form, or what it asks for does not hold
    """
    name, forms = str(moment.details.get("form", "")).strip(), moment.procedure.agreements
    if name not in forms:
        raise Refusal(reason("unknown_form", form=name, hint=did_you_mean(name, forms)))
    against = [why for guard in forms[name].when if (why := evaluate(guard, moment)) is not None]
    if against:
        raise Refusal(*against)
    return Deed((effect("set", form=name),), {"form": name})


def record_signature(moment: Moment) -> Deed:
    """Put a signature on file: who signed, for whom, when, and the scan that shows it.

    details  signer, organization, signed_by (the person), signed_on, scan
    Raises   Refusal
    """
    details, procedure, case = moment.details, moment.procedure, moment.case
    form = form_of(procedure, case)
    if form is None:
        raise Refusal(reason("no_form", forms=listed(procedure.agreements)))
    signer, organization = (
        str(details.get("signer", "")).strip(),
        str(details.get("organization", "")).strip(),
    )
    if signer not in form.signed_by:
        hint, who = did_you_mean(signer, form.signed_by), listed(form.signed_by) or "nobody"
        raise Refusal(reason("not_a_signer", title=form.title, signer=signer, who=who, hint=hint))
    if signer == EVERY_PARTNER:
        partners = partners_of(case)
        if organization not in partners:
            hint = did_you_mean(organization, partners)
            told = {"organization": organization, "partners": listed(partners), "hint": hint}
            raise Refusal(reason("not_a_partner", **told))
    day, signed_on = today(procedure, moment.facts), details.get("signed_on")
    if signed_on is not None and signed_on > day:
        raise Refusal(reason("signed_in_future", signed=day_words(signed_on)))
    kept = Signature(
        signer=signer,
        form=form.form,
        organization=organization if signer == EVERY_PARTNER else "",
        name=str(details.get("signed_by", "")).strip(),
        signed_on=signed_on or day,
        scan=str(details.get("scan", "")).strip(),
    )
    told = {"signer": signer, "form": form.form, "organization": organization, "scan": kept.scan}
    return Deed((of_record("signature", kept),), {k: v for k, v in told.items() if v})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    g.__name__: g
    for g in (
        a_form_is_chosen,
        agreement_is_written,
        no_agreement_is_due,
        every_signature_is_there,
        no_signature_is_awaited,
        every_clause_is_there,
    )
}
WITH_ARGUMENT: Mapping[str, Callable[[Moment, str], Reason | None]] = {"form_is": form_is}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"record_signature": record_signature}
