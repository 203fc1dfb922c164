"""A reply page once its question has closed, moved or been put again, and when its link opens nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update

from tests import build
from tests.web.asked import CLAIRE, Asked, words
from tests.web.mailed import addresses, counts, form_to, last_event
from workflow import answering, db, links, models, record, register
from workflow.clock import SimulatedClock
from workflow.queries import LETTERS, table


@pytest.fixture
def asked(site: Engine, visitor: TestClient, clock: SimulatedClock) -> Asked:
    """France and Brazil have been asked; it is the day after."""
    return Asked(site, visitor, clock)


# ------------------------------------------------------------------- when the clock, or the text, moves


def test_after_the_window_the_page_says_when_it_closed_and_how_to_reach_the_secretariat(
    asked: Asked,
) -> None:
    asked.move("2024-02-27 09:00")

    said = words(asked.page())

    assert "It closed Tuesday 27 February 2024, 09:00 (Europe/Zurich)" in said
    assert "The answer of France No answer was received." in said
    assert "Where the case is now Consent withheld" in said
    assert "Write to the Secretariat, quoting RP-2024-1: secretariat@example.org" in said


def test_a_late_answer_is_taken_kept_and_shown_as_late(asked: Asked) -> None:
    asked.move("2024-02-27 09:00")

    response = asked.send(answer="consent", **CLAIRE)

    said = words(asked.browser.get(response.headers["location"]).text)
    assert asked.answered() == [("party:FR", "consent", False)]
    assert "Consent ⏱ Late" in said and "It is kept and shown as late" in said
    assert "The answer of France An answer arrived, too late to count." in said


def test_a_minute_before_the_hour_is_in_time(asked: Asked) -> None:
    asked.move("2024-02-27 08:59")

    asked.send(answer="consent", **CLAIRE)

    assert asked.answered() == [("party:FR", "consent", True)]


def test_a_question_put_again_is_answered_by_the_newer_link(asked: Asked) -> None:
    asked.move("2024-02-28 09:00")
    asked.do("2024-03-01 09:00", "officer", "ask_again")
    form = form_to(asked.page())
    asked.do("2024-03-04 09:00", "officer", "dispatch")
    asked.move("2024-03-05 09:00")

    old = asked.page()
    posted = asked.browser.post(asked.address, data=form.untouched | {"answer": "consent", **CLAIRE})
    new = asked.page(asked.link("FR", 2))

    assert "It was put again on Monday 4 March 2024" in words(old)
    assert 'name="answer"' not in old and 'name="answer"' in new
    assert (posted.status_code, asked.answered()) == (422, [])


def test_while_the_case_is_on_hold_the_page_says_so_and_answers_count(asked: Asked) -> None:
    asked.do("2024-02-19 09:00", "officer", "hold")
    asked.move("2024-03-20 09:00")

    said = words(asked.page())
    asked.send(answer="consent", **CLAIRE)

    assert "on hold since Monday 19 February 2024: the clock stands still. Answers still count." in said
    assert "the days that are left: 7 days" in said
    assert [word for _, word, _ in asked.answered()] == ["consent"]
    assert "Consent ✓ Counts" in words(asked.page())


def test_a_corrected_text_is_put_afresh_to_whoever_has_answered(asked: Asked) -> None:
    asked.send(answer="consent", **CLAIRE)
    asked.do("2024-01-15 09:00", "officer", "corrigendum", kind="substantive", reason="Another site.")
    asked.move("2024-01-16 09:00")

    said = words(asked.page())

    assert "Consent ✎ On an earlier text" in said
    assert "The text was corrected on Monday 15 January 2024, 09:00 (Europe/Zurich)" in said


def test_every_open_question_to_the_party_is_listed_and_no_other_link(asked: Asked) -> None:
    other = build.case(asked.on, at_="2024-01-08 09:00", territory=("FR",), title="Camargue Project")
    for when, action, details in (
        ("2024-01-12 10:00", "submit", {}),
        ("2024-01-12 11:00", "endorse", {"risk": "low"}),
        ("2024-01-12 12:00", "dispatch", {}),
    ):
        build.do(asked.on, other, when, "officer", action, **details)
    asked.move("2024-01-15 09:00")

    mine, theirs = asked.page(), asked.page(asked.link("BR"))

    assert "RP-2024-2: Camargue Project" in words(mine) and "Camargue" not in theirs
    assert set(re.findall(r"/r/[\w-]{43}", mine)) == {asked.address}


# ------------------------------------------------------------------------------ links that open nothing


def test_whatever_is_wrong_with_a_link_the_page_is_the_same(asked: Asked) -> None:
    token = asked.address.removeprefix("/r/")
    revoked, out_of_use = asked.link("BR"), asked.address
    with db.transaction(asked.on) as session:
        assert answering.revoke(session, links.token_hash(revoked[3:]), "leaked", asked.clock.now())
        contacts = table(models.Contact)
        session.execute(
            update(contacts).where(contacts.c.party == "FR").values(ends=build.at("2024-01-11 09:00").date())
        )

    def page(address: str) -> tuple[int, str]:
        answer = asked.browser.get(address + "?lang=en")
        return answer.status_code, answer.text.replace(address[3:], "TOKEN")

    pages = [page(a) for a in (revoked, out_of_use, f"/r/{token[:-1]}", f"/r/{'x' * 43}", "/r/hello")]

    assert pages[0][0] == 404
    assert pages == [pages[0]] * 5
    for address in (revoked, out_of_use):
        assert asked.browser.post(address, data={"answer": "consent"}).status_code == 404
        assert asked.browser.get(f"{address}/documents/1").status_code == 404
    assert asked.answered() == []


def test_who_can_write_to_the_database_still_cannot_make_a_link(asked: Asked) -> None:
    forged = "A" * 43
    with db.transaction(asked.on) as session:
        session.execute(
            update(LETTERS).where(LETTERS.c.member == "FR").values(token_hash=links.token_hash(forged))
        )

    assert asked.browser.get(f"/r/{forged}").status_code == 404


def test_a_revoked_link_is_told_in_the_register_and_letters_that_wait_get_the_next_one(asked: Asked) -> None:
    asked.send(answer="consent", **CLAIRE)
    kept = links.token_hash(asked.address[3:])
    with db.transaction(asked.on) as session:
        first = answering.revoke(session, kept, "forwarded to a newspaper", asked.clock.now())
        again = answering.revoke(session, kept, "once more", asked.clock.now())
        unknown = answering.revoke(session, "no such hash", "", asked.clock.now())

    receipt = addresses(asked.on, asked.case, purpose="receipt")
    assert (first, again, unknown) == (True, False, False)
    assert last_event(asked.on, 0)[0] == "link_revoked"
    assert asked.browser.get(asked.address).status_code == 404
    assert [asked.browser.get(address).status_code for address in receipt] == [200]


# ------------------------------------------------------------------------------------- fresh links


def fresh_letters(asked: Asked) -> list[tuple[str, str]]:
    """(address written to, its reply link) of every letter that brings a fresh link."""
    with db.reading(asked.on) as session:
        emails = session.scalars(
            select(LETTERS.c.email).where(LETTERS.c.template == "fresh_link").order_by(LETTERS.c.id)
        ).all()
    return list(zip(emails, addresses(asked.on, asked.case, template="fresh_link"), strict=True))


def test_a_fresh_link_goes_to_the_address_on_file_and_opens_the_question_as_it_stands(asked: Asked) -> None:
    with db.transaction(asked.on) as session:
        answering.revoke(session, links.token_hash(asked.address[3:]), "leaked", asked.clock.now())

    response = asked.browser.post(f"{asked.address}/fresh", data={"agreed": "yes"})

    ((email, address),) = fresh_letters(asked)
    assert (response.status_code, email) == (200, "head.fr@parties.example")
    assert address != asked.address
    assert asked.browser.get(address).status_code == 200


def test_the_answer_is_the_same_whether_or_not_an_address_is_known(asked: Asked) -> None:
    def ask(email: str) -> str:
        answer = asked.browser.post("/r/cut-short/fresh?lang=en", data={"email": email})
        assert answer.status_code == 200
        return answer.text

    known, unknown = ask("Head.FR@parties.example"), ask("somebody@elsewhere.example")

    assert known == unknown
    assert "If this link or address is known here" in words(known)
    assert fresh_letters(asked) == [("head.fr@parties.example", asked.address)]


def test_an_address_gets_one_fresh_link_in_ten_minutes(asked: Asked) -> None:
    for minutes in (0, 1, 10):
        asked.clock.move_to(build.at("2024-01-12 10:00") + timedelta(minutes=minutes))
        asked.browser.post("/r/cut-short/fresh", data={"email": "head.fr@parties.example"})

    with db.reading(asked.on) as session:
        written = session.scalars(
            select(LETTERS.c.created_at).where(LETTERS.c.template == "fresh_link")
        ).all()
    assert [f"{at:%H:%M}" for at in written] == ["09:00", "09:10"]


def test_asking_for_fresh_links_over_and_over_is_refused(asked: Asked) -> None:
    statuses = [
        asked.browser.post("/r/cut-short/fresh", data={"email": f"{n}@elsewhere.example"}).status_code
        for n in range(6)
    ]

    assert statuses == [200] * 5 + [429]


def test_the_link_of_a_contact_that_is_out_of_use_is_replaced_by_letters_to_its_party(asked: Asked) -> None:
    with db.transaction(asked.on) as session:
        contact = session.scalar(select(LETTERS.c.contact_id).where(LETTERS.c.member == "FR"))
        assert contact is not None
        register.end_contact(
            session,
            contact,
            asked.clock.now().date() - timedelta(days=1),
            actor="officer",
            now=asked.clock.now(),
        )
        register.set_contact(
            session,
            "ramsar",
            "FR",
            "nfp",
            email="new.focal.point@parties.example",
            actor="officer",
            now=asked.clock.now(),
        )

    closed = asked.browser.get(asked.address).status_code
    asked.browser.post(f"{asked.address}/fresh", data={"agreed": "yes"})

    ((email, address),) = fresh_letters(asked)
    assert (closed, email) == (404, "new.focal.point@parties.example")
    assert "To: National Focal Point of France" in words(asked.page(address))


def test_an_expired_link_brings_the_link_of_the_round_that_is_open(asked: Asked) -> None:
    asked.move("2024-02-28 09:00")
    asked.do("2024-03-01 09:00", "officer", "ask_again")
    asked.do("2024-03-04 09:00", "officer", "dispatch")
    asked.move("2024-03-05 09:00")

    asked.send(ending="/fresh", agreed="yes")

    assert [address for _, address in fresh_letters(asked)] == [asked.link("FR", 2)]


def test_nobody_is_written_to_by_a_form_in_which_nothing_was_ticked(asked: Asked) -> None:
    asked.move("2024-02-28 09:00")
    before = counts(asked.on)

    response = asked.send(ending="/fresh")

    assert response.status_code == 422
    assert counts(asked.on) == before


def test_the_state_of_the_case_is_what_its_events_say_after_answers_by_link(asked: Asked) -> None:
    asked.send(answer="refuse", reasons="The site is protected.", **CLAIRE)
    with db.reading(asked.on) as session:
        assert record.verify(session).breaks == ()
        assert record.rebuild(session, asked.case) == []
