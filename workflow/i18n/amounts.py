"""Amounts of money in words of figures: `1,250.50`, `1 250,50`, `1.250,50`."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal

from states.money import CURRENCIES
from workflow.i18n.catalogs import locale_of


def amount(of: Decimal | str, currency: str, language: str) -> str:
    """An amount with the decimals of its currency; the currency itself stands beside it."""
    decimals = CURRENCIES.get(currency, 2)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(Decimal(of), format=pattern, locale=locale_of(language))
