"""A nonce for each rendering of a form: signed, bound to its purpose, good for some hours, kept nowhere."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

LASTS = timedelta(hours=12)
#: How far ahead of this server's clock the one that made it may be.
_AHEAD = timedelta(minutes=5)
_FORM = re.compile(r"(\d{10,12})\.([0-9a-f]{16})\.([0-9a-f]{64})")


def make(secret: bytes, purpose: str, now: datetime) -> str:
    """A new nonce.

    purpose   what its form does, and for whom: it fits no other
    """
    made = f"{int(now.timestamp())}.{secrets.token_hex(8)}"
    return f"{made}.{_seal(secret, purpose, made)}"


def fits(secret: bytes, purpose: str, nonce: str, now: datetime) -> bool:
    """Whether we made it for that purpose, and not too long ago."""
    found = _FORM.fullmatch(nonce)
    if found is None:
        return False
    made, seal = nonce.rsplit(".", 1)
    if not hmac.compare_digest(seal, _seal(secret, purpose, made)):
        return False
    at = datetime.fromtimestamp(int(found[1]), UTC)
    return at - _AHEAD <= now < at + LASTS


def _seal(secret: bytes, purpose: str, made: str) -> str:
    return hmac.digest(secret, f"nonce\n{purpose}\n{made}".encode(), "sha256").hex()
