"""What is changed after it was told: corrections, amended proposals, agreements on other terms.

Nobody may be told of a change of substance as if it were one of wording: the kind decides who is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from states.commands import Moment
from states.effects import Effect, effect
from states.reasons import Reason, reason
from states.rounds import Deed

# -------------------------------------------------------------------------------------- guards


def corrigendum_is_of_a_kind(moment: Moment) -> Reason | None:
    """A corrigendum is editorial or substantive."""
    return _kind(moment, "corrigendum", ("editorial", "substantive"))


def amendment_is_of_a_kind(moment: Moment) -> Reason | None:
    """An amendment is editorial or material."""
    return _kind(moment, "amendment", ("editorial", "material"))


def amendment_is_material(moment: Moment) -> Reason | None:
    """The amendment changes what the Parties were asked about."""
    return None if moment.details.get("kind") == "material" else reason("not_material")


def terms_are_changed(moment: Moment) -> Reason | None:
    """The agreement is renewed on other terms than those that were approved."""
    return None if moment.details.get("terms_changed") is True else reason("terms_unchanged")


def editorial_leaves_the_territory(moment: Moment) -> Reason | None:
    """A change of territory is never editorial."""
    given = moment.details.get("territory")
    changed = given is not None and set(given) != set(moment.facts.case.territory)
    editorial = moment.details.get("kind") == "editorial"
    return reason("editorial_territory") if changed and editorial else None


def _kind(moment: Moment, what: str, allowed: tuple[str, ...]) -> Reason | None:
    value = moment.details.get("kind")
    if value is None or value in allowed:
        return None
    return reason("bad_kind", value=value, what=what, allowed=" or ".join(allowed))


# ---------------------------------------------------------------------------------------- acts


def amend(moment: Moment) -> Deed:
    """Amend the proposal; `territory` is the whole new list."""
    kind, given = moment.text("kind"), moment.details.get("territory")
    effects: tuple[Effect, ...] = ()
    data: dict[str, Any] = {"kind": kind, "changes": moment.text("changes")}
    if given is not None and tuple(given) != moment.case.territory:
        effects = (effect("set", territory=tuple(given)),)
        data["territory"] = tuple(given)
    return Deed(effects, data)


def amend_agreement(moment: Moment) -> Deed:
    """An agreement in force is amended or renewed: the record keeps it, and those named are told."""
    return Deed((), {"kind": moment.text("kind"), "changes": moment.text("changes")})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (
        corrigendum_is_of_a_kind,
        amendment_is_of_a_kind,
        amendment_is_material,
        terms_are_changed,
        editorial_leaves_the_territory,
    )
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {act.__name__: act for act in (amend, amend_agreement)}
