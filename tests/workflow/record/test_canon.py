"""Promises about the text that is hashed."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.effects import plain
from workflow.record import CannotBeKept, canonical

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    body: str
    since: date
    asked_at: datetime | None = None


def test_equal_content_has_one_text_whatever_order_and_zone_it_came_in():
    gland = timezone(timedelta(hours=2))
    one = {"b": NOON, "a": ["é", 1, None, True], "c": {"z": date(2024, 3, 1), "y": frozenset({"FR", "BR"})}}
    other = {
        "c": {"y": {"BR", "FR"}, "z": date(2024, 3, 1)},
        "a": ("é", 1, None, True),
        "b": datetime(2024, 3, 1, 14, tzinfo=gland),
    }

    expected = (
        '{"a":["é",1,null,true],"b":"2024-03-01T12:00:00.000000Z","c":{"y":["BR","FR"],"z":"2024-03-01"}}'
    )
    assert [canonical(one), canonical(other)] == [expected, expected]


_ZONES = st.sampled_from([UTC, ZoneInfo("Europe/Zurich"), ZoneInfo("Asia/Kathmandu")])
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.dates()
    | st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=_ZONES)
    | st.builds(Seat, st.text(), st.dates(), st.none() | st.just(NOON))
    | st.frozensets(st.text()),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(), inner)
        | st.dictionaries(st.text(), inner).map(MappingProxyType)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), _PLAIN))
def test_the_text_holds_what_the_law_calls_plain(values):
    assert json.loads(canonical(values)) == plain(values)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), _PLAIN))
def test_what_is_read_back_has_the_same_text(values):
    text = canonical(values)

    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            2.5,
            "data.cost[1]: 2.5 is a float, which other machines may write differently. Give it as text, or as"
            " a whole number of a smaller unit.",
        ),
        (
            datetime(2024, 3, 1, 12),
            "data.cost[1]: the moment 2024-03-01T12:00:00 has no time zone. Give one, for example"
            " 2024-03-01T12:00:00+01:00.",
        ),
        (
            "caf\udce9",
            r"data.cost[1]: 'caf\udce9' holds half a character, which nothing can store."
            " Read it anew, as UTF-8.",
        ),
        ({1: "a"}, "data.cost[1]: the key 1 is not text. Write it as text."),
        ({1, 2}, "data.cost[1]: a set may hold only texts. Give a list."),
        (
            Decimal("2.5"),
            "data.cost[1]: a value of type Decimal has no form in the record. Give text, a whole number,"
            " a moment, a day, or lists and tables of those.",
        ),
        (
            Seat("cop", date(2024, 3, 1), datetime(2024, 3, 1)),
            "data.cost[1].asked_at: the moment 2024-03-01T00:00",
        ),
    ],
    ids=["float", "no zone", "half a character", "key", "set", "decimal", "inside a record"],
)
def test_what_has_no_exact_form_is_refused_with_its_place(value, says):
    with pytest.raises(CannotBeKept) as refused:
        canonical({"kind": "opened", "data": {"cost": [1, value]}})

    assert str(refused.value)[: len(says)] == says
