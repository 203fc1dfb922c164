"""What happens in a case of the demo once it is signed: its money, what it is measured by, who complains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def _booked(when: str, kind: str, amount: str, currency: str, who: str, purpose: str, **more: Any) -> Any:
    told = {"kind": kind, "amount": amount, "currency": currency, "who": who, "purpose": purpose, **more}
    return when, "finance", "book_entry", told


#: (moment, who, what, details), all of them after 24 December 2025.
IN_FORCE: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    _booked("2026-01-05 10:00", "pledge", "1250000", "CHF", "Meridian Group", "five years"),
    _booked("2026-01-12 10:00", "receipt", "250000", "CHF", "Meridian Group", "the first year"),
    # Sent before anybody had signed: it is held in suspense.
    _booked(
        "2026-01-12 10:05", "receipt", "40000", "EUR", "Meridian Group", "posters, sent early",
        on=date(2025, 12, 1),
    ),
    _booked("2026-02-03 09:30", "spending", "18240.35", "CHF", "Example Printers", "posters in 12 languages"),
    _booked("2026-02-04 11:00", "in_kind", "12000", "EUR", "Meridian Group", "a congress hall for two days"),
    (
        "2026-02-10 10:00", "officer", "set_indicator",
        {"title": "Countries that hold the Day", "baseline": "102", "target": "150", "unit": "countries",
         "due": date(2030, 2, 2)},
    ),
    ("2026-02-10 10:15", "officer", "plan_assessment", {"due": date(2026, 6, 15), "text": "the first Day"}),
    (
        "2026-03-02 10:00", "officer", "recommend",
        {"text": "Print on recycled paper only.", "owner": "partner", "due": date(2026, 9, 30)},
    ),
    (
        "2026-05-18 15:00", "officer", "record_complaint",
        {"who": "Friends of the Reed Beds", "text": "The brand stands above the emblem on the posters.",
         "due": date(2026, 6, 8)},
    ),
)  # fmt: skip
