"""A procedure drawn for a page."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

from states.reader import load
from workflow.drawing import drawn, drawn_in_full

LAW = load("ramsar-private")
SVG = "{http://www.w3.org/2000/svg}"


def groups(svg: str, kind: str) -> list[tuple[set[str], str]]:
    """(classes, text) of every node or arrow."""
    found = [g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if kind in g.get("class", "").split()]
    return [
        (set(g.get("class", "").split()), " ".join(t.text or "" for t in g.iter(f"{SVG}text"))) for g in found
    ]


def test_the_states_a_case_has_been_in_and_the_one_it_is_in_are_marked() -> None:
    nodes = groups(drawn(LAW, {"draft", "preliminary_assessment"}, "party_consent"), "node")

    assert [text for classes, text in nodes if "visited" in classes] == ["Draft", "Preliminary assessment"]
    assert [text for classes, text in nodes if "current" in classes] == [
        "Advance agreement of the Parties concerned"
    ]


def test_only_the_arrows_that_leave_the_present_state_bear_words() -> None:
    arrows = groups(drawn(LAW, {"draft"}, "preliminary_assessment"), "edge")

    assert {text for _, text in arrows if text} == {"Endorse after assessment", "Decline the proposal"}


def test_a_withdrawal_that_is_possible_from_everywhere_is_drawn_only_where_it_happened() -> None:
    before, after = drawn(LAW, {"draft"}, "agreement"), drawn(LAW, {"draft"}, "withdrawn")

    assert ("Withdrawn" in before, "Withdrawn" in after) == (False, True)


def test_a_drawing_speaks_the_language_of_its_page() -> None:
    svg = drawn(LAW, {"draft"}, "preliminary_assessment", language="fr")

    assert {"Évaluation préliminaire"} == {text for kinds, text in groups(svg, "node") if "current" in kinds}


def test_a_drawing_may_stand_in_a_page_that_allows_nothing_inline() -> None:
    for svg in (drawn(LAW, {"draft"}, "notification"), drawn_in_full(LAW)):
        assert svg.startswith("<svg")
        assert re.findall(r'style=|<script|<style|href|\bon\w+=|\bid="|fill="#|font-family', svg) == []


def test_a_drawing_is_made_once_for_each_road() -> None:
    first = drawn(LAW, ["preliminary_assessment", "draft"], "notification")

    assert drawn(LAW, {"draft", "preliminary_assessment", "of another edition"}, "notification") is first


def test_many_may_look_at_once() -> None:
    states = [name for name, state in LAW.states.items() if not state.final]

    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda state: drawn(LAW, {state}, state, language="es"), states * 2))

    assert len(set(pictures)) == len(states)


def test_the_whole_law_is_drawn_with_the_condition_of_every_way() -> None:
    words = " ".join(text for _, text in groups(drawn_in_full(LAW), "edge"))

    assert "endorse if no consent is missing" in words
