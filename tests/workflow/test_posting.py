"""What went out on paper is on record and counts as delivered; a batch holds what its list says."""

from __future__ import annotations

import io
import json
import re
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select, update

from states.commands import Actor
from tests import build
from workflow import db, posting, printing, queries, record
from workflow.inbox.matching import CONTACTS
from workflow.posting import NotPosted
from workflow.queries import EVENTS, LETTERS, POSTINGS

SENT = "2020-11-02 10:00"
ANNA = Actor("officer", "anna")


@pytest.fixture
def asked(engine: Engine) -> int:
    """A case that has asked Mexico and Guatemala for their consent; no letter has left. Its id."""
    build.world(engine, contacts_per_party=3)
    case_id = build.case(engine, at_="2020-10-30 09:00", territory=("MX", "GT"))
    build.do(engine, case_id, "2020-10-30 10:00", "officer", "submit")
    build.do(engine, case_id, "2020-10-30 11:00", "officer", "endorse", risk="low")
    build.do(engine, case_id, SENT, "officer", "dispatch")
    return case_id


def letters_to(on: Engine, party: str) -> list[int]:
    query = select(LETTERS.c.id).where(LETTERS.c.party == party, LETTERS.c.purpose == "request")
    with db.reading(on) as session:
        return list(session.scalars(query.order_by(LETTERS.c.id)))


def posted(on: Engine, letters: list[int], when: str, channel: str = "post", day: date | None = None) -> int:
    with db.transaction(on) as session:
        at = build.at(when)
        return posting.record(session, letters, channel, day or at.date(), ANNA, at)


def reached(on: Engine, case_id: int) -> frozenset[str]:
    with db.reading(on) as session:
        return queries.members_reached(session, case_id, 1)


def own_day(on: Engine, case_id: int, code: str) -> date | None:
    with db.reading(on) as session:
        case = queries.load_case(session, case_id)
    assert case is not None and case.round is not None
    member = case.round.member(code)
    assert member is not None
    return member.reply_by


def refused(on: Engine, letters: list[int], channel: str, day: date) -> str:
    with pytest.raises(NotPosted) as why, db.transaction(on) as session:
        posting.record(session, letters, channel, day, ANNA, build.at("2020-11-03 10:00"))
    return str(why.value)


def test_a_posted_letter_reaches_whoever_it_is_for(engine: Engine, asked: int) -> None:
    assert reached(engine, asked) == frozenset()

    posted(engine, letters_to(engine, "MX")[:1], "2020-11-02 16:00", "diplomatic_bag")

    assert reached(engine, asked) == {"MX"}


def test_the_record_tells_what_was_posted_when_and_by_which_channel_and_stays_whole(
    engine: Engine, asked: int
) -> None:
    letters = letters_to(engine, "MX")

    posted(engine, letters, "2020-11-03 16:00", "fax", date(2020, 11, 2))

    with db.reading(engine) as session:
        event = session.execute(select(EVENTS).where(EVENTS.c.kind == posting.POSTED)).one()
        assert json.loads(event.body)["data"] == {
            "channel": "fax",
            "on": "2020-11-02",
            "letters": letters,
            "posted_to": ["MX"],
        }
        assert (event.actor, event.case_id, event.at) == ("officer", asked, build.at("2020-11-03 16:00"))
        assert record.verify(session).breaks == ()


def test_the_same_posting_is_recorded_once_however_often_the_button_is_pressed(
    engine: Engine, asked: int
) -> None:
    letters = letters_to(engine, "MX")

    done = [posted(engine, letters, f"2020-11-02 1{hour}:00") for hour in (2, 3)]

    with db.reading(engine) as session:
        events = session.scalars(select(EVENTS.c.seq).where(EVENTS.c.kind == posting.POSTED)).all()
        rows = session.scalars(select(POSTINGS.c.letter_id).order_by(POSTINGS.c.letter_id)).all()
    assert (done, len(events), list(rows)) == ([len(letters), 0], 1, letters)


def test_a_letter_that_went_by_fax_and_by_post_on_one_day_is_recorded_as_both(
    engine: Engine, asked: int
) -> None:
    letters = letters_to(engine, "MX")[:1]

    done = [posted(engine, letters, "2020-11-02 12:00", channel) for channel in ("fax", "post")]

    with db.reading(engine) as session:
        assert (done, posting.count(session, asked)) == ([1, 1], 2)


def test_the_clock_of_a_party_that_is_first_reached_on_paper_starts_again_where_the_law_says_so(
    engine: Engine, asked: int
) -> None:
    general = own_day(engine, asked, "MX")

    posted(engine, letters_to(engine, "MX")[:1], "2020-11-12 10:00")

    with db.reading(engine) as session:
        case = queries.load_case(session, asked)
    assert case is not None and case.round is not None
    assert (general, case.round.reply_by) == (None, date(2020, 12, 17))
    # 45 days from the day on which it was posted.
    assert own_day(engine, asked, "MX") == date(2020, 12, 28)
    assert own_day(engine, asked, "GT") is None


def test_a_second_copy_on_paper_starts_no_clock_again(engine: Engine, asked: int) -> None:
    with db.transaction(engine) as session:
        session.execute(update(LETTERS).values(status="sent", sent_at=build.at("2020-11-02 10:05")))

    posted(engine, letters_to(engine, "MX")[:1], "2020-11-12 10:00")

    assert own_day(engine, asked, "MX") is None


@pytest.mark.parametrize(
    ("channel", "day", "says"),
    [
        ("pots", date(2020, 11, 3), "'pots' is no channel by which letters are posted, did you mean 'post'?"),
        ("post", date(2020, 11, 4), "2020-11-04 has not come yet. Give the day on which the letters left."),
        ("post", date(2020, 10, 1), "was written on 2020-11-02, after 2020-10-01."),
    ],
)
def test_what_cannot_have_been_posted_so_is_refused_with_what_to_do(
    engine: Engine, asked: int, channel: str, day: date, says: str
) -> None:
    assert says in refused(engine, letters_to(engine, "MX"), channel, day)
    assert reached(engine, asked) == frozenset()


def test_nothing_and_letters_that_are_not_there_are_refused(engine: Engine, asked: int) -> None:
    day = date(2020, 11, 3)

    assert refused(engine, [], "post", day) == "No letter was chosen. Tick those that were posted."
    assert refused(engine, [999_999], "post", day).startswith("There is no letter 999999 of a case.")


# ----------------------------------------------------------------------------------------- printing


@pytest.mark.parametrize(
    ("form", "title"), [(printing.MISSIONS, "Nota verbal"), (printing.HEADS, ""), (printing.AS_WRITTEN, "")]
)
def test_a_batch_holds_a_cover_list_and_exactly_the_letters_on_it(
    engine: Engine, asked: int, form: str, title: str
) -> None:
    with db.reading(engine) as session:
        shown = printing.sheets(session, asked, 1, form)
        content = printing.batch_pdf(
            session, asked, 1, [each.letter for each in shown], form, "en", build.at(SENT)
        )
    assert content is not None

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    cover, firsts = pages[0], [page for page in pages[1:] if re.search(r"Página 1 de \d", page)]

    assert len(firsts) == len(shown) == {printing.AS_WRITTEN: len(letters_to(engine, "MX")) * 2}.get(form, 2)
    for number, (each, page) in enumerate(zip(shown, firsts, strict=True), 1):
        assert re.search(rf"\n{number} ?{each.named}", cover)
        assert " ".join(each.to[-1].split()) in " ".join(page.split())
        assert "invalid" not in page and (not title or title in page)
    assert not any("==" in page or "por encima de esta" in page for page in pages)


def test_a_note_verbale_is_addressed_to_the_permanent_mission_in_the_language_of_the_party(
    engine: Engine, asked: int
) -> None:
    with db.reading(engine) as session:
        shown = printing.sheets(session, asked, 1, printing.MISSIONS, "fr")

    assert [(each.named, each.to, each.is_note) for each in shown] == [
        ("Guatemala", ("Misión Permanente de Guatemala",), True),
        ("Mexique", ("Misión Permanente de México",), True),
    ]


def test_of_several_letters_to_a_party_the_one_to_a_contact_of_that_rank_is_printed(
    engine: Engine, asked: int
) -> None:
    first, other = letters_to(engine, "MX")
    with db.transaction(engine) as session:
        # Whoever was written to first was not the Head, and the second was.
        numbers = {
            row.id: row.contact_id for row in session.execute(select(LETTERS.c.id, LETTERS.c.contact_id))
        }
        for letter, role in ((first, "mission"), (other, "head")):
            session.execute(update(CONTACTS).where(CONTACTS.c.id == numbers[letter]).values(role=role))

    with db.reading(engine) as session:
        printed = {
            form: [each.letter for each in printing.sheets(session, asked, 1, form) if each.party == "MX"]
            for form in printing.FORMS
        }

    assert printed == {
        printing.AS_WRITTEN: [first, other],
        printing.MISSIONS: [first],
        printing.HEADS: [other],
    }


def test_paper_goes_to_the_postal_address_of_whom_it_is_addressed_to(engine: Engine, asked: int) -> None:
    where = {"head": "Av. Ejército Nacional 223\nMÉXICO", "mission": "Route de Ferney 16\n1218 GENÈVE"}
    with db.transaction(engine) as session:
        for role, address in where.items():
            (number,) = session.scalars(
                select(CONTACTS.c.id).where(CONTACTS.c.party == "MX", CONTACTS.c.role == role)
            )
            session.execute(update(CONTACTS).where(CONTACTS.c.id == number).values(postal_address=address))

    with db.reading(engine) as session:
        shown = {
            form: [each.address for each in printing.sheets(session, asked, 1, form) if each.party == "MX"]
            for form in printing.FORMS
        }
        batch = printing.batch_pdf(
            session, asked, 1, letters_to(engine, "MX"), printing.MISSIONS, "en", build.at(SENT)
        )
        one = printing.letter_pdf(session, letters_to(engine, "MX")[0])

    # The letters went to the Head and to the focal point, who has no postal address on file.
    assert shown == {
        printing.AS_WRITTEN: [("Av. Ejército Nacional 223", "MÉXICO"), ()],
        printing.MISSIONS: [("Route de Ferney 16", "1218 GENÈVE")],
        printing.HEADS: [("Av. Ejército Nacional 223", "MÉXICO")],
    }
    assert batch is not None and one is not None
    said = [
        " ".join(PdfReader(io.BytesIO(each)).pages[n].extract_text().split())
        for each, n in ((batch, 1), (one, 0))
    ]
    assert "Misión Permanente de México Route de Ferney 16 1218 GENÈVE" in said[0]
    assert "Av. Ejército Nacional 223 MÉXICO" in said[1]


def test_one_letter_is_printed_as_it_was_written_and_without_its_link(engine: Engine, asked: int) -> None:
    letter = letters_to(engine, "MX")[0]
    with db.reading(engine) as session:
        content = printing.letter_pdf(session, letter)
        assert printing.letter_pdf(session, 999_999) is None
    assert content is not None

    read = PdfReader(io.BytesIO(content))
    said = " ".join(" ".join(page.extract_text() for page in read.pages).split())

    assert read.root_object["/Lang"] == "es"
    assert "Referencia RP-2020-1" in said and "2 de noviembre de 2020" in said
    assert "FECHA LÍMITE DE RESPUESTA" in said and "Para responder, sírvase abrir" not in said
