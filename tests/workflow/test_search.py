"""Finding a case again: by its words wherever they stand, by filters, in an order, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import Engine, delete, insert

from tests import build
from workflow import db, files, gather, models, queries, register
from workflow.folding import asked, fold, words
from workflow.queries import CASES, table
from workflow.search import PAGE, Wanted, every, find, places

NOW = build.at("2024-06-20 12:00")


@pytest.fixture
def world(engine: Engine) -> Engine:
    """Three cases: one notified and objected to, one being assessed too slowly, one that was declined."""
    build.world(engine)
    declined = build.case(
        engine, at_="2023-11-06 09:00", title="Čistý Dunaj", officer="ben", territory=("SK",),
        partner={"name": "Łódź Pumps", "sector": "pumps", "home": "PL"},
    )  # fmt: skip
    build.do(engine, declined, "2023-11-07 09:00", "officer", "submit")
    build.do(engine, declined, "2023-11-08 09:00", "officer", "decline", reason="The risks remain")
    notified = build.in_notification(engine)
    build.do(
        engine, notified, "2024-06-18 10:00", "party:CI", "objection",
        reasons="Les effets sur une rivière partagée ne sont pas évalués",
    )  # fmt: skip
    slow = build.case(
        engine, at_="2024-04-02 09:00", title="Star Alliance flyways", officer="anna", territory=("FR", "CH"),
        partner={"name": "Star Alliance", "sector": "air transport", "home": "DE"},
        summary="Training along the East Atlantic flyway",
    )  # fmt: skip
    build.do(engine, slow, "2024-04-03 09:00", "officer", "submit")
    build.run_to(engine, "2024-06-20 12:00")
    gather.gather(engine)
    return engine


EVIAN, STAR, DANUBE = "RP-2024-1", "RP-2024-2", "RP-2023-1"


def found(on: Engine, **filters: str) -> list[str]:
    with db.reading(on) as session:
        return [line.reference for line in find(session, Wanted.read(filters), NOW).lines]


# ------------------------------------------------------------------------------------------- words


def test_a_case_is_found_by_any_of_its_words(world: Engine) -> None:
    expected = {
        "RP-2024-2": [STAR],
        "rp-2023": [DANUBE],
        "star alliance": [STAR],
        "ALLIANCE flyw": [STAR],
        "cisty dunaj": [DANUBE],
        "Čistý": [DANUBE],
        "lodz": [DANUBE],
        "Atlantic": [STAR],
        "danone beverages": [EVIAN],
        "riviere partagée": [EVIAN],
        "suisse": [STAR],
        "Francia": [STAR, EVIAN],
        "SVK": [DANUBE],
        "cote d'ivoire": [EVIAN],
        "star danube": [],
        "tarentula": [],
        "!?": [],
        "": [STAR, EVIAN, DANUBE],
    }

    assert {query: found(world, q=query, order="newest") for query in expected} == expected


def test_a_case_is_found_by_what_its_letters_say(world: Engine) -> None:
    # In the wording of the notification to all Parties, in French, and in no other letter so far.
    assert found(world, q="parties contractantes objection") == [EVIAN]


def test_a_case_is_found_by_the_name_of_a_document(world: Engine) -> None:
    with db.transaction(world) as session:
        case_id = queries.case_id_of(session, STAR)
        assert case_id is not None
        files.add(session, case_id, "Boundary-map Étang.pdf", b"%PDF-1.7", "parties", "anna", NOW)
    build.do(world, case_id, "2024-06-20 13:00", "officer", "confirm_item", item="mitigation")
    gather.gather(world)

    assert found(world, q="etang") == [STAR]


def test_a_party_is_found_by_its_new_name_at_once(world: Engine) -> None:
    with db.transaction(world) as session:
        register.set_party(session, "ramsar", "CH", name_en="Helvetic Confederation", actor="test", now=NOW)

    assert found(world, q="helvetic") == [STAR]


def test_names_of_those_who_are_written_to_lead_nowhere(world: Engine) -> None:
    with db.reading(world) as session:
        letter = session.execute(
            queries.LETTERS.select().where(queries.LETTERS.c.party == "JP").limit(1)
        ).one()

    assert found(world, q=letter.email) == []


def test_a_case_that_is_called_so_comes_before_one_where_it_is_only_said(world: Engine) -> None:
    # The newer case is only told of it in its summary.
    build.case(world, at_="2024-06-19 09:00", title="Peat", summary="After the model of the Evian Project")
    gather.gather(world)

    assert found(world, q="evian") == [EVIAN, "RP-2024-3"]
    assert found(world, q="evian", order="newest") == ["RP-2024-3", EVIAN]


def test_it_is_told_where_the_words_stand(world: Engine) -> None:
    with db.reading(world) as session:
        case_id = queries.case_id_of(session, EVIAN)
        assert case_id is not None
        assert places(session, Wanted(q="riviere"), [case_id]) == {case_id: ("reply", "letter")}
        assert places(session, Wanted(q="evian"), [case_id]) == {case_id: ("title", "letter")}


def test_words_are_followed_when_a_case_changes(world: Engine) -> None:
    case_id = build.case(world, at_="2024-06-20 09:00", title="Old name")
    gather.gather(world)
    build.do(world, case_id, "2024-06-20 10:00", "officer", "set_details", title="Fresh name")
    assert found(world, q="old name") == ["RP-2024-3"]

    with db.reading(world) as session:
        assert gather.behind(session) == 1
    assert gather.gather(world) == 1

    assert (found(world, q="old name"), found(world, q="fresh name")) == ([], ["RP-2024-3"])


def test_no_more_is_gathered_at_a_time_than_somebody_can_wait_for(world: Engine) -> None:
    with db.transaction(world) as session:
        session.execute(delete(table(models.Gathered)))

    assert gather.gather(world, limit=2) == 2
    with db.reading(world) as session:
        assert gather.behind(session) == 1
    assert (gather.gather(world), gather.gather(world)) == (1, 0)


def test_it_is_told_whether_everything_was_gathered(world: Engine) -> None:
    with db.transaction(world) as session:
        session.execute(delete(table(models.Gathered)))

    assert [gather.catch_up(world, limit=2) for _ in range(2)] == [False, True]


def test_accents_capitals_and_ligatures_make_no_difference() -> None:
    assert fold("CÔTE d’Ivoire, Œuvre, Łódź, Århus, Straße") == "cote d’ivoire, oeuvre, lodz, arhus, strasse"


def test_a_reference_is_one_word_and_several() -> None:
    assert words("RP-2026-17 of 2026/3") == {"rp", "2026", "17", "3", "of", "rp-2026-17", "2026/3"}
    assert asked('"RP-2026-1", danone') == ["rp-2026-1", "danone"]


def test_a_reference_does_not_find_those_that_begin_like_it(world: Engine) -> None:
    # RP-2024-1 is not RP-2024-10.
    for number in range(3, 11):
        build.case(world, at_="2024-06-20 09:00", title=f"Further {number}")
    gather.gather(world)

    assert found(world, q="RP-2024-1") == [EVIAN]


# ----------------------------------------------------------------------------------------- filters


def test_all_filters_that_ask_for_something_must_hold(world: Engine) -> None:
    expected = {
        "state=notification": [EVIAN],
        "procedure=ramsar-private": [STAR, EVIAN, DANUBE],
        "procedure=basel-private": [],
        "party=FR": [STAR],
        "party=ci": [EVIAN],
        "party=CI&as=concerned": [],
        "party=CI&as=objecting": [EVIAN],
        "party=%25": [],
        "officer=anna": [STAR],
        "officer=-": [EVIAN],
        "overdue=1": [STAR],
        "objected=standing": [EVIAN],
        "objected=ever": [EVIAN],
        "year=2023": [DANUBE],
        "party=FR&overdue=1&officer=anna&q=star": [STAR],
        "party=FR&state=notification": [],
        "order=drop+table&page=-1&year=x&objected=%3F&party=": [STAR, EVIAN, DANUBE],
    }

    assert {a: found(world, **{"order": "newest", **dict(parse_qsl(a))}) for a in expected} == expected


def test_an_objection_that_was_withdrawn_no_longer_stands(world: Engine) -> None:
    with db.reading(world) as session:
        case_id = queries.case_id_of(session, EVIAN)
    assert case_id is not None
    build.do(world, case_id, "2024-06-21 10:00", "party:CI", "withdraw_objection")

    assert found(world, objected="standing") == []
    assert found(world, objected="ever") == [EVIAN]


def test_what_is_due_and_not_swept_yet_is_overdue_too(world: Engine) -> None:
    case_id = build.case(world, at_="2024-05-06 09:00", title="Mangroves")
    build.do(world, case_id, "2024-05-06 10:00", "officer", "submit")
    later = NOW + timedelta(days=30)

    with db.reading(world) as session:
        lines = find(session, Wanted(overdue=True), later).lines

    assert [(line.reference, line.next.is_overdue) for line in lines if line.next] == [
        ("RP-2024-3", True),
        (STAR, True),
    ]


def test_the_filters_of_an_address_can_be_written_into_one_again() -> None:
    given = {"q": "evian  project", "party": "FR", "as": "objecting", "overdue": "1", "page": "3"}
    wanted = Wanted.read(given)

    assert wanted.told() == {"q": "evian project", "party": "FR", "as": "objecting", "overdue": "1"}
    assert wanted.without("party").told() == {"q": "evian project", "overdue": "1"}
    assert wanted.filters == ("q", "party", "overdue")


# ------------------------------------------------------------------------------------ order and pages


def test_the_register_is_in_the_order_that_is_asked_for(world: Engine) -> None:
    assert found(world, order="newest") == [STAR, EVIAN, DANUBE]
    assert found(world, order="oldest") == [DANUBE, EVIAN, STAR]
    assert found(world, order="longest") == [DANUBE, STAR, EVIAN]
    # The assessment was due in May, the window closes in August, a declined case has no date.
    assert found(world, order="next") == [STAR, EVIAN, DANUBE]


@pytest.fixture
def crowded(world: Engine) -> Iterator[Engine]:
    """A hundred and twenty cases more, copied from one."""
    with db.transaction(world) as session:
        row = session.execute(CASES.select().where(CASES.c.reference == STAR)).one()._asdict()
        copies = [{**row, "id": 1000 + n, "reference": f"RP-2022-{n}"} for n in range(1, 121)]
        session.execute(insert(CASES), copies)
    yield world


def test_pages_follow_each_other_without_gap_or_repetition(crowded: Engine) -> None:
    with db.reading(crowded) as session:
        pages = [find(session, Wanted(page=n), NOW) for n in (1, 2, 3, 4)]
        lines = [line.reference for page in pages[:3] for line in page.lines]

        assert [(p.page, p.pages, p.total, len(p.lines)) for p in pages] == [
            (1, 3, 123, PAGE),
            (2, 3, 123, PAGE),
            (3, 3, 123, 23),
            (3, 3, 123, 23),
        ]
        assert lines == [line.reference for line in every(session, Wanted(), NOW)]
        assert len(set(lines)) == 123
