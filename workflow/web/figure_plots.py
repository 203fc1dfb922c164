"""The pictures of the figures, as Vega-Lite specifications: bars, spans, shares and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from states.procedure import Ask

KEPT, MISSED = "#3f8f63", "#c2544a"
_GREENS, _REDS = ("#3f8f63", "#8cc0a2"), ("#c2544a",)
_OTHERS = {"conditions": "#b98526", "question": "#4583b8", "late": "#9a7fb5", "silent": "#8a94a0"}
_OTHERS |= {"unreached": "#5b6570", "waiting": "#c5cbd1"}
_WIDTH = 400
#: Room for a letter of a label, pixels: the page's letters may be wider than those the picture is made with.
_LETTER = 6.6
_LABEL_MAX, _ROOM_MAX = 215, 275


def _axis(title: str, most: float = 0, **more: Any) -> dict[str, Any]:
    """An axis of numbers; few of something are counted one by one."""
    counted = {"values": list(range(int(most) + 1)), "format": "d"} if 0 < most <= 12 else {}
    return {"title": title, "titleFontWeight": "normal", "tickMinStep": 1, **counted, **more}


def _names(values: Sequence[Mapping[str, Any]], field: str) -> dict[str, Any]:
    """An axis of words, in the order in which they come."""
    longest = max((len(str(value[field])) for value in values), default=0)
    room = min(longest * _LETTER, _ROOM_MAX)
    axis = {"title": None, "labelLimit": _LABEL_MAX, "minExtent": room, "domain": False, "ticks": False}
    return {"field": field, "type": "nominal", "sort": None, "axis": axis | {"grid": False}}


def bars(values: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    """A bar for each stage."""
    most = max(value["n"] for value in values)
    return {
        "width": _WIDTH,
        "data": {"values": list(values)},
        "mark": {"type": "bar", "color": "#4583b8", "height": {"band": 0.7}},
        "encoding": {
            "y": _names(values, "stage"),
            "x": {"field": "n", "type": "quantitative", "axis": _axis(title, most)},
        },
    }


def spans(values: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    """For each stage a bar from the lower to the upper quartile, and a line at the median."""
    return {
        "width": _WIDTH,
        "data": {"values": list(values)},
        "encoding": {"y": _names(values, "stage")},
        "layer": [
            {
                "mark": {"type": "bar", "color": "#4583b8", "opacity": 0.45, "height": {"band": 0.6}},
                "encoding": {
                    "x": {"field": "lower", "type": "quantitative", "axis": _axis(title)},
                    "x2": {"field": "upper"},
                },
            },
            {
                "mark": {"type": "tick", "color": "#4583b8", "thickness": 3, "size": 16},
                "encoding": {"x": {"field": "median", "type": "quantitative"}},
            },
        ],
    }


def shares(
    values: Sequence[Mapping[str, Any]], of: str, by: str, colours: Mapping[str, str]
) -> dict[str, Any]:
    """For each `of` one bar of equal length, divided by the shares of each `by`."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    legend = {"title": None, "orient": "top", "columns": 3, "columnPadding": 40, "labelLimit": 180}
    return {
        "width": _WIDTH,
        "data": {"values": list(values)},
        "mark": {"type": "bar", "height": {"band": 0.7}},
        "encoding": {
            "y": _names(values, of),
            "x": {
                "field": "n",
                "type": "quantitative",
                "stack": "normalize",
                "axis": {"title": None, "format": "%"},
            },
            "color": {"field": by, "type": "nominal", "scale": scale, "legend": legend},
            "order": {"field": "at", "type": "quantitative"},
        },
    }


def columns(values: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    """A column for each year, divided by procedure."""
    most = max(value["n"] for value in values)
    procedures = list(dict.fromkeys(value["what"] for value in values))
    shades = ["#4583b8", "#b98526", "#3f8f63", "#9a7fb5"]
    colour: dict[str, Any] = {"value": shades[0]}
    if len(procedures) > 1:
        scale = {"domain": procedures, "range": shades[: len(procedures)]}
        legend = {"title": None, "orient": "top", "labelLimit": 320}
        colour = {"field": "what", "type": "nominal", "scale": scale, "legend": legend}
    return {
        "width": _WIDTH,
        "height": 180,
        "data": {"values": list(values)},
        "mark": "bar",
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
            "y": {"field": "n", "type": "quantitative", "axis": _axis(title, most)},
            "color": colour,
        },
    }


def colour(word: str, ask: Ask | None) -> str:
    """The colour of a position: what speaks for, against, or neither; the words stand beside it."""
    if word in _OTHERS:
        return _OTHERS[word]
    if ask is not None:
        if word in ask.favour:
            return _GREENS[min(ask.favour.index(word), len(_GREENS) - 1)]
        if word in ask.against:
            return _REDS[0]
        if word in ask.conditions:
            return _OTHERS["conditions"]
        if word in ask.question:
            return _OTHERS["question"]
    return "#7d9cb5"
