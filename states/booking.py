"""Acts on the accounts of a case. Entries are only ever added; what is wrong is corrected by a counter-entry.

Which receipts are held in suspense is the law file's: it names `book_entry` in the states in which money may
come in, and `book_in_suspense` in all others. Held are also those dated before the case entered such a state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from states import ledger, money
from states.commands import Moment
from states.effects import effect, of_record
from states.ledger import BOOKED, CORRECTION, REFUND, RELEASE, Entry
from states.periods import local_day
from states.reasons import Reason, Refusal, reason
from states.rounds import Deed
from states.windows import today
from states.words import day_words, listed
from states.zones import zone_of


def book_entry(moment: Moment) -> Deed:
    """Book a pledge, a receipt, a contribution in kind or an expenditure.

    details  kind, amount, currency, who, purpose, on
    Raises   Refusal
    """
    since = local_day(moment.case.since, zone_of(moment.procedure.timezone))
    return _booked(moment, held=_day(moment) < since)


def book_in_suspense(moment: Moment) -> Deed:
    """The same where no money may come in: a receipt is held until it is released or goes back."""
    return _booked(moment, held=True)


def release_entry(moment: Moment) -> Deed:
    """Let money that is held in suspense count as received.

    After the end only what had come before it may still be released: the rest goes back.
    details  entry (its number)
    Raises   Refusal
    """
    found = _named(moment, ledger.in_suspense(moment.facts.entries))
    ended = local_day(moment.case.since, zone_of(moment.procedure.timezone))
    if moment.procedure.states[moment.case.state].final and found.on >= ended:
        raise Refusal(reason("came_after_end", no=found.no, on=day_words(found.on), ended=day_words(ended)))
    return _about(moment, RELEASE, found)


def refund_entry(moment: Moment) -> Deed:
    """Send money that is held in suspense back to where it came from.

    details  entry (its number)
    Raises   Refusal
    """
    return _about(moment, REFUND, _named(moment, ledger.in_suspense(moment.facts.entries)))


def correct_entry(moment: Moment) -> Deed:
    """Take an entry back by a counter-entry; both stay.

    details  entry (its number)
    Raises   Refusal
    """
    return _about(moment, CORRECTION, _named(moment, ledger.correctable(moment.facts.entries)))


def close_accounts(moment: Moment) -> Deed:
    """Confirm the final accounts: the item of a checklist that bears the action's own name.

    Whatever is booked afterwards, while the agreement runs, opens them again.
    details  evidence
    """
    item = moment.command.action
    return Deed((effect("item", item=item),), {"item": item, "evidence": _text(moment, "evidence")})


def _booked(moment: Moment, *, held: bool) -> Deed:
    details, kind = moment.details, _text(moment, "kind")
    if kind not in BOOKED:
        raise Refusal(reason("bad_kind", value=kind, what="entry", allowed=" or ".join(BOOKED)))
    currency = _text(moment, "currency").upper()
    entry = Entry(
        no=moment.case.seq + 1,
        kind=kind,
        amount=money.in_currency(str(details["amount"]), currency),
        currency=currency,
        on=_day(moment),
        who=_text(moment, "who"),
        purpose=_text(moment, "purpose"),
        is_held=held and kind == "receipt",
    )
    return _deed(moment, entry)


def _about(moment: Moment, kind: str, other: Entry) -> Deed:
    now = today(moment.procedure, moment.facts)
    # Nothing is taken back or released before the day for which it was booked.
    on = max(now, other.on)
    entry = Entry(
        moment.case.seq + 1, kind, other.amount, other.currency, on, other.who, other.purpose, of=other.no
    )
    return _deed(moment, entry)


def _deed(moment: Moment, entry: Entry) -> Deed:
    told = {name: getattr(entry, name) for name in ("kind", "amount", "currency", "on", "who", "purpose")}
    told |= {"held": True} if entry.is_held else {}
    told |= {"entry": entry.of} if entry.of else {}
    effects = [of_record("entry", entry)]
    closing = {
        a.name for same in moment.procedure.actions.values() for a in same if a.does == "close_accounts"
    }
    if closing & moment.case.items and not moment.procedure.states[moment.case.state].final:
        effects.append(effect("set", items=moment.case.items - closing))
    return Deed(tuple(effects), told)


def _named(moment: Moment, possible: Sequence[Entry]) -> Entry:
    """The entry that the details name, among those to which it can be done.

    Raises   Refusal
    """
    no = moment.details.get("entry")
    found = next((entry for entry in possible if entry.no == no), None)
    if found is None:
        known = listed(str(entry.no) for entry in possible) or "none"
        raise Refusal(reason("no_such_entry", no=no, known=known))
    return found


def _day(moment: Moment) -> date:
    """The day for which it is booked: as given, else today.

    Raises   Refusal when that is still to come
    """
    now = today(moment.procedure, moment.facts)
    on = moment.details.get("on") or now
    assert isinstance(on, date)  # permission.py has looked at what was given
    if on > now:
        raise Refusal(reason("booked_in_future", on=day_words(on)))
    return on


def _text(moment: Moment, name: str) -> str:
    return " ".join(str(moment.details.get(name, "")).split())


# -------------------------------------------------------------------------------------- guards


def money_is_held(moment: Moment) -> Reason | None:
    """Something is held in suspense."""
    return None if ledger.in_suspense(moment.facts.entries) else reason("nothing_held")


def no_money_is_held(moment: Moment) -> Reason | None:
    """Nothing is held in suspense."""
    held = ledger.in_suspense(moment.facts.entries)
    told = listed(f"{entry.amount} {entry.currency} ({entry.no})" for entry in held)
    return reason("money_held", told=told) if held else None


def an_entry_can_be_corrected(moment: Moment) -> Reason | None:
    """There is an entry that can be taken back."""
    return None if ledger.correctable(moment.facts.entries) else reason("nothing_booked")


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    g.__name__: g for g in (money_is_held, no_money_is_held, an_entry_can_be_corrected)
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {
    a.__name__: a
    for a in (book_entry, book_in_suspense, release_entry, refund_entry, correct_entry, close_accounts)
}
#: Acts and guards that look at the entries: they are read from the database for these alone.
READS = frozenset(GUARDS) | {"release_entry", "refund_entry", "correct_entry"}
