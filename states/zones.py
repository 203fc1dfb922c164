"""Time zones by name, looked up once."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. A law file with an unknown zone is refused before it gets here."""
    return ZoneInfo(name)
