"""Sheets, risks, agreements and members: a law file that provides them is read, proved and applied."""

from __future__ import annotations

from typing import Any

import pytest

from states.commands import Actor
from states.dossier import Risk
from states.faults import ProcedureError
from states.ordered import papers
from states.provisions import RiskKind
from states.soundness import check
from tests.states.law_text import line_of
from tests.states.little_law import LAW, NOW, TEXT, Play, active, law
from workflow.check import known

# ------------------------------------------------------------------------------------- the file


def test_the_little_law_is_sound() -> None:
    assert check(LAW, known()) == []


def test_risks_are_those_of_the_catalogue_and_the_law_files_own() -> None:
    assert LAW.risks["weather"] == RiskKind("weather", "bad weather", "Rule 9")
    assert LAW.risks["whitewashing"].basis == "para. 58"


SOUND = {
    "a road around a gate": (
        [
            (
                'when  = ["nothing_stops(gate)", "sheet_is_complete(gate)", ',
                'when  = ["sheet_is_complete(gate)", ',
            )
        ],
        'before = ["active"]',
        "sheets.gate.before[1]: a road leads around the gate to 'active' (draft -> active). "
        "Add 'nothing_stops(gate)' to a step of it.",
    ),
    "a gate before nothing": (
        [('before = ["active"]\n', "")],
        "[sheets.gate]",
        "sheets.gate: its answers stop a case, and it is not said before which states. "
        "Add 'before': the states that no case reaches past it.",
    ),
    "an answer nobody can give": (
        [
            (
                '["nothing_stops(gate)", "sheet',
                '["answered(form_of_work=gifts)", "nothing_stops(gate)", "sheet',
            )
        ],
        'when  = ["answered(form_of_work=gifts)"',
        "states.draft.actions.begin.when: unknown answer on a sheet 'form_of_work=gifts', "
        "did you mean 'form_of_work=gift'?",
    ),
    "a sheet that is not there": (
        [('"sheet_is_complete(gate)"', '"sheet_is_complete(gaet)"')],
        'when  = ["nothing_stops(gate)"',
        "states.draft.actions.begin.when: unknown sheet 'gaet', did you mean 'gate'?",
    ),
    "a signer that is not there": (
        [('signed_by = ["us"]', 'signed_by = ["uss"]')],
        'signed_by = ["uss"]',
        "agreements.letters.signed_by[1]: unknown signer 'uss', did you mean 'us'?",
    ),
    "an agreement nobody signs": (
        [('signed_by = ["us"]\n', "")],
        "[agreements.letters]",
        "agreements.letters: nobody signs it. Add 'signed_by', or write written = false.",
    ),
    "an act without what it needs": (
        [('needs = ["risk_kind", "likelihood", "severity"]', 'needs = ["risk_kind", "likelihood"]')],
        'needs = ["risk_kind", "likelihood"]',
        "actions.assess.needs: 'record_risk' cannot do without 'severity'. Add 'severity'.",
    ),
    "a decision of nobody": (
        [('decider = "board"\n', "")],
        'does  = "record_decision"',
        "states.active.actions.record_decision.does: nobody decides in 'active'. "
        "Name a body in the state's 'target' or 'decider'.",
    ),
    "a body that is not there": (
        [('admitted_by = "board"', 'admitted_by = "bord"')],
        'admitted_by = "bord"',
        "membership.admitted_by: unknown body 'bord', did you mean 'board'?",
    ),
}


@pytest.mark.parametrize("fault", SOUND)
def test_a_fault_in_what_a_law_file_provides_is_told_with_its_place(fault: str) -> None:
    changes, at, says = SOUND[fault]
    changed = law(*changes)
    text = TEXT
    for old, new in changes:
        text = text.replace(old, new)

    told = [str(each) for each in check(changed, known())]

    assert told == [f"little.toml:{line_of(text, at)}: {says}"]


READ = {
    "a catalogue": (('"risks"', '"riscs"'), "there is no catalogue 'riscs', did you mean 'risks'?"),
    "a question that always stops": (
        ('stops_on       = ["yes"]', 'stops_on       = ["yes", "no"]'),
        "every answer stops the case. Leave one out of 'stops_on'.",
    ),
    "a word that is no answer": (
        ('stops_on       = ["yes"]', 'stops_on       = ["yess"]'),
        "'yess' cannot be answered, did you mean 'yes'?",
    ),
    "a key of a category": (
        ("seats_per_region = 1", "seat_per_region = 1"),
        "unknown key 'seat_per_region', did you mean 'seats_per_region'?",
    ),
}


@pytest.mark.parametrize("fault", READ)
def test_what_cannot_be_read_is_told_with_the_nearest_right_word(fault: str) -> None:
    change, says = READ[fault]

    with pytest.raises(ProcedureError) as refused:
        law(change)

    assert says in str(refused.value)


# ---------------------------------------------------------------------------------------- gates


@pytest.mark.parametrize("role", ["officer", "head"])
def test_nobody_gets_past_an_answer_that_stops(role: str) -> None:
    play = Play()
    play.do("fill_sheet", question="tobacco", answer="yes", evidence="Annual report")
    play.do("fill_sheet", question="form_of_work", answer="gift")

    assert play.refused("begin", Actor(role)) == (
        "The sheet 'Gate' stops the case, and nobody can pass over it: "
        "Is it of the tobacco industry? yes (Rule 3). "
        "Decline or withdraw the case, or send it where it belongs."
    )


def test_a_stop_is_corrected_with_a_reason_only() -> None:
    play = Play()
    play.do("fill_sheet", question="tobacco", answer="yes", evidence="Annual report")

    assert "To correct that, give the reason." in play.refused(
        "fill_sheet", question="tobacco", answer="no", evidence="Letter"
    )
    play.do("fill_sheet", question="tobacco", answer="no", evidence="Letter", reason="Another company")
    assert [(a.answer, a.evidence, a.by) for a in play.case.sheet] == [("no", "Letter", "anna")]


@pytest.mark.parametrize(
    ("details", "why"),
    [
        ({"question": "tobaco", "answer": "no"}, "is not a question of a sheet, did you mean 'tobacco'?."),
        ({"question": "tobacco", "answer": "maybe"}, "choose yes or no."),
        ({"question": "tobacco", "answer": "no"}, "wants its evidence. Say where it can be found."),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(details: dict[str, Any], why: str) -> None:
    assert play_refuses("fill_sheet", details).endswith(why)


def play_refuses(action: str, details: dict[str, Any]) -> str:
    return Play().refused(action, **details)


def test_a_sheet_is_complete_without_what_may_stay_open() -> None:
    play = Play()
    play.do("fill_sheet", question="tobacco", answer="no", evidence="Letter")

    assert play.refused("begin") == (
        "The sheet 'Gate' has 1 question(s) without an answer: How do we work together? (form_of_work). "
        "Answer them first."
    )
    play.do("fill_sheet", question="form_of_work", answer="gift")
    assert play.do("begin").case.state == "active"


# ---------------------------------------------------------------------------------------- risks


@pytest.mark.parametrize(
    ("likelihood", "severity", "level"),
    [
        ("low", "low", "low"),
        ("low", "medium", "low"),
        ("medium", "medium", "medium"),
        ("low", "high", "medium"),
        ("medium", "high", "high"),
        ("high", "high", "high"),
    ],
)
def test_a_risk_weighs_what_likelihood_and_severity_make_of_it(
    likelihood: str, severity: str, level: str
) -> None:
    assert Risk("weather", likelihood, severity, NOW.date()).level == level
    assert Risk("weather", severity, likelihood, NOW.date()).level == level


def test_a_high_risk_holds_the_case_until_somebody_sees_to_it() -> None:
    kept = papers(LAW, NOW.date())
    play = Play(sheet=kept.sheet)
    play.do("assess", risk_kind="weather", likelihood="high", severity="medium", mitigation="umbrellas")

    assert play.refused("begin").startswith("High risk without mitigation: bad weather.")
    play.do("mitigate", risk_kind="weather", mitigation="umbrellas", owner="anna")
    assert play.do("begin").case.state == "active"
    assert play.refused("mitigate", risk_kind="reputation", mitigation="x", owner="y").startswith(
        "The risk 'reputation' has not been found in this case"
    )


# ----------------------------------------------------------------------------------- agreements


def test_a_form_is_chosen_only_where_it_fits() -> None:
    play = active()

    assert play.refused("sign").startswith("It is not settled which form the agreement takes.")
    assert play.refused("choose_form", form="none") == (
        "'How do we work together?' (form_of_work) is not answered with advice."
    )
    play.do("choose_form", form="letters")
    assert play.refused("go_without") == "'Exchange of letters' must be written and signed."
    play.do("fill_sheet", question="form_of_work", answer="advice")
    play.do("choose_form", form="none")
    assert play.refused("sign") == "'No agreement': nothing is written or signed."
    assert play.do("go_without").case.state == "ended"


def test_everyone_who_must_sign_signs_each_partner_too() -> None:
    play = active()
    play.do("choose_form", form="tripartite")
    play.do("record_signature", signer="us", signed_by="Director", signed_on=NOW.date())
    play.do("record_signature", signer="every_partner", organization="Lac SA")

    assert play.refused("record_signature", signer="every_partner", organization="Mer SA").startswith(
        "'Mer SA' is not a partner of this case"
    )
    assert play.refused("sign") == (
        "Tripartite agreement: signature missing of the Government, Rivages SA. Record it first."
    )
    play.do("record_signature", signer="them")
    play.do("record_signature", signer="every_partner", organization="Rivages SA")
    assert "(term)" in play.refused("sign", without=("term",))
    assert play.do("sign").case.marks == {"signed"}


def test_a_signature_under_another_form_does_not_count() -> None:
    play = active()
    play.do("choose_form", form="letters")
    play.do("record_signature", signer="us")
    play.do("choose_form", form="tripartite")

    assert "the Secretariat" in play.refused("sign")


# -------------------------------------------------------------------------------------- members


def test_members_are_admitted_by_category_region_and_expertise() -> None:
    play = active()

    assert play.refused("admit", member="Lac SA", category="company").startswith("Lac SA lacks expertise")
    assert play.refused("admit", member="X", category="companie") == (
        "'companie' is not a category of members, did you mean 'company'?."
    )
    play.do("admit", member="Chad", category="state", region="north")
    assert play.refused("admit", member="Mali", category="state", region="north") == (
        "The seats of 'States' for the North are taken: Chad."
    )
    assert play.refused("meet").startswith("The members are of 1 kind(s)")
    play.do("admit", member="Lac SA", category="company", expertise=True)
    play.do("meet")
    play.do("leave", member="Lac SA")
    assert play.refused("leave", member="Lac SA") == "Lac SA is not a member."
    assert [(m.name, str(m.term_ends), str(m.left_on)) for m in play.case.members] == [
        ("Chad", "2026-05-06", "None"),
        ("Lac SA", "None", "2024-05-06"),
    ]


def test_a_body_without_meetings_decides_on_any_day_and_its_numbers_need_not_be_told() -> None:
    play = active()

    assert play.refused("record_decision", result="agreed").endswith("choose endorsed or not_endorsed.")
    assert play.refused("record_decision", result="endorsed", by="vote", yes=2, no=3).startswith(
        "It cannot be endorsed: 2 yes against 3 no."
    )
    step = play.do("record_decision", result="endorsed", document="EB-3/12", decided_on=NOW.date())
    assert [(d.body, d.result) for d in step.case.decisions] == [("board", "for")]
