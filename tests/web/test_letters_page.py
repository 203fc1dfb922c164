"""The queue is seen and set going again; every letter is read as it was sent, with what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, func, select, update

from notifications import REPLY_LINK, Delivered, Outcome, Refused, Retry, Unknown, template_version
from tests import build
from tests.web.conftest import NOW
from tests.web.test_act import said
from workflow import db, models, outbox, postmark, record
from workflow.queries import EVENTS, LETTERS, table

SignedIn = Callable[..., TestClient]
REVOKED, CONTACTS = table(models.RevokedLink), table(models.Contact)


@pytest.fixture
def case(site: Engine) -> int:
    """A case whose notification went out the day before; every letter waits."""
    case_id = build.in_notification(site)
    build.run_to(site, "2024-06-12 10:00")
    return case_id


def deliver(on: Engine, **outcomes: Outcome) -> dict[str, int]:
    """Let the notification to these Parties come out so; their letters."""
    found = {}
    with db.transaction(on) as session:
        for party, outcome in outcomes.items():
            mine = (LETTERS.c.party == party) & (LETTERS.c.round == 3)
            found[party] = session.scalars(select(LETTERS.c.id).where(mine)).one()
            session.execute(update(LETTERS).where(mine).values(status="sending", attempts=1))
            claim = outbox.look_up(session, found[party])
            assert claim is not None
            postmark.mark(session, [(claim, outcome)], NOW, timedelta(days=5), lambda *_: None)
    return found


def press(browser: TestClient, path: str, page: str, **fields: str) -> Response:
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    return browser.post(path, data={"form_token": token[1] if token else "", **fields})


def letter_of(on: Engine, **wanted: Any) -> Any:
    with db.reading(on) as session:
        asked = select(LETTERS).where(*(LETTERS.c[name] == value for name, value in wanted.items()))
        return session.execute(asked.order_by(LETTERS.c.id)).all()[0]


# -------------------------------------------------------------------------------------- the queue


def test_letters_are_shown_by_what_became_of_them(site: Engine, signed_in: SignedIn, case: int) -> None:
    back = deliver(
        site,
        BE=Delivered("250 queued"),
        BR=Refused("550 5.1.1 no such user", 550),
        CA=Unknown("the line broke"),
        CH=Delivered("250 queued"),
    )["CH"]
    with db.transaction(site) as session:
        postmark.note_bounce(session, back, "mailbox unavailable", NOW, lambda *_: None)
    browser = signed_in()

    def parties(status: str) -> list[str]:
        rows = re.findall(
            r'data-label="To">([^<]*)<', browser.get(f"/letters?case=rp-2024-1&status={status}").text
        )
        return [each for each in rows if each in ("Belgium", "Brazil", "Canada", "Switzerland", "Zimbabwe")]

    assert parties("sent") == ["Belgium"]
    assert parties("twice") == ["Canada"]
    assert parties("aside") == ["Switzerland", "Brazil"]
    assert parties("bounced") == ["Switzerland"]
    assert parties("waiting") == ["Zimbabwe"]
    assert "Set aside 2" in said(browser.get("/letters").text)
    assert "No letters fit this." in browser.get("/letters?status=withheld").text
    assert "came back" in said(browser.get("/letters?party=CH").text)


def test_more_letters_than_a_page_holds_follow_on_the_next(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    browser = signed_in()
    seen: list[str] = []
    path: str | None = "/letters?case=RP-2024-1"
    while path:
        page = browser.get(path).text
        seen += re.findall(r'<th scope="row"><a href="/letters/(\d+)">', page)
        more = re.search(r'<a href="([^"]+)">Earlier ones', page)
        path = more[1].replace("&amp;", "&") if more else None
    with db.reading(site) as session:
        every = session.scalars(select(LETTERS.c.id).order_by(LETTERS.c.id.desc())).all()

    assert [int(each) for each in seen] == list(every)


def test_a_paused_queue_shows_its_one_reason_and_its_remedy_and_is_resumed(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    with db.transaction(site) as session:
        outbox.pause(session, "The mail server refuses our password.", "Correct it, then resume.", NOW)
    browser = signed_in()
    page = browser.get("/letters").text
    assert (
        "Sending is paused since 12 June 2024, 10:00 The mail server refuses our password. "
        "Correct it, then resume." in said(page)
    )
    assert press(browser, "/letters/resume", page).headers["location"] == "/letters?done=resumed"

    assert "Sending is paused" not in browser.get("/letters").text
    with db.transaction(site) as session:
        assert len(outbox.claim(session, NOW, 5, 60)) == 5


def test_an_administrator_sets_the_queue_going_and_reads_no_letters(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    with db.transaction(site) as session:
        outbox.pause(session, "The mail server refuses our password.", "Correct it.", NOW)
    browser = signed_in("administrator")
    letter = letter_of(site, party="BE", round=3).id
    account = browser.get("/system").text
    assert [browser.get(path).status_code for path in ("/letters", f"/letters/{letter}")] == [403, 403]
    assert press(browser, f"/letters/{letter}/revoke", account, why="x").status_code == 403
    assert press(browser, "/letters/resume", account).headers["location"] == "/system"


# ---------------------------------------------------------------------------------- one letter


def test_a_letter_is_shown_as_it_was_sent_and_its_link_stays_a_placeholder(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    number = deliver(site, BE=Delivered("250 2.0.0 queued as 4F2A1"))["BE"]
    page = signed_in().get(f"/letters/{number}").text
    words = said(page)

    assert "As it was sent" in words and "The mail server took it over 250 2.0.0 queued as 4F2A1" in words
    assert REPLY_LINK not in page and "/r/" not in page
    # The HTML part is text here: nothing of it can run.
    assert "&lt;html" in page
    assert page.count("<html") == 1


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (
            Refused("550 5.1.1 no such user", 550),
            "Refused for good: there is no such mailbox, or it takes no letters",
        ),
        (Retry("452 full", 452), "it is tried again by itself: the mailbox or the server is full"),
        (Unknown("the line broke"), "The line broke while it was handed over: it may have arrived"),
    ],
)
def test_what_became_of_a_letter_is_told_in_plain_words(
    site: Engine, signed_in: SignedIn, case: int, outcome: Outcome, says: str
) -> None:
    number = deliver(site, BE=outcome)["BE"]

    assert says in said(signed_in().get(f"/letters/{number}").text)


def test_hostile_words_in_a_letter_are_words(site: Engine, signed_in: SignedIn, case: int) -> None:
    number = letter_of(site, party="BE", round=3).id
    with db.transaction(site) as session:
        bad = {
            "subject": "<script>alert(1)</script>",
            "text": "</div><img src=x>",
            "html": "</pre><script>x</script>",
        }
        session.execute(update(LETTERS).where(LETTERS.c.id == number).values(**bad))
    page = signed_in().get(f"/letters/{number}").text

    assert "<script>alert" not in page and "<img src=x>" not in page and "<script>x" not in page


def test_a_letter_that_was_set_aside_is_tried_again(site: Engine, signed_in: SignedIn, case: int) -> None:
    number = deliver(site, BE=Refused("550 no such user", 550))["BE"]
    browser = signed_in()
    page = browser.get(f"/letters/{number}").text
    answer = press(browser, f"/letters/{number}/again", page)
    assert answer.headers["location"] == f"/letters/{number}?done=again"

    shown = browser.get(answer.headers["location"]).text
    assert "Somebody has had it tried again" in said(shown) and "/again" not in shown
    twice = press(browser, f"/letters/{number}/again", page)
    assert twice.status_code == 422 and "This letter was not set aside" in said(twice.text)
    with db.reading(site) as session:
        kinds = session.scalars(
            select(EVENTS.c.kind).where(EVENTS.c.case_id == case).order_by(EVENTS.c.seq)
        ).all()
        assert record.verify(session).holds
    assert kinds[-1] == "letter_tried_again"


def test_the_next_contact_on_file_is_offered_and_gets_the_letter(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    number = deliver(site, BE=Refused("550 no such user", 550))["BE"]
    browser = signed_in()
    assert "No other contact with a usable address is on file." in said(
        browser.get(f"/letters/{number}").text
    )
    with db.transaction(site) as session:
        mission = {"register": "ramsar", "party": "BE", "role": "mission", "email": "mission@be.example"}
        session.execute(
            CONTACTS.insert().values(
                name="Mission of Belgium", title="", language="", failed_why="", **mission
            )
        )
    page = browser.get(f"/letters/{number}").text
    assert "The next contact on file is Mission of Belgium, Permanent Mission: mission@be.example" in said(
        page
    )
    assert (
        press(browser, f"/letters/{number}/instead", page).headers["location"]
        == f"/letters/{number}?done=instead"
    )

    sent = letter_of(site, email="mission@be.example")
    assert (sent.party, sent.round, sent.purpose, sent.status) == ("BE", 3, "request", "waiting")


def test_a_reply_link_is_revoked_with_a_reason(site: Engine, signed_in: SignedIn, case: int) -> None:
    row = letter_of(site, party="BE", round=3)
    deliver(site, BE=Delivered("250 ok"))
    browser = signed_in()
    page = browser.get(f"/letters/{row.id}").text
    assert press(browser, f"/letters/{row.id}/revoke", page).status_code == 422
    assert press(browser, f"/letters/{row.id}/revoke", page, why="It was forwarded.").status_code == 303

    assert "It opens nothing any more." in said(browser.get(f"/letters/{row.id}").text)
    with db.reading(site) as session:
        kept = session.execute(select(REVOKED.c.token_hash, REVOKED.c.why)).one()
    assert tuple(kept) == (row.token_hash, "It was forwarded.")


def test_a_letter_that_is_not_there_is_not_found(signed_in: SignedIn, case: int) -> None:
    browser = signed_in()

    assert [browser.get(f"/letters/{each}").status_code for each in ("99999", "x", "wording/nothing")] == [
        404
    ] * 3


def test_an_auditor_reads_and_changes_nothing(site: Engine, signed_in: SignedIn, case: int) -> None:
    number = deliver(site, BE=Refused("550 no such user", 550))["BE"]
    browser = signed_in("auditor")
    page = browser.get(f"/letters/{number}")

    assert page.status_code == 200 and '<form method="post"' not in page.text.split("<main", 1)[1]
    for act in ("again", "instead", "revoke"):
        assert browser.post(f"/letters/{number}/{act}").status_code == 403
    assert browser.post("/letters/resume").status_code == 403
    assert browser.post("/letters/rewording").status_code == 403


# ------------------------------------------------------------------------------------- the wording


def test_a_template_can_be_read_in_each_language(signed_in: SignedIn, case: int) -> None:
    page = signed_in().get("/letters/wording/notification").text

    assert "NOTIFICATION TO ALL CONTRACTING PARTIES" in page
    assert [f'lang="{each}"' in page for each in ("en", "fr", "es")] == [True] * 3


def test_what_waits_with_an_earlier_wording_is_compared_and_written_anew_once_accepted(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    kind = (LETTERS.c.template == "notification") & (LETTERS.c.language == "fr")
    old = letter_of(site, template="notification", language="fr")
    with db.transaction(site) as session:
        session.execute(update(LETTERS).where(kind).values(version="0123456789ab", subject="Une fote"))
        count = session.scalar(select(func.count()).select_from(LETTERS).where(kind))
    browser = signed_in()
    assert f"{count} letters that wait were written with an earlier wording." in said(
        browser.get("/letters").text
    )
    page = browser.get("/letters/rewording").text
    assert "<del>Une fote</del>" in page and f"<ins>{old.subject}</ins>" in page
    fields = {"template": "notification", "language": "fr", "old": "0123456789ab"}
    stale = press(browser, "/letters/rewording", page, **fields, new="fedcba987654")
    assert stale.status_code == 409 and "What you have looked at is not what is there now." in said(
        stale.text
    )
    new = template_version("notification", "fr")
    assert press(browser, "/letters/rewording", page, **fields, new=new).status_code == 303

    assert letter_of(site, template="notification", language="fr") == old
    assert "There are none" in said(browser.get("/letters/rewording").text)
