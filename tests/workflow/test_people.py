"""Who is meant by each audience, as of a date."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, insert, select, update

from states.facts import Asked, Case, Round
from states.reader import load
from workflow import models, people, register
from workflow.people import Recipient, UnknownAudience

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)
TODAY = date(2024, 3, 1)
LAW = load("ramsar-private")
CASE = Case("RP-2024-1", "notification", NOW, title="Evian Project", territory=("FR", "BR"))
CONTACTS, LETTERS = models.Contact.__table__, models.Letter.__table__


@pytest.fixture
def shipped(session):
    """The shipped register with a Head and a focal point for each Party."""
    register.ensure_shipped(session, "ramsar", NOW)
    return session


def asked_in(*members, no=1, state="notification", of="all_parties"):
    """A case with an open round that put its question to these."""
    seats = tuple(member if isinstance(member, Asked) else Asked(member, member) for member in members)
    round_ = Round(
        no, state, of, NOW, date(2024, 4, 30), datetime(2024, 5, 2, 7, tzinfo=UTC), "60 days", asked=seats
    )
    return replace(CASE, rounds=(round_,))


def who(session, audience, case=CASE, members=None, round_no=0, now=NOW, purpose="notice", law=LAW):
    return people.recipients(session, law, case, audience, members, round_no, now, purpose)


def emails(session, audience, case=CASE, **more):
    return [each.email.removesuffix("@parties.example") for each in who(session, audience, case, **more)]


def change(session, whose, **values):
    session.execute(update(CONTACTS).where(CONTACTS.c.email == f"{whose}@parties.example").values(**values))


def add_contact(session, party, role, email="", **values):
    register.set_contact(
        session, "ramsar", party, role, email=email or f"{role}.{party.lower()}@parties.example",
        actor="officer", now=NOW, **values,
    )  # fmt: skip


def send_requests(session, *emails_sent, round_no=1, status="sent", member=""):
    """Put requests of a round on file, and the case they belong to."""
    cases = models.Case.__table__
    case_id = session.scalar(select(cases.c.id).where(cases.c.reference == CASE.reference))
    if case_id is None:
        row = {
            "reference": CASE.reference, "procedure": LAW.id, "edition": LAW.edition, "law_digest": "",
            "state": CASE.state, "since": NOW, "opened_at": NOW, "title": CASE.title, "partner": {},
            "territory": [], "marks": [], "items": [], "conditions": [], "decisions": [],
        }  # fmt: skip
        case_id = session.scalar(insert(cases).values(row).returning(cases.c.id))
    for email in emails_sent:
        full = f"{email}@parties.example"
        contact = session.execute(select(CONTACTS).where(CONTACTS.c.email == full)).one()
        session.execute(
            insert(LETTERS).values(
                case_id=case_id, round=round_no, member=member or contact.party, party=contact.party,
                contact_id=contact.id, email=full, purpose="request", template="notification", version="1",
                language="en", subject="s", text="t", html="h", message_id=f"<{email}-{round_no}@x>",
                status=status, next_try_at=NOW, created_at=NOW,
            )
        )  # fmt: skip


# -- whom a letter to a Party reaches ----------------------------------------------------------------------


def test_a_request_goes_to_the_head_and_the_focal_point_in_the_language_of_their_party(shipped):
    found = who(shipped, "asked", asked_in("FR"), round_no=1, purpose="request")

    names = ("France", "France", "Francia")
    assert [replace(each, contact_id=0) for each in found] == [
        Recipient(
            0,
            "FR",
            "FR",
            "head",
            "",
            "Chef de l'Autorité administrative",
            "head.fr@parties.example",
            "fr",
            names,
        ),
        Recipient(0, "FR", "FR", "nfp", "", "Correspondant national", "nfp.fr@parties.example", "fr", names),
    ]
    assert [found[0].party_name(language) for language in ("en", "fr", "es", "ar")] == [
        "France", "France", "Francia", "France",
    ]  # fmt: skip


def test_while_one_of_head_and_focal_point_works_nobody_stands_in(shipped):
    add_contact(shipped, "FR", "mission")
    change(shipped, "head.fr", failed_at=NOW)

    assert emails(shipped, "asked", asked_in("FR"), purpose="request") == ["nfp.fr"]


def test_where_neither_works_the_mission_stands_in_then_the_ministry_then_others(shipped):
    for role in ("other", "ministry", "mission"):
        add_contact(shipped, "FR", role)
    found = []
    for gone in ("head.fr", "nfp.fr", "mission.fr", "ministry.fr", "other.fr"):
        change(shipped, gone, failed_at=NOW)
        found.append(emails(shipped, "asked", asked_in("FR"), purpose="request"))

    assert found == [["nfp.fr"], ["mission.fr"], ["ministry.fr"], ["other.fr"], ["head.fr", "nfp.fr"]]


def test_every_head_and_every_focal_point_is_written_to(shipped):
    add_contact(shipped, "FR", "nfp", "second@parties.example")
    add_contact(shipped, "FR", "mission")

    assert emails(shipped, "parties_concerned") == ["head.fr", "nfp.fr", "second", "head.br", "nfp.br"]


@pytest.mark.parametrize(
    ("starts", "ends", "written_to"),
    [
        (None, date(2024, 2, 29), False),
        (None, date(2024, 3, 1), True),
        (date(2024, 3, 1), None, True),
        (date(2024, 3, 2), None, False),
    ],
)
def test_a_contact_is_written_to_from_its_first_day_to_its_last(shipped, starts, ends, written_to):
    change(shipped, "head.fr", starts=starts, ends=ends)

    assert ("head.fr" in emails(shipped, "asked", asked_in("FR"), purpose="request")) is written_to


def test_the_day_is_the_one_in_the_procedures_zone(shipped):
    change(shipped, "head.fr", starts=date(2024, 3, 2))
    just_before_midnight = datetime(2024, 3, 1, 22, 59, tzinfo=UTC)
    midnight = datetime(2024, 3, 1, 23, tzinfo=UTC)

    found = [emails(shipped, "asked", asked_in("FR"), now=now) for now in (just_before_midnight, midnight)]

    assert found == [["nfp.fr"], ["head.fr", "nfp.fr"]]


def test_one_address_that_serves_two_posts_of_a_party_gets_one_letter(shipped):
    change(shipped, "nfp.fr", email="HEAD.fr@parties.example")

    assert emails(shipped, "asked", asked_in("FR"), purpose="request") == ["head.fr"]


@pytest.mark.parametrize(
    ("contact", "party", "languages", "written_in"),
    [
        ("", "fr", ("en", "fr", "es"), "fr"),
        ("es", "fr", ("en", "fr", "es"), "es"),
        ("es", "fr", ("en", "fr"), "fr"),
        ("es", "es", ("en", "fr"), "en"),
    ],
)
def test_a_letter_is_in_the_contacts_language_else_the_partys_else_the_procedures_first(
    shipped, contact, party, languages, written_in
):
    change(shipped, "head.fr", language=contact)
    shipped.execute(update(models.Party.__table__).where(models.Party.code == "FR").values(language=party))
    law = replace(LAW, languages=languages)

    assert who(shipped, "asked", asked_in("FR"), law=law)[0].language == written_in


# -- those asked -------------------------------------------------------------------------------------------


def test_only_the_members_named_are_written_to_and_of_none_nobody(shipped):
    case = asked_in("FR", "BR", "CH")

    assert emails(shipped, "asked", case, members=("BR",), purpose="request") == ["head.br", "nfp.br"]
    assert emails(shipped, "asked", case, members=(), purpose="request") == []
    full = replace(case, partner={"name": "Danone", "email": "p@danone.example"})
    everybody = [*people.AUDIENCES, *LAW.bodies]
    assert [name for name in everybody if emails(shipped, name, full, members=())] == []


def test_where_nothing_is_asked_nobody_is_meant_by_those_asked(shipped):
    closed = asked_in("FR")
    closed = replace(closed, rounds=(replace(closed.rounds[0], closed_at=NOW),))

    assert (emails(shipped, "asked"), emails(shipped, "asked", closed)) == ([], [])


def test_a_seat_is_written_to_at_its_members_party_never_at_its_alternates(shipped):
    case = asked_in(Asked("africa-1", "GA", "GQ"), Asked("asia-2", "JP", "KR"))

    found = who(shipped, "asked", case, purpose="request")

    assert [(each.member, each.party, each.role) for each in found] == [
        ("africa-1", "GA", "head"),
        ("africa-1", "GA", "nfp"),
        ("asia-2", "JP", "head"),
        ("asia-2", "JP", "nfp"),
    ]


def test_a_party_with_two_seats_gets_one_letter_for_the_first_of_them(shipped):
    case = asked_in(Asked("host-past", "CN"), Asked("asia-9", "CN"))

    assert [each.member for each in who(shipped, "asked", case, purpose="request")] == ["host-past"] * 2


def test_a_party_that_has_left_gets_no_notice_but_still_a_receipt(shipped):
    shipped.execute(update(models.Party.__table__).where(models.Party.code == "FR").values(leaves=TODAY))
    case = asked_in("FR")

    assert emails(shipped, "asked", case) == []
    assert emails(shipped, "asked", case, purpose="receipt") == ["head.fr", "nfp.fr"]


def test_a_receipt_goes_to_every_contact_of_the_party_that_can_be_reached(shipped):
    add_contact(shipped, "FR", "other")
    add_contact(shipped, "FR", "mission")
    change(shipped, "head.fr", failed_at=NOW)

    assert emails(shipped, "asked", asked_in("FR"), purpose="receipt") == ["nfp.fr", "mission.fr", "other.fr"]


def test_a_reminder_goes_only_to_those_whose_own_request_was_sent(shipped):
    send_requests(shipped, "head.fr", "head.ch", round_no=1)
    send_requests(shipped, "nfp.fr", "head.be", round_no=2)
    send_requests(shipped, "nfp.br", status="waiting")
    send_requests(shipped, "head.br", status="refused")
    case = asked_in("FR", "BR", "BE")

    found = who(shipped, "asked", case, round_no=1, purpose="reminder")

    assert [(each.member, each.email) for each in found] == [("FR", "head.fr@parties.example")]


def test_a_reminder_follows_the_request_to_whoever_stood_in(shipped):
    add_contact(shipped, "FR", "mission")
    send_requests(shipped, "nfp.fr", "mission.fr")

    assert emails(shipped, "asked", asked_in("FR"), purpose="reminder") == ["nfp.fr", "mission.fr"]


def test_nobody_is_reminded_at_an_address_that_has_failed_or_ended_since(shipped):
    send_requests(shipped, "head.fr", "nfp.fr")
    change(shipped, "head.fr", failed_at=NOW)
    change(shipped, "nfp.fr", ends=date(2024, 2, 29))

    assert emails(shipped, "asked", asked_in("FR"), purpose="reminder") == []


def test_a_new_date_is_told_to_everyone_who_holds_the_request(shipped):
    for role in ("mission", "ministry", "other"):
        add_contact(shipped, "FR", role)
    send_requests(shipped, "head.fr", "mission.fr")
    send_requests(shipped, "ministry.fr", status="refused")

    assert emails(shipped, "asked", asked_in("FR")) == ["head.fr", "nfp.fr", "mission.fr"]


# -- the other audiences -----------------------------------------------------------------------------------


def test_all_parties_are_those_of_the_day(shipped):
    before, on = datetime(2025, 8, 1, 21, 59, tzinfo=UTC), datetime(2025, 8, 1, 22, tzinfo=UTC)

    counts = [len(who(shipped, "all_parties", now=now)) for now in (before, on)]

    assert counts == [2 * 172, 2 * 173]
    assert emails(shipped, "all_parties", members=("FR", "AL")) == ["head.al", "nfp.al", "head.fr", "nfp.fr"]


def test_writing_to_all_parties_takes_one_look_at_the_database(shipped):
    statements = []
    bind = shipped.get_bind()
    listener = lambda *given: statements.append(given[2])  # noqa: E731
    event.listen(bind, "before_cursor_execute", listener)
    found = who(shipped, "all_parties")
    event.remove(bind, "before_cursor_execute", listener)

    assert (len(found), len(statements)) == (344, 1)


def test_the_parties_concerned_are_those_of_the_territory_by_either_name(shipped):
    expected = ["head.fr", "nfp.fr", "head.br", "nfp.br"]

    assert emails(shipped, "parties_concerned") == expected
    assert emails(shipped, "territory_parties") == expected
    assert emails(shipped, "parties_concerned", replace(CASE, territory=())) == []


def test_a_body_is_the_parties_that_hold_its_seats_on_that_day(shipped):
    register.set_seat(
        shipped, "ramsar", "mwg", "mwg-5", member="SE", starts=date(2024, 3, 2), actor="officer", now=NOW
    )
    tomorrow = datetime(2024, 3, 2, 9, tzinfo=UTC)

    days = [[each.party for each in who(shipped, "mwg", now=now)][::2] for now in (NOW, tomorrow)]

    assert days == [["CN", "CI", "CH", "CA", "GE"], ["CN", "CI", "CH", "CA", "SE"]]
    assert {each.member for each in who(shipped, "mwg")} == {""}
    assert len(who(shipped, "standing_committee")) == 2 * 19


def test_the_members_of_the_conference_are_all_parties(shipped):
    assert who(shipped, "cop") == who(shipped, "all_parties")


def test_the_partner_is_written_to_at_its_address_and_not_at_all_without_one(shipped):
    full = replace(
        CASE, partner={"name": "Danone", "contact": "A. Roux", "email": "p@d.example", "language": "fr"}
    )
    bare = replace(CASE, partner={"name": "Danone", "email": " p@d.example ", "language": "de"})

    assert who(shipped, "partner", full) == [
        Recipient(None, "", "", "partner", "A. Roux", "Danone", "p@d.example", "fr")
    ]
    assert who(shipped, "partner", bare) == [
        Recipient(None, "", "", "partner", "Danone", "", "p@d.example", "en")
    ]
    assert who(shipped, "partner", replace(CASE, partner={"name": "Danone"})) == []


def test_the_officer_in_charge_is_told_else_every_officer(shipped):
    for name, role in (("ana", "officer"), ("ben", "officer"), ("carla", "head")):
        register.add_staff(
            shipped, name, role, f"{name}@sec.example", full_name=name.title(), actor="officer", now=NOW
        )

    found = [
        [each.email for each in who(shipped, "officers", replace(CASE, officer=o))]
        for o in ("ben", "", "zoe")
    ]

    assert found == [["ben@sec.example"], *[["ana@sec.example", "ben@sec.example"]] * 2]
    assert who(shipped, "officers", replace(CASE, officer="carla")) == [
        Recipient(None, "", "", "head", "Carla", "", "carla@sec.example", "en")
    ]


def test_those_told_are_those_who_got_a_request_in_any_round(shipped):
    send_requests(shipped, "nfp.fr", round_no=1)
    send_requests(shipped, "head.br", "nfp.br", round_no=2, status="waiting")
    send_requests(shipped, "head.ch", round_no=2, status="given_up")

    assert emails(shipped, "those_told") == ["nfp.fr", "head.br", "nfp.br"]


def test_where_those_told_are_gone_their_successors_are_told(shipped):
    send_requests(shipped, "nfp.fr", "head.br")
    change(shipped, "nfp.fr", ends=date(2024, 2, 29))

    assert emails(shipped, "those_told") == ["head.fr", "head.br"]


def test_the_voice_is_the_party_that_has_spoken(shipped):
    case = asked_in(Asked("africa-1", "GA", "GQ"), "FR")

    assert emails(shipped, "voice", case, members=("FR",)) == ["head.fr", "nfp.fr"]
    assert emails(shipped, "voice", case, members=("africa-1",)) == ["head.ga", "nfp.ga"]
    assert emails(shipped, "voice", case) == []


def test_an_unknown_audience_is_refused_with_the_nearest_one(shipped):
    with pytest.raises(UnknownAudience) as refused:
        who(shipped, "all_partys")

    assert str(refused.value) == "'all_partys' is no group of people: did you mean 'all_parties'?"


def test_the_law_may_name_every_audience_there_is():
    assert people.known() == {
        "asked", "all_parties", "territory_parties", "parties_concerned", "partner", "officers", "those_told",
        "voice",
    }  # fmt: skip


# -- addresses ---------------------------------------------------------------------------------------------


def test_when_a_letter_comes_back_the_next_contact_is_offered_down_to_nobody(shipped):
    for role in ("other", "ministry", "mission"):
        add_contact(shipped, "FR", role)
    change(shipped, "ministry.fr", failed_at=NOW)
    failed, offered = set(), []
    while (found := people.next_contact(shipped, "ramsar", "FR", failed, TODAY)) is not None:
        offered.append((found.role, found.language))
        failed.add(found.contact_id)

    assert offered == [("head", "fr"), ("nfp", "fr"), ("mission", "fr"), ("other", "fr")]


def test_a_party_without_a_usable_address_is_unreachable(shipped):
    assert people.unreachable(shipped, "ramsar", TODAY) == []

    change(shipped, "head.fr", failed_at=NOW)
    change(shipped, "nfp.fr", ends=date(2024, 2, 29))
    shipped.execute(models.Contact.__table__.delete().where(CONTACTS.c.party.in_(["CH", "SA"])))

    assert people.unreachable(shipped, "ramsar", TODAY) == ["CH", "FR"]
    assert people.unreachable(shipped, "ramsar", date(2025, 8, 2)) == ["CH", "FR", "SA"]
