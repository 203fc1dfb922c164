"""What came of a question is told to each reader in words, and as it is."""

import re
from dataclasses import replace
from datetime import date

import pytest

from notifications import LANGUAGES
from states.facts import Objection
from tests.workflow import proposal
from tests.workflow.proposal import (
    APPROVAL,
    CASE,
    CONSENT,
    NOTIFICATION,
    SETTINGS,
    TOLD,
    letters,
    lines,
    officer,
    party,
    spoken,
)
from workflow.config import Languages, Secretariat, Settings


@pytest.fixture(autouse=True)
def _case(session):
    proposal.stored(session)


# ---------------------------------------------------------------------------------------- results


def test_a_result_is_counted_in_the_order_of_the_law_and_leaves_out_what_nobody_said(session):
    rows = letters(session, "no_objection", *(party("FR", lang) for lang in LANGUAGES), **TOLD)

    assert [re.findall(r"^- ([^:\n]*?) ?: (\d+)$", spoken(row), re.M) for row in rows] == [
        [("No objection", "9"), ("No answer", "160"), ("Answer received too late", "1")],
        [("Pas d’objection", "9"), ("Pas de réponse", "160"), ("Réponse reçue trop tard", "1")],
        [("Sin objeción", "9"), ("Sin respuesta", "160"), ("Respuesta recibida fuera de plazo", "1")],
    ]


def test_consent_withheld_tells_who_refused_and_why_not_what_was_said_last(session):
    (row,) = letters(
        session, "consent_withheld", party("CR", "fr"), reason="We are glad to agree.", **{"round": 0}
    )
    (told,) = letters(session, "consent_withheld", party("CR", "fr"), round=CONSENT)

    assert "glad" not in row["text"]
    assert (
        "> Chef de l’Autorité administrative de la France : Not in a nature park.\n"
        "> See our letter.\n"
        "> Correspondant national du Costa Rica : Conditions non acceptées : Local staff.\n"
    ) in spoken(told)


def test_conditions_of_an_approval_are_told_with_who_made_them(session):
    (row,) = letters(session, "approval_given", party("FR", "es"), round=APPROVAL, counts={"approve": 11})

    assert "> Guinea Ecuatorial, miembro suplente: Yearly accounts.\n" in spoken(row)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (CASE.rounds[2].answers, "Objection made by: Norway."),
        ((), "Fewer than 10 express approvals were received."),
    ],
)
def test_a_matter_that_goes_to_a_meeting_is_told_why_and_when(session, answers, why):
    rounds = (*CASE.rounds[:2], replace(CASE.rounds[2], answers=answers), CASE.rounds[3])
    case = replace(CASE, target="SC63", rounds=rounds)

    (row,) = letters(
        session, "approval_to_meeting", party("FR"), round=APPROVAL, case=case, counts={"silent": 2}
    )

    assert "Meeting: SC63 (3–7 June 2024)\n" in spoken(row)
    assert f"\n{why}\n" in spoken(row)


def test_a_decision_is_told_with_its_votes(session):
    (row,) = letters(session, "cop_decision", party("FR", "fr"), **TOLD)

    assert spoken(row).partition("- Session")[2].partition("\nLe partenariat")[0].splitlines() == [
        " : COP15 (23–31 juillet 2025)",
        "- Décision : Adopté",
        "- Mode de décision : Vote",
        "",
        "En chiffres :",
        "- Pour : 80",
        "- Contre : 20",
        "- Abstentions : 15",
        "- Présents : 118",
    ]


def test_who_objects_and_until_when_consultations_last_comes_from_the_case(session):
    second = Objection(2, NOTIFICATION, "TD", "party:TD", 3, proposal.at(5, 3))
    case = replace(CASE, objections=(*CASE.objections, second))

    (row,) = letters(session, "objection_standing", party("FR", "fr"), case=case, until=date(2024, 12, 24))
    (one_less,) = letters(session, "objection_withdrawn", party("FR"), party="TD", remaining=7)

    assert lines(row, "- Objection formulée par :") == ["Norvège et Tchad"]
    assert lines(row, "- Consultations jusqu’à la date suivante :") == ["jeudi 18 juillet 2024"]
    assert (lines(one_less, "- Party:"), lines(one_less, "- Objections still standing:")) == (["Chad"], ["1"])


@pytest.mark.parametrize(
    ("state", "how"),
    [
        ("completed", "Achèvement conforme à l’accord"),
        ("terminated", "Résiliation avant terme"),
        ("withdrawn", "Retrait par écrit"),
    ],
)
def test_an_end_is_told_with_how_it_came(session, state, how):
    (row,) = letters(session, "ended", party("FR", "fr"), case=replace(CASE, state=state))

    assert lines(row, "- Mode d’extinction :") == [how]


def test_a_task_is_told_in_the_language_of_the_officer(session):
    action = (
        "Record the decision of the Conference: enter the dates of the next meeting of the Standing Committee"
    )

    (row,) = letters(
        session, "overdue", officer("es"), action=action, was_due=date(2024, 6, 3), purpose="alert"
    )

    assert lines(row, "- Qué hacer:") == [
        "Registrar la decisión de la Conferencia: "
        "introducir las fechas de la próxima reunión (Comité Permanente)"
    ]
    assert lines(row, "- Fecha límite vencida:") == ["lunes 3 de junio de 2024"]


def test_nobody_is_told_that_a_period_rests_which_has_ended(session):
    closed = replace(CASE.rounds[-1], closed_at=proposal.at(6, 1))
    case = replace(CASE, rounds=(*CASE.rounds[:-1], closed))

    rows = [
        letters(session, name, party("FR", member="FR"), round=4, case=case) for name in ("held", "resumed")
    ]

    assert rows == [[], []]


# ------------------------------------------------------------------------------------ the readers


def test_a_party_reads_its_own_name_and_a_company_none(session):
    rows = letters(session, "signed", party("NO", "es"), proposal.partner("fr"))

    assert lines(rows[0], "Parte:") == ["Noruega"]
    assert "Mme Roux\nDanone Group\n" in spoken(rows[1])
    assert "Veuillez agréer, Madame, Monsieur" in spoken(rows[1])
    assert "Partie :" not in spoken(rows[1])


def test_french_writes_a_name_of_the_register_with_its_own_apostrophe(session):
    rows = letters(session, "signed", party("CI", "fr"), party("CI", "en"))

    assert (lines(rows[0], "Partie :"), lines(rows[1], "Party:")) == (["Côte d’Ivoire"], ["Côte d'Ivoire"])


def test_a_reader_of_another_language_gets_that_of_the_installation(session):
    settings = Settings(languages=Languages(default="es"))

    (row,) = letters(session, "signed", party("TD", "ar"), settings=settings)

    assert row["language"] == "es"


def test_the_secretariat_signs_in_the_readers_language_unless_it_has_a_name_of_its_own(session):
    own = Settings(secretariat=Secretariat(name="Secretariat of Ours", signatory="Ann Other"))

    (usual,) = letters(session, "signed", party("FR", "fr"))
    (other,) = letters(session, "signed", party("FR", "fr"), settings=own)

    assert spoken(usual).splitlines()[-2:] == [
        "Le Secrétaire général",
        "Secrétariat de la Convention sur les zones humides",
    ]
    assert spoken(other).splitlines()[-2:] == ["Ann Other", "Secretariat of Ours"]


def test_answers_by_mail_go_to_the_case_or_else_to_the_office(session):
    without = Settings(secretariat=Secretariat(email="desk@secretariat.example"))

    texts = [
        letters(session, "notification", party("FR", member="FR"), round=NOTIFICATION, settings=settings)[0][
            "text"
        ]
        for settings in (SETTINGS, without)
    ]

    assert [re.findall(r"by e-mail to (\S+),", text) for text in texts] == [
        ["case+RP-2024-7@cases.example"],
        ["desk@secretariat.example"],
    ]
