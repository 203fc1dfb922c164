"""How the answers to a question came in, day by day, with the reminders that were sent meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup

from states.facts import Round
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow.timeline import Entry
from workflow.web.plots import COLOURS, plot
from workflow.web.tiles import Board

#: A question that was open for longer is shown up to here: nothing comes in after that but late answers.
_DAYS_MAX = 400


@dataclass(frozen=True, slots=True)
class Day:
    """One day on which something came in, or a reminder went out."""

    day: date
    #: Answer -> how many members had given it last, by the end of that day.
    counts: Mapping[str, int]
    #: How many were reminded that day.
    reminded: int

    @property
    def all(self) -> int:
        """How many members had answered."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Curve:
    """The answers over time, as a picture and as the same table."""

    picture: Markup
    #: Answers in the order of the law file: (answer, word).
    words: tuple[tuple[str, str], ...]
    days: tuple[Day, ...]


def curve_of(
    law: Procedure, board: Board, entries: Iterable[Entry], now: datetime, words: Mapping[str, str]
) -> Curve | None:
    """The curve of a round; None before the first answer.

    words   what the axes are called: `day`, `answers`, `reminder`
    """
    round_, zone = board.round, zone_of(law.timezone)
    first = local_day(round_.opened_at, zone)
    last = max(first, local_day(min(round_.closed_at or now, now), zone))
    last = min(last, first + timedelta(days=_DAYS_MAX))
    reminded: Counter[date] = Counter()
    for entry in entries:
        if entry.kind == "reminder" and entry.data.get("round") == round_.no:
            reminded[local_day(entry.at, zone)] += int(entry.data.get("reminded", 0))
    by_day = _by_day(law, round_, first, last)
    if not by_day:
        return None
    said = [word for word in board.ask.answers if any(word in counts for counts in by_day.values())]
    days = tuple(
        Day(day, by_day[max(known for known in by_day if known <= day)], reminded[day])
        for day in sorted({*by_day, *(day for day in reminded if day >= min(by_day))})
    )
    shown = [
        (word, board.legend[word][0], COLOURS.get(board.legend[word][1], COLOURS["mute"])) for word in said
    ]
    picture = plot(_spec(shown, days, reminded, first, last, words))
    return Curve(picture, tuple((word, title) for word, title, _ in shown), days)


def _by_day(law: Procedure, round_: Round, first: date, last: date) -> dict[date, Mapping[str, int]]:
    """Day -> how many members had last given each answer; only days on which that changed."""
    zone = zone_of(law.timezone)
    held: dict[str, str] = {}
    found: dict[date, Mapping[str, int]] = {}
    for answer in sorted(round_.answers, key=lambda answer: (answer.received_at, answer.no)):
        day = local_day(answer.received_at, zone)
        if day > last:
            break
        held[answer.member] = answer.word
        found[max(day, first)] = Counter(held.values())
    return found


def _spec(
    shown: list[tuple[str, str, str]],
    days: tuple[Day, ...],
    reminded: Mapping[date, int],
    first: date,
    last: date,
    words: Mapping[str, str],
) -> dict[str, Any]:
    """The same as a Vega-Lite specification: steps on top of each other, and a rule for each reminder."""
    titles = {word: title for word, title, _ in shown}
    points = [
        {"day": day.isoformat(), "answer": titles[word], "order": at, "number": number}
        for day, counts in _filled(days, first, last)
        for at, (word, number) in enumerate((word, counts.get(word, 0)) for word in titles)
    ]
    rules = [{"day": day.isoformat(), "words": words["reminder"]} for day in sorted(reminded)]
    by_day = {
        "field": "day",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%-d.%-m.", "labelFlush": True},
    }
    colours = {"domain": [title for _, title, _ in shown], "range": [colour for _, _, colour in shown]}
    area = {
        "data": {"values": points},
        "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.85},
        "encoding": {
            "x": by_day,
            "y": {"field": "number", "type": "quantitative", "stack": "zero", "title": words["answers"],
                  "axis": {"tickMinStep": 1}},
            "color": {"field": "answer", "type": "nominal", "scale": colours, "sort": None,
                      "legend": {"title": None, "orient": "top"}},
            "order": {"field": "order", "type": "quantitative"},
        },
    }  # fmt: skip
    rule = {"data": {"values": rules}, "encoding": {"x": by_day}}
    marks = [
        {"mark": {"type": "rule", "strokeDash": [4, 3], "stroke": "#8a94a0"}},
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "baseline": "top", "fontSize": 10},
            "encoding": {"text": {"field": "words"}, "y": {"value": 2}},
        },
    ]
    return {"width": 640, "height": 180, "layer": [area, *([rule | {"layer": marks}] if rules else [])]}


def _filled(days: tuple[Day, ...], first: date, last: date) -> list[tuple[date, Mapping[str, int]]]:
    """The steps with the day of dispatch and the last day, between which they are drawn."""
    nothing: Mapping[str, int] = {}
    points = [(day.day, day.counts) for day in days]
    if not points or points[0][0] > first:
        points.insert(0, (first, nothing))
    if points[-1][0] < last:
        points.append((last, points[-1][1]))
    return points
