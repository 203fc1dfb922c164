"""assent case: what a case officer types, and what is answered."""

from __future__ import annotations

from tests.workflow.cli.conftest import Terminal

NEW = ("case", "new", "--title", "Springs", "--partner", "Example Waters", "--territory", "FR")


def test_a_case_is_begun_listed_and_shown(assent: Terminal) -> None:
    begun = assent(*NEW)
    listed = assent("case", "list", "--json").data
    shown = assent("case", "show", listed[0]["reference"])

    assert begun.out.strip().startswith(f"{listed[0]['reference']} is a draft.")
    assert [(row["state"], row["title"]) for row in listed] == [("draft", "Springs")]
    assert "Springs" in shown.out
    assert "Case opened" in shown.out


def test_an_incomplete_proposal_is_refused_with_every_reason(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]

    refused = assent("case", "do", reference, "submit")

    assert refused.code == 1
    assert refused.err.splitlines() == [
        "Refused.",
        *(
            f"  - Submit for preliminary assessment: {words} is missing ({item}). Confirm it first."
            for item, words in (
                ("partner_identity", "the partner's legal identity"),
                ("objective", "the objective, among those of Resolution X.12"),
                ("contribution", "the contribution and its currency"),
                ("dossier", "the proposal dossier"),
            )
        ),
    ]


def test_a_complete_proposal_goes_on(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    for item in ("partner_identity", "objective", "contribution", "dossier"):
        assert assent("case", "do", reference, "confirm_item", "--with", f"item={item}").code == 0

    done = assent("case", "do", reference, "submit")

    assert (done.code, done.out) == (0, f"{reference}: submit; now in 'preliminary_assessment'.\n")
    assert assent("record", "verify").code == 0
    assert assent("record", "rebuild").out == "1 cases are what their events say.\n"


def test_the_same_key_does_the_same_thing_once(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    hold = ("case", "do", reference, "hold", "--key", "k", "--json")

    assert assent(*hold).data == assent(*hold).data


def test_a_case_that_does_not_exist_is_told_with_the_nearest_one(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]

    refused = assent("case", "show", reference.replace("RP", "RQ"))

    assert refused.code == 1
    assert (
        refused.err.strip()
        == f"There is no case {reference.replace('RP', 'RQ')}, did you mean '{reference}'?"
    )


def test_what_is_typed_wrongly_is_told_with_what_would_be_right(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    told = {
        "nobody": assent("case", "do", reference, "submit", "--by", "ambassador"),
        "no value": assent("case", "do", reference, "hold", "--with", "reason"),
        "no date": assent("case", "do", reference, "extend", "--with", "until=soon"),
        "no action": assent("case", "do", reference, "submitt"),
        "no option": assent("case", "list", "--stat", "draft"),
    }

    assert {name: run.code for name, run in told.items()} == {
        "nobody": 2,
        "no value": 2,
        "no date": 2,
        "no action": 1,
        "no option": 2,
    }
    assert "'ambassador' is nobody" in told["nobody"].err
    assert "write NAME=VALUE" in told["no value"].err
    assert "'until' is not understood: 'soon'. Give a date such as 2024-05-09." in told["no date"].err
    assert "did you mean 'submit'?" in told["no action"].err


def test_a_procedure_that_does_not_exist_is_told_with_the_nearest_one(assent: Terminal) -> None:
    refused = assent(*NEW, "--procedure", "ramsar-privat")

    assert (refused.code, "did you mean 'ramsar-private'?" in refused.err) == (2, True)
