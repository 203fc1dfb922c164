"""A letter says what has happened, in its reader's words, and nothing that is not so."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, insert, select

from notifications import LANGUAGES, REPLY_LINK, TemplateError, template_version, templates
from states.facts import Asked
from tests.workflow import proposal
from tests.workflow.proposal import (
    APPROVAL,
    CASE,
    CONSENT,
    CONSULTATION,
    NOTIFICATION,
    TOLD,
    letters,
    lines,
    officer,
    party,
    spoken,
)
from workflow import links, models, outbox, record

ALL = templates("en")
STAFF = frozenset({"bounced", "overdue", "queue_paused", "task", "unreached"})
ROUNDS = {"consent_request": CONSENT, "consultation_request": CONSULTATION, "approval_request": APPROVAL}


@pytest.fixture(autouse=True)
def _case(session):
    proposal.stored(session)


# ----------------------------------------------------------------------------------- every letter


@pytest.mark.parametrize("told", [TOLD, {}], ids=["everything told", "nothing told"])
def test_every_letter_can_be_written_in_every_language_whatever_its_event_tells(session, told):
    raw = re.compile(r"None|\{|\}|datetime|\b[a-z]+_[a-z]+\b|\d{4}-\d\d-\d\d")
    for template in sorted(set(ALL) - {"sign_in_link"}):
        member = "europe-1" if template in ("consultation_request", "approval_request") else "NO"
        readers = [party("NO", language, member=member) for language in LANGUAGES]
        if template in STAFF:
            readers = [officer(language) for language in LANGUAGES]

        rows = letters(session, template, *readers, round=ROUNDS.get(template, NOTIFICATION), **told)

        versions = [template_version(template, language) for language in LANGUAGES]
        assert [(row["language"], row["version"]) for row in rows] == list(
            zip(LANGUAGES, versions, strict=True)
        )
        assert [(template, raw.findall(spoken(row))) for row in rows] == [(template, [])] * 3
        assert all(CASE.reference in row["text"] for row in rows) or template == "queue_paused"
        for row in rows:
            links_in = (REPLY_LINK in row["text"], REPLY_LINK in row["html"], row["token_hash"] != "")
            assert links_in in ((True, True, True), (False, False, False))


def test_every_letter_a_law_file_names_can_be_written():
    law = proposal.LAW
    asks = [s.ask for s in law.states.values() if s.ask is not None]
    named = {letter for a in asks for letter in (a.letter, a.again_letter)} - {""}
    notices = [a.notify for same in law.actions.values() for a in same]
    notices += [
        n for a in asks for n in (a.objection_notify, a.lapse_notify, a.returns.notify if a.returns else {})
    ]
    for state in law.states.values():
        ways = [way for same in state.outcomes.values() for way in same] + list(state.moves_on)
        notices += [state.notify, state.target_notify, *(way.notify for way in ways)]

    assert (named | {t for each in notices for t in each.values()}) - set(ALL) == set()


# -------------------------------------------------------------------------------------- questions


def test_a_request_prints_the_last_day_the_grace_the_zone_and_what_silence_means(session):
    (row,) = letters(session, "notification", party("FR", member="FR"), round=NOTIFICATION, number="2024/3")

    assert row["subject"] == "Notification 2024/3, RP-2024-7: Évian Project"
    assert "No. 2024/3\n3 June 2024\n" in spoken(row)
    assert (
        "REPLY BY: Monday 17 June 2024, 23:59 (Europe/Zurich)\n"
        "Still counted if received before: Tuesday 18 June 2024, 09:00 (Europe/Zurich)\n"
        "Time zone: Europe/Zurich (UTC+2)\n"
        "An answer received later is kept and shown as late.\n"
        "\n"
        "If no answer is received, the Party is taken to have no objection.\n"
    ) in spoken(row)


def test_a_member_with_a_window_of_its_own_reads_its_own_last_day(session):
    readers = [party(code, "fr", member=code) for code in ("FR", "TD", "NO")]

    rows = letters(session, "late_joiner_request", *readers, round=NOTIFICATION)

    assert [lines(row, "DATE LIMITE DE RÉPONSE :") for row in rows] == [
        ["lundi 17 juin 2024, 23:59 (Europe/Zurich)"],
        ["lundi 24 juin 2024, 23:59 (Europe/Zurich)"],
        ["lundi 17 juin 2024, 23:59 (Europe/Zurich)"],
    ]


def test_a_window_that_a_later_general_one_has_overtaken_is_not_printed(session):
    extended = replace(CASE.rounds[-1], reply_by=date(2024, 7, 1), closes_at=proposal.at(7, 2, 7))
    case = replace(CASE, rounds=(*CASE.rounds[:-1], extended))

    (row,) = letters(session, "extension", party("TD", member="TD"), round=NOTIFICATION, case=case)

    assert lines(row, "REPLY BY:") == ["Monday 1 July 2024, 23:59 (Europe/Zurich)"]


def test_clocks_that_change_before_the_close_are_told(session):
    (row,) = letters(session, "consultation_request", party("NO", member="europe-1"), round=CONSULTATION)

    assert lines(row, "Time zone:") == ["Europe/Zurich (UTC+1 / UTC+2)"]


def test_a_reminder_counts_the_days_its_reader_still_has(session):
    readers = [party(code, "es", member=code) for code in ("FR", "TD")]

    rows = letters(
        session,
        "reminder",
        *readers,
        round=NOTIFICATION,
        purpose="reminder",
        now=datetime(2024, 6, 16, 22, tzinfo=UTC),
    )

    assert [re.findall(r"quedan? \w+ días?|vence hoy", spoken(row)) for row in rows] == [
        ["vence hoy"],
        ["quedan 7 días"],
    ]


def test_the_answers_say_what_they_must_come_with(session):
    (consent,) = letters(session, "consent_request", party("FR", "fr", member="FR"), round=CONSENT)
    (notice,) = letters(session, "notification", party("FR", member="FR"), round=NOTIFICATION)

    assert re.findall(r"^- (Accord.*|Refus.*)$", spoken(consent), re.M) == [
        "Accord",
        "Accord sous conditions (veuillez les énoncer)",
        "Refus (veuillez en indiquer les motifs)",
    ]
    assert "- Question: the Party then has at least 10 days from its question\n" in spoken(notice)


def test_a_seat_is_written_to_as_a_member_of_its_body(session):
    rows = letters(
        session,
        "approval_request",
        *(party("GA", lang, member="africa-1") for lang in LANGUAGES),
        round=APPROVAL,
    )

    assert [re.findall(r"^Part\w+ ?: (.*)$", spoken(row), re.M) for row in rows] == [
        ["Gabon, member of the Standing Committee"],
        ["Gabon, membre (Comité permanent)"],
        ["Gabón, miembro (Comité Permanente)"],
    ]


def test_an_amended_text_is_notified_with_what_has_changed_since(session):
    amended = ((proposal.at(4, 1), "Too old."), (proposal.at(5, 6), "A new map."), (proposal.at(5, 7), ""))
    for seq, (at, said) in enumerate(amended, 5):
        told = {"changes": said, "reason": "Asked for by Norway."}
        row = record.event_row(
            case_id=1,
            chain=CASE.reference,
            seq=seq,
            at=at,
            kind="amend",
            actor="officer",
            data=told,
            effects=(),
            prev="",
        )
        session.execute(insert(models.Event), row)
    again = replace(CASE.rounds[-1], no=5, opened_at=proposal.at(6, 3))

    (row,) = letters(
        session,
        "renotification",
        party("FR", member="FR"),
        round=5,
        case=replace(CASE, rounds=(*CASE.rounds, again)),
    )

    assert "The changes:\n> A new map.\n> Asked for by Norway.\n" in spoken(row)


# --------------------------------------------------------------------------------------- receipts


def receipt(session, **changes):
    told = {
        "answer": "objection",
        "given_by": "party:NO/mission",
        "received": proposal.at(5, 2, 10),
        "objection": True,
    }
    (row,) = letters(
        session,
        "receipt",
        party("NO", "fr", member="NO"),
        round=NOTIFICATION,
        purpose="receipt",
        **told | changes,
    )
    return row


def test_a_receipt_says_what_was_answered_by_whom_and_when(session):
    row = receipt(session)

    assert (
        "- Réponse : Objection\n"
        "- Donnée par : Mission permanente de la Norvège\n"
        "- Reçue : jeudi 2 mai 2024, 12:00 (Europe/Zurich)\n"
    ) in spoken(row)
    assert "L’objection demeure tant qu’elle n’est pas retirée par écrit" in spoken(row)


def test_a_receipt_offers_a_change_only_while_the_window_is_open(session):
    closed = replace(CASE, rounds=(*CASE.rounds[:-1], replace(CASE.rounds[-1], closed_at=proposal.at(6, 1))))
    held = replace(CASE, held_on=date(2024, 6, 1))
    after = datetime(2024, 6, 18, 7, tzinfo=UTC)

    offered = [
        REPLY_LINK in receipt(session, **changes)["text"]
        for changes in ({}, {"case": closed}, {"now": after}, {"now": after, "case": held})
    ]

    assert offered == [True, False, False, True]


# ----------------------------------------------------------------------------------- what may hurt


def test_nothing_anybody_writes_escapes_its_place(session):
    evil = "Office\r\nBcc: spy@evil.example"
    case = replace(
        CASE, title="<script>alert(1)</script>\r\nSubject: x", partner={"name": "A & <b>B</b>", "home": "FR"}
    )

    (row,) = letters(
        session,
        "objection_received",
        party("FR", name=evil, title=f"{{{{ 7*7 }}}} {REPLY_LINK}"),
        case=case,
        party="NO",
        reasons="Line\r\n\r\nREPLY BY: never\r\n{{ case }}",
    )

    assert row["name"] == "Office Bcc: spy@evil.example"
    assert row["subject"] == "RP-2024-7: objection received – <script>alert(1)</script> Subject: x"
    assert "<script>" not in row["html"] and "<b>B" not in row["html"]
    assert "&lt;script&gt;" in row["html"] and "A &amp; &lt;b&gt;B&lt;/b&gt;" in row["html"]
    assert REPLY_LINK not in row["text"] and "49" not in row["text"]
    assert "> Line\n>\n> REPLY BY: never\n> {{ case }}\n" in row["text"]


def test_a_letter_that_does_not_exist_is_refused_by_name(session):
    with pytest.raises(TemplateError, match="Did you mean 'withdrawn'"):
        letters(session, "withdrown", party("FR"))


# ------------------------------------------------------------------------------------ in the outbox


def test_the_record_keeps_the_hash_of_a_reply_link_and_never_the_link(session):
    (row,) = letters(session, "notification", party("FR", member="FR"), round=NOTIFICATION)

    token = links.token_for(proposal.SECRET, 1, NOTIFICATION, "FR", party("FR").contact_id)
    assert row["token_hash"] == links.token_hash(token)
    assert token not in row["text"] + row["html"]


def test_a_letter_with_a_reply_link_belongs_to_the_round_it_answers(session):
    (asked,) = letters(session, "extension", party("FR", member="FR"), round=0)
    (told,) = letters(session, "signed", party("FR"), round=0)

    assert (asked["round"], told["round"], told["token_hash"]) == (NOTIFICATION, 0, "")


def test_what_is_composed_twice_is_queued_once(session):
    readers = [party(code, member=code) for code in ("FR", "TD", "NO")]

    for _ in range(2):
        outbox.queue(session, letters(session, "notification", *readers, round=NOTIFICATION))

    assert session.scalar(select(func.count()).select_from(models.Letter)) == 3


def test_a_letter_is_on_file_with_its_final_words(session):
    row = letters(
        session, "notification", party("FR", "fr", member="FR"), round=NOTIFICATION, number="2024/3"
    )[0]
    outbox.queue(session, [row])

    stored = session.execute(select(models.Letter.__table__)).one()._asdict()

    assert {name: stored[name] for name in row} == row
    assert (stored["status"], stored["case_id"], stored["seq"], stored["number"]) == (
        "waiting",
        1,
        13,
        "2024/3",
    )
    assert row["html"].startswith('<!DOCTYPE html>\n<html lang="fr">')


def test_letters_come_in_the_order_of_their_readers(session):
    asked = tuple(Asked(code, code) for code in proposal.NAMES)
    case = replace(CASE, rounds=(*CASE.rounds[:-1], replace(CASE.rounds[-1], asked=asked)))
    readers = [party(code, LANGUAGES[n % 3], member=code) for n, code in enumerate(proposal.NAMES)]

    rows = letters(session, "notification", *readers, round=NOTIFICATION, case=case)

    assert [(row["party"], row["language"]) for row in rows] == [(r.party, r.language) for r in readers]
    assert len({row["message_id"] for row in rows}) == len(readers)
