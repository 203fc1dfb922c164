"""Open cases go on under a newer edition as it says; of those that cannot, it is said why."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from states import reader
from states.procedure import Procedure
from states.reasons import reason
from tests import build
from workflow import config, db, house, i18n, queries, record, transfers
from workflow.laws import Laws
from workflow.queries import CASES, EVENTS
from workflow.record.evidence import gather
from workflow.transfers import MovedDate, Transfer

NOW = build.at("2024-03-20 10:00")
SHIPPED = (files("states") / "law" / "ramsar-private.toml").read_text(encoding="utf-8")
TAKES_OVER = '[takes_over."2026"]\nbasis = "Decision of the Committee"\n'


def edition(*changes: tuple[str, str], takes_over: str = TAKES_OVER) -> Procedure:
    """The shipped law as edition 2027, with changes."""
    text = SHIPPED.replace('edition   = "2026"', 'edition   = "2027"')
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return reader.read(text + "\n" + takes_over, "2027.toml")


def renamed(old: str, new: str) -> list[tuple[str, str]]:
    """Everywhere in the file."""
    return [(old, new)]


@pytest.fixture
def cases(engine: Engine) -> dict[str, int]:
    """One case in each of several states on 20 March 2024."""
    build.world(engine)
    found = {"draft": build.case(engine, at_="2024-03-01 09:00")}
    found["assessed"] = _begun(engine)
    found["asking"] = _begun(engine)
    build.do(engine, found["asking"], "2024-03-04 10:00", "officer", "endorse", risk="low")
    found["asked"] = _begun(engine)
    build.do(engine, found["asked"], "2024-03-04 10:00", "officer", "endorse", risk="low")
    build.do(engine, found["asked"], "2024-03-05 10:00", "officer", "dispatch")
    found["held"] = _begun(engine)
    build.do(
        engine, found["held"], "2024-03-05 11:00", "officer", "hold", reason="The company asks for time."
    )
    found["declined"] = _begun(engine)
    build.do(engine, found["declined"], "2024-03-05 12:00", "officer", "decline")
    return found


def _begun(on: Engine) -> int:
    case_id = build.case(on, at_="2024-03-01 09:00")
    build.do(on, case_id, "2024-03-01 10:00", "officer", "submit")
    return case_id


def foreseen(on: Engine, new: Procedure) -> dict[int, Transfer]:
    return {each.case_id: each for each in transfers.foreseen(on, build.law(), _here(on, new), NOW)}


def why(of: Transfer, language: str = "en") -> tuple[str, ...]:
    """Every reason why a case stays, in that language."""
    return tuple(i18n.sentence(each, language) for each in of.reasons)


def moved(on: Engine, new: Procedure, batch: int = 2) -> dict[int, Transfer]:
    found = transfers.carry_out(on, build.law(), _here(on, new), "A new edition.", "head", NOW, batch)
    return {each.case_id: each for some in found for each in some}


def _here(on: Engine, new: Procedure) -> Procedure:
    house.settle(on, house.House(config.Settings(), Laws(extra=(new,)), build.SECRET))
    return new


def editions(on: Engine) -> dict[int, str]:
    with db.reading(on) as session:
        return {row.id: row.edition for row in session.execute(select(CASES.c.id, CASES.c.edition))}


def dates(on: Engine, case_id: int) -> dict[str, date]:
    with db.reading(on) as session:
        case = queries.load_case(session, case_id)
    assert case is not None
    return {each.name: each.last_day for each in case.deadlines}


def test_every_open_case_is_told_what_would_change_and_nothing_changes(
    engine: Engine, cases: dict[str, int]
) -> None:
    before = dates(engine, cases["asked"])

    found = foreseen(engine, edition())

    assert set(found) == {id for name, id in cases.items() if name != "declined"}
    assert found[cases["assessed"]].dates == (
        MovedDate("Assess the proposal: endorse or decline", "kept", date(2024, 4, 2), date(2024, 4, 2)),
    )
    assert why(found[cases["held"]]) == ("The case is on hold. Resume it first, then move it.",)
    assert set(editions(engine).values()) == {"2026"}
    assert dates(engine, cases["asked"]) == before


def test_they_are_moved_in_batches_with_one_event_each_and_the_record_still_proves_itself(
    engine: Engine, cases: dict[str, int]
) -> None:
    found = moved(engine, edition())

    stay = {cases["held"], cases["declined"]}
    assert {id for id, each in found.items() if each.reasons} == {cases["held"]}
    assert editions(engine) == {id: "2026" if id in stay else "2027" for id in cases.values()}
    with db.transaction(engine) as session:
        last = session.execute(
            select(EVENTS.c.kind, EVENTS.c.body).where(EVENTS.c.case_id == cases["asked"])
            .order_by(EVENTS.c.seq.desc()).limit(1)
        ).one()  # fmt: skip
        assert last.kind == "edition_changed" and '"edition":"ramsar-private 2027"' in last.body
        assert [str(each) for each in record.verify(session).breaks] == []
        assert [record.rebuild(session, id) for id in cases.values()] == [[]] * len(cases)
    # The Party's answer counts under the new edition as it would have under the old one.
    build.do(engine, cases["asked"], "2024-03-21 10:00", "party:FR", "consent")
    with db.reading(engine) as session:
        assert build.state_of(session, cases["asked"]) == "body_consultation"
    assert moved(engine, edition()) == {
        cases["held"]: Transfer(
            cases["held"], "RP-2024-5", "preliminary_assessment", "preliminary_assessment", (),
            (reason("held_here"),),
        )
    }  # fmt: skip


def test_tasks_are_counted_anew_from_today_where_the_file_says_so(
    engine: Engine, cases: dict[str, int]
) -> None:
    new = edition(
        ('of     = "officer"\nwithin = "30 days"', 'of     = "officer"\nwithin = "20 days"'),
        takes_over=TAKES_OVER + 'dates = "recompute"\n',
    )

    found = moved(engine, new)

    assert found[cases["assessed"]].dates[0] == MovedDate(
        "Assess the proposal: endorse or decline", "recomputed", date(2024, 4, 2), date(2024, 4, 9)
    )
    assert dates(engine, cases["asked"])["window:1"] == date(2024, 4, 19)


def test_a_date_that_the_newer_file_does_not_know_is_cancelled_and_a_new_one_begins(
    engine: Engine, cases: dict[str, int]
) -> None:
    new = edition(("deadlines.assessment]", "deadlines.look]"))

    assert foreseen(engine, new)[cases["assessed"]].dates == (
        MovedDate("Assess the proposal: endorse or decline", "cancelled", date(2024, 4, 2), None),
        MovedDate("Assess the proposal: endorse or decline", "begun", None, date(2024, 4, 19)),
    )


def test_a_case_waits_for_the_meeting_that_the_newer_file_names(
    engine: Engine, cases: dict[str, int]
) -> None:
    state = "[states.preliminary_assessment]\n"

    moved(engine, edition((state, state + 'target = "cop"\n')))

    with db.transaction(engine) as session:
        found = {name: queries.load_case(session, id) for name, id in cases.items()}
        assert {name: case.target for name, case in found.items() if case is not None} == {
            "draft": "",
            "assessed": "COP15",
            "asking": "",
            "asked": "",
            "held": "",
            "declined": "",
        }
        assert record.rebuild(session, cases["assessed"]) == []


def test_a_case_whose_dates_the_calendar_does_not_reach_stays_and_says_so(
    engine: Engine, cases: dict[str, int]
) -> None:
    new = _here(engine, edition(takes_over=TAKES_OVER + 'dates = "recompute"\n'))

    late = transfers.carry_out(engine, build.law(), new, "", "head", build.at("2040-12-20 10:00"))

    found = {each.case_id: why(each) for some in late for each in some}
    assert found[cases["assessed"]] == (
        "Saturday 19 January 2041 lies outside the calendar CH-VD, which covers Saturday 1 January 2000 to "
        "Monday 31 December 2040. Publish a snapshot of CH-VD that covers that day, or choose another date.",
    )
    assert editions(engine)[cases["assessed"]] == "2026"


def test_a_state_with_another_name_is_followed_in_case_rounds_and_dates(
    engine: Engine, cases: dict[str, int]
) -> None:
    both = [*renamed("party_consent", "consent_pending")]
    gone = foreseen(engine, edition(*both))
    assert why(gone[cases["asked"]]) == (
        "'Advance agreement of the Parties concerned' (party_consent) is not a state of edition 2027. Say in "
        "'states' of its [takes_over] table where such cases go.",
    )
    named = TAKES_OVER + 'states = { party_consent = "consent_pending" }\n'

    found = moved(engine, edition(*both, takes_over=named))

    assert (found[cases["asked"]].state, found[cases["asked"]].to) == ("party_consent", "consent_pending")
    assert "task:consent_pending:dispatch" in dates(engine, cases["asking"])
    build.do(engine, cases["asking"], "2024-03-21 09:00", "officer", "dispatch")
    build.do(engine, cases["asked"], "2024-03-21 10:00", "party:FR", "consent")
    with db.transaction(engine) as session:
        assert build.state_of(session, cases["asked"]) == "body_consultation"
        assert [record.rebuild(session, id) for id in cases.values()] == [[]] * len(cases)


def test_what_a_party_was_told_of_an_open_question_cannot_become_something_else(
    engine: Engine, cases: dict[str, int]
) -> None:
    new = edition(
        ('silence    = "no answer"                # silence is not consent', 'silence    = "no_objection"')
    )

    found = foreseen(engine, new)

    assert why(found[cases["asked"]]) == (
        "'Advance agreement of the Parties concerned': the question is open, and those asked were told "
        "something else than edition 2027 says (silence). Move the case when the question has been decided.",
    )
    assert found[cases["asking"]].reasons == ()


def test_why_a_case_stays_is_said_in_the_language_of_whoever_reads_it(
    engine: Engine, cases: dict[str, int]
) -> None:
    gone = foreseen(engine, edition(*renamed("party_consent", "consent_pending")))

    assert [why(gone[cases["asked"]], language) for language in ("fr", "es")] == [
        (
            "«\u00a0Accord préalable des Parties concernées\u00a0» (party_consent) n’est pas un état de "
            "l’édition 2027. Indiquez, sous «\u00a0states\u00a0» dans sa table [takes_over], où vont ces "
            "dossiers.",
        ),
        (
            "«Acuerdo previo de las Partes interesadas» (party_consent) no es un estado de la edición 2027. "
            "Indique en «states» de su tabla [takes_over] adónde van esos expedientes.",
        ),
    ]
    assert why(gone[cases["held"]], "fr") == (
        "Le dossier est suspendu. Reprenez-le d’abord, puis transférez-le.",
    )


def test_an_edition_that_does_not_say_how_takes_nothing_over(engine: Engine, cases: dict[str, int]) -> None:
    found = foreseen(engine, edition(takes_over=""))

    assert {why(each) for each in found.values()} == {
        (
            "ramsar-private 2027 does not say how it takes over cases of ramsar-private 2026. "
            "Add its [takes_over] table.",
        )
    }


def test_the_evidence_of_a_case_holds_every_edition_it_was_under(
    engine: Engine, cases: dict[str, int], tmp_path: Path
) -> None:
    text = SHIPPED.replace('edition   = "2026"', 'edition   = "2027"')
    (tmp_path / "newer.toml").write_text(f"{text}\n{TAKES_OVER}", encoding="utf-8")
    laws = Laws(tmp_path)
    house.settle(engine, house.House(config.Settings(), laws, build.SECRET))
    new = laws.edition("ramsar-private", "2027")
    assert list(transfers.carry_out(engine, build.law(), new, "", "head", NOW))

    with db.transaction(engine) as session:
        found = gather(session, "RP-2024-1")

    parts = [f"parts/{name}.toml" for name in build.law().parts]
    assert list(found.law_files) == ["newer.toml", "catalogues/risks.toml", *parts, "ramsar-private.toml"]
    assert found.law_files["ramsar-private.toml"].decode() == SHIPPED
