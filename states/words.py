"""Days and lists in plain English, for refusals and explanations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def day_words(day: date) -> str:
    """`Monday 17 June 2024`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def listed(words: Iterable[str]) -> str:
    """`FR, BR`; an empty string for none."""
    return ", ".join(words)
