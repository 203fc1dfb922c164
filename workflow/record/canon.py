"""The canonical text of values: one form only, so that equal content has equal bytes and one hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any

from workflow.record.errors import CannotBeKept

_write = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


def canonical(values: Mapping[str, Any]) -> str:
    """The one JSON text of these values: sorted keys, no spaces, instants in UTC to the microsecond.

    It holds what `states.effects.plain` would give, but refuses where that would guess or lose something.
    Raises   CannotBeKept for a float, a moment without a zone, a key that is not text, half a surrogate pair
    """
    try:
        text = _write(_exact(values))
        if not text.isascii():
            text.encode()
    except (_Inexact, UnicodeEncodeError):
        raise CannotBeKept(next(_faults(values, ""))) from None
    return text


class _Inexact(Exception):
    """Something below has no exact form; `_faults` finds out where."""


_AS_IT_IS = frozenset({str, int, bool, NoneType})


def _exact(value: Any) -> Any:
    # Told by exact type: this runs for every value of every event, and `isinstance` costs several times more.
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    form = _FORMS.get(kind)
    return form(value) if form is not None else _other(value)


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    for key in value:
        if type(key) is not str:
            raise _Inexact
    return {key: each if type(each) in _AS_IT_IS else _exact(each) for key, each in value.items()}


def _sequence(value: Sequence[Any]) -> list[Any]:
    return [each if type(each) in _AS_IT_IS else _exact(each) for each in value]


def _set(value: frozenset[Any] | set[Any]) -> list[Any]:
    for each in value:
        if type(each) is not str:
            raise _Inexact
    return sorted(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise _Inexact
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:-6] + "Z"


def _other(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _exact(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, str | int):
        return value
    for kind, form in _KINDS.items():
        if isinstance(value, kind):
            return form(value)
    raise _Inexact


# A moment is also a day: it comes first.
_KINDS: dict[type, Callable[[Any], Any]] = {
    datetime: _instant,
    date: date.isoformat,
    tuple: _sequence,
    list: _sequence,
    frozenset: _set,
    set: _set,
    Mapping: _mapping,
}
_FORMS = {**_KINDS, dict: _mapping, MappingProxyType: _mapping}


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _faults(value: Any, path: str) -> Iterator[str]:
    """What cannot be kept, each with its place."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if type(key) is not str:
                yield f"{path or 'The event'}: the key {key!r} is not text. Write it as text."
            else:
                yield from _faults(key, f"{path} (a key)".strip())
                yield from _faults(each, f"{path}.{key}" if path else key)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _faults({name: getattr(value, name) for name in _names(type(value))}, path)
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield from _faults(each, f"{path}[{number}]")
    else:
        why = _why_not(value)
        if why:
            yield f"{path}: {why}"


def _why_not(value: Any) -> str:
    if isinstance(value, float):
        return (
            f"{value!r} is a float, which other machines may write differently. Give it as text, or as a"
            " whole number of a smaller unit."
        )
    if isinstance(value, datetime) and value.utcoffset() is None:
        moment = value.isoformat()
        return f"the moment {moment} has no time zone. Give one, for example {moment}+01:00."
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"{value[:40]!r} holds half a character, which nothing can store. Read it anew, as UTF-8."
        return ""
    if isinstance(value, set | frozenset):
        return "" if all(type(each) is str for each in value) else "a set may hold only texts. Give a list."
    if value is None or isinstance(value, int | date):
        return ""
    return (
        f"a value of type {type(value).__name__} has no form in the record. Give text, a whole number,"
        " a moment, a day, or lists and tables of those."
    )
