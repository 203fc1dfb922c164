"""How often a thing may be tried: sign-in, links, replies, search, the API."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

#: What -> (how many times, within).
LIMITS: Mapping[str, tuple[int, timedelta]] = MappingProxyType(
    {
        "sign-in": (10, timedelta(minutes=10)),
        "link": (5, timedelta(minutes=10)),
        "reply": (30, timedelta(minutes=10)),
        "search": (120, timedelta(minutes=1)),
        # What anybody may read without signing in, from one address.
        "public": (240, timedelta(minutes=1)),
        "api": (300, timedelta(minutes=1)),
        # Tokens that open nothing, from one address: whoever guesses is slowed down.
        "token": (20, timedelta(minutes=10)),
    }
)
_KEPT_MAX = 10_000


class TooOften(Exception):
    """That was tried too often. Wait a few minutes, then try again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(TooOften.__doc__)
        self.wait = wait


class Limits:
    """Counts attempts in the memory of one process; a limit slows down guessing, it is no lock."""

    def __init__(self) -> None:
        self._tried: dict[tuple[str, str], deque[datetime]] = {}
        self._guard = threading.Lock()

    def take(self, what: str, who: str, now: datetime) -> None:
        """Count one attempt.

        what     a key of LIMITS
        who      an address of the network, or a hash
        Raises   TooOften
        """
        most, within = LIMITS[what]
        with self._guard:
            if len(self._tried) > _KEPT_MAX:
                self._tried.clear()
            tried = self._tried.setdefault((what, who), deque())
            while tried and tried[0] <= now - within:
                tried.popleft()
            if len(tried) >= most:
                raise TooOften(tried[0] + within - now)
            tried.append(now)
