"""Measure contestants in turn and say what was seen: medians, and ratios of medians.

Two runs side by side on one machine are compared, never a run with a figure from elsewhere: the machine may
be shared and noisy, but it is so for both.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

Run = Callable[[], float]
"""Does its work once; returns the seconds it took, without what had to be prepared for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    subject: str
    #: What was measured.
    what: str
    #: What was seen, with its unit.
    seen: str
    #: What was hoped for, or "".
    goal: str = ""
    #: Whether it was reached; None: there is no goal.
    is_met: bool | None = None


@dataclass(slots=True)
class Clock:
    """The seconds spent inside its blocks."""

    seconds: float = 0.0
    #: Each block by itself.
    laps: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            lap = time.perf_counter() - start
            self.laps.append(lap)
            self.seconds += lap


def in_turn(runs: Mapping[str, Run], rounds: int) -> dict[str, list[float]]:
    """The seconds of each contestant, round after round: A B C, A B C, ..."""
    seen: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            # What one contestant has left behind is not swept up at the cost of the next.
            gc.collect()
            seen[name].append(run())
    return seen


def medians(seen: Mapping[str, list[float]]) -> dict[str, float]:
    """The middle round of each contestant, seconds."""
    return {name: median(rounds) for name, rounds in seen.items()}


def at_least(subject: str, what: str, ratio: float, goal: float, note: str = "") -> Line:
    """A line about a ratio that should be large."""
    return Line(subject, what, _told(f"{ratio:.2f} x", note), f">= {goal:g} x", ratio >= goal)


def at_most(subject: str, what: str, value: float, goal: float, unit: str, note: str = "") -> Line:
    """A line about a figure that should be small."""
    return Line(subject, what, _told(f"{value:.3g} {unit}", note), f"<= {goal:g} {unit}", value <= goal)


def told(subject: str, what: str, seen: str) -> Line:
    """A line without a goal."""
    return Line(subject, what, seen)


def ms(seconds: float) -> str:
    """Seconds as milliseconds, three digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else f"{seconds * 1000:.0f} ms"


def _told(figure: str, note: str) -> str:
    return f"{figure} ({note})" if note else figure
