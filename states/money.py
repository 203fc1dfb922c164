"""Amounts of money: exact decimals in a known currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from states.reasons import Refusal, did_you_mean, reason

#: Currencies with two decimals; the others below. ISO 4217, list one.
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS
VES WST XCD YER ZAR ZMW
"""
_NONE = """
BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
"""
_THREE = """
BHD IQD JOD KWD LYD OMR TND
"""
#: Code of a currency -> how many decimals it has.
CURRENCIES: Mapping[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
#: What people put between thousands.
_BETWEEN = re.compile(r"[\s'’_]")


def is_amount(value: object) -> bool:
    """Whether it is an amount as text, such as 1250.50."""
    return isinstance(value, str) and _AMOUNT.fullmatch(value) is not None


def as_typed(value: object) -> str:
    """An amount from what somebody typed: blanks and apostrophes between thousands are taken out.

    A comma is not: 1,250 is a thousand to one and a little more than one to another.
    Raises   ValueError
    """
    if isinstance(value, bool | float):
        # A float has lost its last digits before it arrives here.
        raise ValueError
    text = _BETWEEN.sub("", str(value).strip())
    if not is_amount(text):
        raise ValueError
    return text


def in_currency(amount: str, currency: str) -> str:
    """The amount with as many decimals as its currency has: 1250.5 CHF -> 1250.50.

    Raises   Refusal for a currency that does not exist, nothing at all, or more decimals than there are
    """
    decimals = CURRENCIES.get(currency)
    if decimals is None:
        raise Refusal(
            reason("unknown_currency", currency=currency, hint=did_you_mean(currency.upper(), CURRENCIES))
        )
    exact = Decimal(amount)
    if exact <= 0:
        raise Refusal(reason("no_amount"))
    kept = exact.quantize(Decimal(1).scaleb(-decimals))
    if kept != exact:
        raise Refusal(reason("too_many_decimals", amount=amount, currency=currency, decimals=decimals))
    return str(kept)
