"""What a letter tells, kept beside it: one that waits can be written again when its wording is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

_AT, _DAY, _MAP = "at", "day", "map"


def kept(what: Mapping[str, Any]) -> dict[str, Any]:
    """`what` of a post as JSON can hold it, so that `given` finds every day and every instant again."""
    return {name: _kept(value) for name, value in what.items()}


def given(what: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `kept`; tuples and sets come back as tuples."""
    return {name: _given(value) for name, value in what.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_AT: value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Mapping):
        return {_MAP: kept(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_kept(each) for each in value]
    return value


def _given(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_given(each) for each in value)
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    if kind == _AT:
        return datetime.fromisoformat(held)
    return date.fromisoformat(held) if kind == _DAY else given(held)
