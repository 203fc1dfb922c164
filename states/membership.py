"""Who is a member of what a case has established: admission by category and region, terms, leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from states.commands import Moment
from states.dossier import Member
from states.effects import effect, of_record
from states.facts import Case
from states.periods import last_day
from states.provisions import Category
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.windows import today

__all__ = ["ACTS", "GUARDS", "kinds_of", "members_on"]


def members_on(case: Case, day: Any) -> list[Member]:
    """The members on that day, in the order of their admission."""
    return [member for member in case.members if member.is_member(day)]


def kinds_of(moment: Moment) -> set[str]:
    """The categories that have a member now; those who are members by default count as one each."""
    rules = moment.procedure.membership
    if rules is None:
        return set()
    now = {m.category for m in members_on(moment.case, today(moment.procedure, moment.facts))}
    return now | {name for name, category in rules.categories.items() if category.by_default}


def _category(moment: Moment) -> tuple[str, Category | None]:
    rules, name = moment.procedure.membership, moment.text("category")
    return name, rules.categories.get(name) if rules is not None else None


# -------------------------------------------------------------------------------------- guards


def category_is_open(moment: Moment) -> Reason | None:
    """The category named is one that members are admitted to."""
    name, category = _category(moment)
    rules = moment.procedure.membership
    known = rules.categories if rules is not None else {}
    if category is None:
        return reason("unknown_category", category=name, hint=did_you_mean(name, known))
    return reason("member_by_default", title=category.title) if category.by_default else None


def expertise_is_shown(moment: Moment) -> Reason | None:
    """The applicant has shown its expertise, where its category demands that."""
    _, category = _category(moment)
    if category is None or not category.expertise or moment.details.get("expertise") is True:
        return None
    return reason("lacks_expertise", member=moment.text("member"), title=category.title)


def region_has_a_seat(moment: Moment) -> Reason | None:
    """A seat of the applicant's region is free, where its category counts seats by region."""
    _, category = _category(moment)
    rules = moment.procedure.membership
    if category is None or rules is None or not category.seats_per_region:
        return None
    region = moment.text("region")
    if region not in rules.regions:
        return reason("unknown_region", region=region, hint=did_you_mean(region, rules.regions))
    day = today(moment.procedure, moment.facts)
    held = [m for m in members_on(moment.case, day) if (m.category, m.region) == (category.name, region)]
    if len(held) < category.seats_per_region:
        return None
    told = ", ".join(member.name for member in held)
    return reason("region_full", region=rules.regions[region], title=category.title, told=told)


def is_not_a_member_yet(moment: Moment) -> Reason | None:
    """The applicant is not a member already."""
    name, day = moment.text("member"), today(moment.procedure, moment.facts)
    if any(m.name == name for m in members_on(moment.case, day)):
        return reason("already_member", member=name)
    return None


def is_a_member(moment: Moment) -> Reason | None:
    """The one named is a member."""
    name, day = moment.text("member"), today(moment.procedure, moment.facts)
    names = [m.name for m in members_on(moment.case, day)]
    return None if name in names else reason("no_member", member=name, hint=did_you_mean(name, names))


def there_are_members(moment: Moment) -> Reason | None:
    """At least one member has been admitted."""
    if members_on(moment.case, today(moment.procedure, moment.facts)):
        return None
    return reason("no_members")


def members_of_several_kinds(moment: Moment) -> Reason | None:
    """The members are of two categories at least: what is established is of many stakeholders."""
    kinds = kinds_of(moment)
    return reason("one_kind", count=len(kinds)) if len(kinds) < 2 else None


# ---------------------------------------------------------------------------------------- acts


def admit_member(moment: Moment) -> Deed:
    """Admit a member, for the term of its category.

    details  member, category, region, expertise
    Raises   Refusal
    """
    _, category = _category(moment)
    if category is None:
        raise Refusal(reason("unknown_category", category=moment.text("category"), hint=""))
    day = today(moment.procedure, moment.facts)
    ends = last_day(category.term, day, moment.facts.days, roll=False) if category.term else None
    member = Member(moment.text("member"), category.name, day, moment.text("region"), ends)
    told = {"member": member.name, "category": member.category, "region": member.region, "term_ends": ends}
    return Deed((of_record("member", member),), {k: v for k, v in told.items() if v})


def refuse_member(moment: Moment) -> Deed:
    """Put on record that an applicant was not admitted, and why."""
    told = {"member": moment.text("member"), "category": moment.text("category")}
    return Deed((), {k: v for k, v in told.items() if v})


def member_leaves(moment: Moment) -> Deed:
    """A member leaves on this day."""
    name, day = moment.text("member"), today(moment.procedure, moment.facts)
    return Deed((effect("member_change", name=name, left_on=day),), {"member": name})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    g.__name__: g
    for g in (
        category_is_open,
        expertise_is_shown,
        region_has_a_seat,
        is_not_a_member_yet,
        is_a_member,
        there_are_members,
        members_of_several_kinds,
    )
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {
    "admit_member": admit_member,
    "refuse_member": refuse_member,
    "member_leaves": member_leaves,
}
