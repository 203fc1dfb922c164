"""Who may do what, in every state: the table printed from the law file is what the law decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from states.commands import Actor, Command, Step
from states.facts import RANKS, Case
from states.machine import possibilities
from states.reasons import Refused
from tests.states import ready
from tests.states.ready import LAW, ROLES, TABLE, actor, expected, messages
from tests.states.stages import STATES, Stage, stage

ACTIONS = tuple(LAW.actions)
ROWS = sorted({(state, action) for state, action, _ in TABLE})
#: Commands that no person gives, and words that are nothing at all.
STRANGE = ("fire", "register", "open", "", "Submit", "approved")


def prepared(state: str, action: str) -> Stage:
    """A case in that state in which nothing stands in the way of the action."""
    play = stage(state, ready.territory(action), sent=ready.is_sent(state, action))
    ready.prepare(play, state, action)
    assert play.case.state == state
    return play


def test_the_stages_of_these_tests_are_the_states_of_the_law_file() -> None:
    assert set(STATES) == set(LAW.states)


@pytest.mark.parametrize(("state", "action"), ROWS)
def test_an_action_of_a_state_is_done_by_those_the_table_names_and_by_nobody_else(
    state: str, action: str
) -> None:
    play = prepared(state, action)
    for role in ROLES:
        why = messages(play.attempt(Command(action, actor(role), ready.given(state, action, play))))
        assert expected(state, action, role) == (why & {"not_your_role", "not_due", "not_asked"} or why), role


def test_the_clock_escalates_when_the_consultations_have_run_out() -> None:
    play = stage("objection")
    play.run_to("2024-07-18 23:59:59")
    assert play.case.state == "objection"
    play.run_to("2024-07-19 00:00:00")
    assert play.case.state == "cop"
    assert [(e.kind, e.data["to"]) for e in play.steps[-1].events] == [("escalate", "cop")]


@pytest.mark.parametrize("state", STATES)
def test_an_action_that_the_state_does_not_know_is_refused_to_everyone(state: str) -> None:
    play = stage(state)
    here = {action for s, action in ROWS if s == state}
    final = LAW.states[state].final
    for action in sorted(set(ACTIONS) - here):
        expected = {"not_in_final" if final else "not_in_state"}
        found = {role: messages(play.attempt(Command(action, actor(role)))) for role in ROLES}
        assert found == dict.fromkeys(ROLES, expected), action


@pytest.mark.parametrize("state", STATES)
def test_words_that_are_no_action_are_refused_to_everyone(state: str) -> None:
    play = stage(state)
    found = {
        (role, word): messages(play.attempt(Command(word, actor(role)))) for role in ROLES for word in STRANGE
    }
    by_clock = {("clock", "fire"): {"stale"}, ("clock", "register"): {"untouched"}}
    assert found == {pair: by_clock.get(pair, {"unknown_action"}) for pair in found}


# -------------------------------------------------------------------------------------------- on hold


HOLDABLE = sorted(state for state, action, _ in TABLE if action == "hold")


@pytest.mark.parametrize(("state", "action"), [row for row in ROWS if row[0] in HOLDABLE])
def test_on_hold_only_that_is_done_which_the_law_file_lets_be_done_then(state: str, action: str) -> None:
    play = prepared(state, action)
    if not play.case.is_held:
        play.act(actor("officer"), "hold")
    rule = LAW.action(action, state)
    assert rule is not None
    who = next(role for role in rule.by if role != "clock")
    found = messages(play.attempt(Command(action, actor(who), ready.given(state, action, play))))
    if rule.while_held:
        assert found == expected(state, action, who)
    else:
        assert found == ({"held", "already_held"} if action == "hold" else {"held"})


def test_before_the_conference_and_in_force_there_is_no_hold() -> None:
    assert set(STATES) - set(HOLDABLE) == {
        "cop", "active", "suspended", "declined", "rejected", "cop_rejected", "withdrawn", "completed",
        "terminated", "expired",
    }  # fmt: skip


# ---------------------------------------------------------------------------------------- answers


def asked_for(case: Case, word: str) -> Iterator[Actor]:
    """Every voice that was asked a question with this answer, in the newest round that asked it."""
    for round_ in case.rounds:
        ask = LAW.states[round_.state].ask
        if ask is None or word not in ask.answers:
            continue
        seated = round_.of in LAW.bodies
        for member in (round_.asked[0], round_.asked[-1]):
            voices = ("member",) if seated else ("mission", "ministry", "head", "nfp", "other")
            for voice in voices:
                yield Actor("seat" if seated else "party", party=member.party, voice=voice)


@pytest.mark.parametrize("state", STATES)
def test_whoever_was_asked_can_answer_in_every_state_and_nobody_else(state: str) -> None:
    play = stage(state)
    details = {"reasons": "the birds", "conditions": "no logo"}
    for word in sorted(LAW.answers):
        asked = list(asked_for(play.case, word))
        for voice in asked:
            step = play.attempt(Command(word, voice, details))
            assert isinstance(step, Step), (word, voice, str(step))
            assert step.events[0].kind == "answer"
            assert step.events[0].data["voice"] == voice.words
        for role in ROLES:
            decided = play.attempt(Command(word, actor(role), details))
            if role not in ("party", "seat"):
                assert messages(decided) == {"clerk_answers"}, (word, role)
            elif not was_asked(play.case, word, actor(role)):
                assert messages(decided) == {"not_asked"}, (word, role)
        assert messages(play.attempt(Command(word, Actor("party", party="XX", voice="head"), details))) == {
            "not_asked"
        }


def was_asked(case: Case, word: str, who: Actor) -> bool:
    return any(
        who.party == member.party
        for round_ in case.rounds
        if (ask := LAW.states[round_.state].ask) is not None
        and word in ask.answers
        and (round_.of in LAW.bodies) == (who.role == "seat")
        for member in round_.asked
    )


# ------------------------------------------------------------------------------------------- total


def test_every_role_may_ask_for_anything_in_any_state_and_is_answered_in_sentences() -> None:
    for state in STATES:
        play = stage(state)
        held = replace(play.case, held_on=play.case.since.date())
        for case in (play.case, held) if state in HOLDABLE else (play.case,):
            play.facts = play.facts.with_case(case)
            for role in (*ROLES, "stranger", ""):
                for action in (*ACTIONS, *sorted(LAW.answers), *STRANGE):
                    command = Command(action, actor(role), ready.given(state, action))
                    decided = play.attempt(command)
                    assert decided == play.attempt(command)
                    if isinstance(decided, Refused):
                        assert decided.reasons
                        assert all(r.english.rstrip("'\"").endswith((".", "?")) for r in decided.reasons)
                        assert "{" not in str(decided)


@pytest.mark.parametrize(("state", "action"), ROWS)
def test_what_is_offered_to_somebody_is_what_the_table_allows(state: str, action: str) -> None:
    play = prepared(state, action)
    for role in ROLES:
        found = possibilities(LAW, play.facts, Command("", actor(role)))
        assert [p.name for p in found] == [a.name for a in LAW.actions_in(state)]
        offered = {p.name for p in found if p.refused is None}
        assert offered <= {a for s, a, r in TABLE if (s, r) == (state, role)}
        stands_open = expected(state, action, role).isdisjoint({"nothing_to_verify", "no_public_text_waits"})
        assert (action in offered) == ((state, action, role) in TABLE and role != "clock" and stands_open)


def test_a_voice_has_the_rank_that_the_law_gives_it() -> None:
    ranks = {voice: Actor("party", party="FR", voice=voice).rank for voice in RANKS}
    assert ranks == {
        "mission": 4, "ministry": 4, "head": 3, "nfp": 2, "other": 1, "member": 3, "alternate": 2,
    }  # fmt: skip
