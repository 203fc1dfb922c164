"""Plots as SVG that may stand in a page: without script or style, and with colours for any sheet."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import vl_convert
from markupsafe import Markup

_VEGA_LITE = "5.20"
#: Colours that can be told apart on a light sheet and on a dark one, by the class a tile has.
COLOURS: Mapping[str, str] = {
    "good": "#3f8f63",
    "bad": "#c2544a",
    "warn": "#b98526",
    "note": "#4583b8",
    "mute": "#8a94a0",
}
_CONFIG = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"gridColor": "#8a94a0", "gridOpacity": 0.25, "domainColor": "#8a94a0", "tickColor": "#8a94a0"},
}
_LEFT_OUT = (
    (re.compile(r' (?:aria-[a-z]+|role|pointer-events|font-family|xmlns:xlink)="[^"]*"'), ""),
    (re.compile(r'<path class="(?:background|foreground)"[^>]*/>'), ""),
    # Words take the colour of the page's ink.
    (re.compile(r'(<text[^>]*?) fill="#?\w+"'), r"\1"),
    (re.compile(r"(\d\.\d)\d+"), r"\1"),
)
# The converter is one engine for the whole process: it is started and asked by one thread at a time.
_CONVERTER = threading.Lock()


def plot(spec: Mapping[str, Any]) -> Markup:
    """A Vega-Lite specification as an `<svg>` element.

    What it shows must stand beside it as a table: the picture itself is hidden from screen readers.
    """
    return _plotted(json.dumps({"config": _CONFIG, **spec}, sort_keys=True))


@lru_cache(maxsize=128)
def _plotted(spec: str) -> Markup:
    with _CONVERTER:
        svg = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE)
    for pattern, instead in _LEFT_OUT:
        svg = pattern.sub(instead, svg)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))
