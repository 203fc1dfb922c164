"""A rehearsal is played on a simulated clock; what does not go as written is shown with what led to it."""

import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from itertools import pairwise

import pytest

from states import reader
from states.commands import Actor
from workflow.rehearsal_file import parse
from workflow.rehearse import Difference, Report, play
from workflow.stage import Stage

OFFICER = Actor("officer")
HEAD = """\
procedure = "ramsar-private"
start     = "2024-02-05 09:00"

[case]
title     = "Lake district"
partner   = { name = "Example Water Ltd", sector = "water supply", home = "CH" }
territory = ["FR"]

"""
#: The consent of France has been asked for, with 45 days to answer.
ASKED = """\
[[step]]
at = "2024-02-05 10:00"
by = "officer"
do = "submit"

[[step]]
at   = "2024-02-06 10:00"
by   = "officer"
do   = "endorse"
with = { risk = "low" }

[[step]]
at = "2024-02-12 09:00"
by = "officer"
do = "dispatch"

"""


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


def played(text: str, head: str = HEAD) -> Report:
    return play(parse("trial.toml", (head + text).encode()))


def differing(text: str, head: str = HEAD) -> list[tuple[str, str, str, str]]:
    """(what was done, what was looked at, expected, found)."""
    return [(d.doing, d.key, d.expected, d.found) for d in played(text, head).differences]


def consents(lines: str) -> str:
    """France consents; these lines say what must follow."""
    return f'{ASKED}[[step]]\nat = "2024-02-20 10:00"\nby = "party:FR"\ndo = "consent"\n{lines}\n'


# --------------------------------------------------------------------------------- as it is written


def test_what_goes_as_written_is_said_in_one_line():
    report = played(consents('then = { state = "body_consultation" }'))

    assert (report.ok, report.reference, report.state) == (True, "RP-2024-1", "body_consultation")
    assert report.text() == f"trial.toml: as written (4 steps, 0 checks, {report.letters} letters)\n"


def test_letters_are_made_to_the_last_byte_and_none_leaves():
    stage = Stage(parse("trial.toml", HEAD.encode()))
    for at, do, details in [(5, "submit", {}), (6, "endorse", {"risk": "low"}), (12, "dispatch", {})]:
        stage.advance(utc(2024, 2, at, 9))
        assert stage.perform(do, OFFICER, details) is None

    request = message_from_bytes(stage.courier.kept[-1], policy=policy.default)
    text = request.get_body(("plain",)).get_content()

    assert request["To"].addresses[0].addr_spec == "head.fr@parties.example"
    assert request["Auto-Submitted"] == "auto-generated"
    assert "28 mars 2024" in text
    assert "http://localhost:8000/r/" in text


def test_everything_that_falls_due_between_two_steps_happens_at_its_own_moment_and_in_order():
    report = played(ASKED + '[[check]]\nat = "2024-04-03 12:00"\nstate = "consent_withheld"\n')
    events = [(entry.kind, entry.at) for entry in report.timeline]

    assert events[3:] == [
        ("dispatch", utc(2024, 2, 12, 8)),
        ("reminder", utc(2024, 3, 14, 8)),
        ("reminder", utc(2024, 3, 21, 8)),
        ("reminder", utc(2024, 3, 27, 8)),
        ("closed", utc(2024, 4, 2, 7)),
    ]
    assert report.ok, report.text()


def test_what_is_due_at_the_moment_of_a_step_comes_before_it():
    # At nine o'clock the window closes; an answer of that second is late.
    late = '[[step]]\nat = "2024-04-02 09:00"\nby = "party:FR"\ndo = "consent"\n'
    late += "then = { positions = { late = 1 } }\n"

    assert differing(ASKED + late) == []


def test_steps_of_one_moment_go_in_the_order_of_the_file_and_before_checks():
    moment = 'at = "2024-02-05 10:00"\n'
    text = (
        f'[[check]]\n{moment}state = "declined"\n'
        f'[[step]]\n{moment}by = "officer"\ndo = "submit"\n'
        f'[[step]]\n{moment}by = "officer"\ndo = "decline"\n'
    )

    assert differing(text) == []


def test_each_of_a_list_does_the_same():
    mwg = '[[step]]\nat = "2024-02-21 10:00"\nby = "officer"\ndo = "dispatch"\n'
    two = '[[step]]\nat = "2024-02-22 10:00"\nby = ["seat:CN", "seat:CI"]\ndo = "comment"\n'
    then = "then = { asked = 5, positions = { comment = 2, silent = 3 } }\n"

    assert differing(consents("") + mwg + two + then) == []


def test_only_what_is_named_is_compared():
    assert differing(ASKED + "then = { positions = { consent = 0 }, mailed = { reminder = 0 } }") == []


def test_two_rehearsals_do_not_see_each_other():
    joins = '[[party]]\ncode = "HT"\njoins = "2024-02-01"\n\n'
    haitian = HEAD.replace('"FR"', '"HT"')
    asked = ASKED.replace('do = "dispatch"', 'do = "dispatch"\nthen = { asked = 1 }')

    assert played(joins + asked, haitian).ok
    assert [d.key for d in played(ASKED, haitian).differences][:1] == ["refused"]


def test_another_law_is_played_without_being_installed():
    text = reader.shipped()["ramsar-private"].read_text("utf-8")
    shorter = reader.read(text.replace('within     = "45 days"', 'within     = "20 days"'), "shorter.toml")
    asked = (HEAD + ASKED + 'then = { due = "2024-03-04" }\n').encode()

    assert play(parse("trial.toml", asked, shorter)).ok
    assert not play(parse("trial.toml", asked)).ok


# ------------------------------------------------------------------------------- the world differs


def test_a_party_no_letter_reaches_is_shown_as_such():
    dead = '[[contact]]\nparty = "FR"\nrole = "head"\nworks = false\n\n'
    stage = Stage(parse("trial.toml", (HEAD + dead).encode()))
    for at, do, details in [(5, "submit", {}), (6, "endorse", {"risk": "low"}), (12, "dispatch", {})]:
        stage.advance(utc(2024, 2, at, 9))
        assert stage.perform(do, OFFICER, details) is None

    assert stage.seen().unreached == {"FR"}


@pytest.mark.parametrize(
    ("table", "then"),
    [
        ('[[seat]]\nbody = "mwg"\nseat = "mwg-6"\nmember = "NO"\n', "asked = 6"),
        ('[[seat]]\nbody = "mwg"\nto = "2024-02-20"\n', "asked = 0"),
        ('[[seat]]\nbody = "mwg"\nfrom = "2018-10-29"\n', "asked = 5"),
        ('[[seat]]\nbody = "mwg"\nseat = "mwg-5"\nmember = "NO"\nfrom = "2024-02-01"\n', "asked = 5"),
    ],
)
def test_seats_are_held_as_the_file_says(table, then):
    mwg = '[[step]]\nat = "2024-02-21 10:00"\nby = "officer"\ndo = "dispatch"\n'
    refused = 'refused = "no member"\n' if then == "asked = 0" else f"then = {{ {then} }}\n"

    assert differing(f"{table}\n{consents('')}{mwg}{refused}") == []


def test_a_world_that_cannot_be_is_told_and_nothing_is_played():
    two = '[[seat]]\nbody = "mwg"\nseat = "mwg-1"\nto = "2020-01-01"\n\n'
    report = played(two + ASKED)

    assert (report.ok, report.timeline) == (False, ())
    assert "before its first" in report.differences[0].found


# ------------------------------------------------------------------------------------- differences


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ('state = "draft"', ("state", "draft", "body_consultation")),
        ("asked = 2", ("asked", "2", "1")),
        (
            "positions = { consent = 0, silent = 1 }",
            ("positions", "consent = 0, silent = 1", "consent = 1, silent = 0"),
        ),
        ("objections_standing = 1", ("objections_standing", "1", "0")),
        ('due = "2024-03-28"', ("due", "2024-03-28", "2024-02-26")),
        ('due = "2024-02-25 23:59"', ("due", "2024-02-25 23:59", "2024-02-27 00:00")),
        ('closes = "2024-04-02 10:00"', ("closes", "2024-04-02 10:00", "2024-04-02 09:00")),
        ('target = "COP15"', ("target", "COP15", "none")),
        (
            'round = "notification"\nasked = 1',
            ("round", "notification", "nothing was asked in that state yet"),
        ),
        ("mailed = { reminder = 1 }", ("mailed", "reminder = 1", "reminder = 0, receipt = 1, request = 1")),
        ("held = true", ("held", "yes", "no")),
    ],
)
def test_each_thing_that_differs_is_shown_as_expected_and_found(then, found):
    text = consents("") + f'[[check]]\nat = "2024-02-20 12:00"\n{then}\n'

    assert differing(text)[0] == ("check", *found)


def test_a_last_day_may_be_given_with_its_time():
    end = '[[check]]\nat = "2024-02-20 12:00"\ndue = "{}"\n'

    assert [differing(ASKED + end.format(at)) for at in ("2024-03-28 23:59:59", "2024-03-28 23:59")] == [
        [],
        [],
    ]


def test_a_step_that_is_refused_or_done_against_what_is_written_is_shown():
    text = ASKED + (
        '[[step]]\nat = "2024-02-13 10:00"\nby = "officer"\ndo = "sign"\n'
        '[[step]]\nat = "2024-02-14 10:00"\nby = "officer"\ndo = "sign"\nrefused = "budget"\n'
        '[[step]]\nat = "2024-02-15 10:00"\nby = "officer"\ndo = "sign"\nrefused = "NOT POSSIBLE"\n'
        '[[step]]\nat = "2024-02-16 10:00"\nby = "party:FR"\ndo = "consent"\nrefused = true\n'
        '[[step]]\nat = "2024-02-19 10:00"\nby = "seat:CN"\ndo = "comment"\nrefused = "question"\n'
    )
    found = differing(text)

    assert [(doing, expected) for doing, _, expected, _ in found] == [
        ("officer: sign", "done"),
        ("officer: sign", 'refused with "budget"'),
        ("party:FR: consent", "refused"),
    ]
    assert [got.partition(":")[0] for *_, got in found] == ["refused", "refused", "it was done"]


def test_a_difference_is_shown_with_the_timeline_around_it():
    onward = '[[step]]\nat = "2024-02-21 10:00"\nby = "officer"\ndo = "dispatch"\n'
    report = played(consents('then = { due = "2024-02-28" }') + onward)

    assert report.text().splitlines() == [
        "trial.toml: 1 difference",
        "",
        "trial.toml:25: 2024-02-20 10:00:00 party:FR: consent",
        "    due",
        "        expected  2024-02-28",
        "        found     2024-02-26",
        "    around it",
        "        2024-02-06 10:00:00  officer  Endorse after assessment:"
        " now: Advance agreement of the Parties concerned",
        "        2024-02-12 09:00:00  officer  Send the question: 1 asked, reply by 2024-03-28",
        "        2024-02-20 10:00:00  party:FR  Answer: party:FR: consent",
        "        2024-02-20 10:00:00  party:FR  Question closed: carried: 1 consent;"
        " now: Consultation of the Management Working Group",
        "        - - - - - - - - - - - -  here",
        "        2024-02-21 10:00:00  officer  Send the question: 5 asked, reply by 2024-03-13",
    ]


def test_the_report_can_be_written_as_json():
    report = played(consents('then = { state = "draft" }'))

    plain = json.loads(json.dumps(report.plain()))

    assert {
        key: plain[key] for key in ("file", "ok", "procedure", "reference", "state", "steps", "checks")
    } == {
        "file": "trial.toml",
        "ok": False,
        "procedure": "ramsar-private",
        "reference": "RP-2024-1",
        "state": "body_consultation",
        "steps": 4,
        "checks": 0,
    }
    (difference,) = plain["differences"]
    assert (
        difference["line"],
        difference["at"],
        difference["key"],
        difference["expected"],
        difference["found"],
    ) == (
        25,
        "2024-02-20T10:00:00+01:00",
        "state",
        "draft",
        "body_consultation",
    )
    assert [entry["event"] for entry in plain["timeline"]] == [
        "opened",
        "submit",
        "endorse",
        "dispatch",
        "answer",
        "closed",
    ]
    assert all(one["seq"] + 1 == two["seq"] for one, two in pairwise(plain["timeline"]))


def test_a_rehearsal_goes_on_after_a_difference():
    text = '[[check]]\nat = "2024-02-05 09:30"\nstate = "active"\n' + consents('then = { state = "cop" }')

    assert [d.key for d in played(text).differences] == ["state", "state"]


def test_a_rehearsal_ends_where_a_date_cannot_be_counted_any_more():
    # The calendars end with 2040: the consultations on the objection still fit, what follows them does not.
    text = """\
[[seat]]
body = "mwg"
to   = "2040-12-31"

[[seat]]
body = "standing_committee"
to   = "2040-12-31"

[[step]]
at = "2040-08-01 10:00"
by = "officer"
do = "submit"

[[step]]
at   = "2040-08-02 10:00"
by   = "officer"
do   = "endorse"
with = { risk = "low", no_territory_reason = "a campaign" }

[[step]]
at = "2040-08-03 10:00"
by = "officer"
do = "dispatch"

[[step]]
at = "2040-08-06 10:00"
by = ["seat:CN", "seat:CI", "seat:CH", "seat:CA", "seat:GE"]
do = "no_comment"

[[step]]
at = "2040-08-07 10:00"
by = "officer"
do = "dispatch"

[[step]]
at = "2040-08-08 10:00"
by = [
  "seat:GA", "seat:LY", "seat:RW", "seat:LA", "seat:JP", "seat:BE", "seat:CZ", "seat:BR", "seat:CR",
  "seat:CA",
]
do = "approve"

[[step]]
at = "2040-09-11 10:00"
by = "officer"
do = "dispatch"

[[step]]
at = "2040-09-12 10:00"
by = "party:DE"
do = "objection"

[[check]]
at    = "2040-12-12 12:00"
state = "objection"

[[check]]
at    = "2040-12-20 12:00"
state = "cop"

[[check]]
at    = "2040-12-21 12:00"
state = "cop"
"""
    head = HEAD.replace("2024-02-05", "2040-08-01").replace('["FR"]', "[]")
    (fault,) = played(text, head).differences

    assert (fault.doing, fault.key, fault.expected) == ("check", "what is due", "it happens")
    assert "lies outside the calendar CH-VD" in fault.found


def test_a_difference_knows_the_line_it_comes_from():
    (found,) = played(consents('then = { state = "draft" }')).differences

    assert found == Difference(
        25, utc(2024, 2, 20, 9), "party:FR: consent", "state", "draft", "body_consultation", 6
    )
