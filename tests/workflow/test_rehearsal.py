"""A rehearsal file is read whole, and everything wrong with it is told at once, with its line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from states.commands import Actor
from states.reader import load
from workflow.rehearsal import (
    Check,
    ContactChange,
    MeetingChange,
    PartyChange,
    Proposal,
    RehearsalError,
    SeatChange,
    Step,
)
from workflow.rehearsal_file import parse, read
from workflow.sheet import NotAMoment, moment

HEAD = """\
procedure = "ramsar-private"
start     = "2024-01-08 09:00"

[case]
title     = "Evian Project"
partner   = { name = "Danone Group", sector = "food and beverages", home = "FR" }
territory = ["FR"]
"""


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


def told(text: str, head: str = HEAD) -> list[str]:
    """Every fault of a file, without its name."""
    with pytest.raises(RehearsalError) as refused:
        parse("trial.toml", (head + text).encode())
    return [str(fault).removeprefix("trial.toml:") for fault in refused.value.faults]


def step(lines: str) -> str:
    """One step with a moment, an officer and `submit`, and these lines instead of or beside them."""
    given = {line.split("=")[0].strip() for line in lines.splitlines()}
    usual = {"at": '"2024-02-01 09:30"', "by": '"officer"', "do": '"submit"'}
    return "[[step]]\n" + "".join(f"{k} = {v}\n" for k, v in usual.items() if k not in given) + lines + "\n"


# -------------------------------------------------------------------------------------- what is read


def test_everything_the_file_says_is_in_the_records():
    text = (
        HEAD
        + """
[[party]]
code   = "SA"
joins  = 2024-03-01
[[party]]
code   = "NI"
leaves = "2024-05-01"
[[meeting]]
body    = "cop"
ordinal = "COP14"
kind    = "ordinary"
starts  = "2021-11-22"
ends    = "2021-11-29"
[[seat]]
body = "standing_committee"
from = "2018-10-29"
[[seat]]
body      = "mwg"
seat      = "mwg-9"
member    = "NO"
alternate = "DK"
to        = "2026-01-01"
[[contact]]
party = "US"
role  = "nfp"
[[contact]]
party = "BR"
role  = "head"
works = false
[[step]]
at   = "2024-01-08 10:00"
by   = "officer"
do   = "submit"
then = { state = "preliminary_assessment", due = "2024-02-07" }
[[step]]
at      = "2024-02-10 10:00 America/New_York"
by      = ["party:FR", "party:FR/nfp", "seat:CA"]
do      = "record_reply"
with    = { party = "FR", answer = "consent", received_at = "2024-02-09 17:00", text = "yes" }
refused = "nobody"
[[check]]
at        = "2024-06-18 09:00:01"
state     = "agreement"
round     = "notification"
asked     = 172
positions = { support = 9, silent = 163 }
mailed    = { request = 172, reminder = 0 }
closes    = "2024-06-18 09:00"
due       = "2024-06-18 09:00"
target    = "COP15"
held      = false
objections_standing = 0
"""
    )

    found = parse("trial.toml", text.encode())

    assert found.procedure == load("ramsar-private")
    assert found.start == utc(2024, 1, 8, 8)
    assert found.proposal == Proposal(
        "Evian Project", {"name": "Danone Group", "sector": "food and beverages", "home": "FR"}, ("FR",)
    )
    assert found.parties == (
        PartyChange("SA", joins=date(2024, 3, 1)),
        PartyChange("NI", leaves=date(2024, 5, 1)),
    )
    assert found.meetings == (
        MeetingChange("cop", "COP14", "ordinary", date(2021, 11, 22), date(2021, 11, 29)),
    )
    assert found.seats == (
        SeatChange("standing_committee", starts=date(2018, 10, 29)),
        SeatChange("mwg", "mwg-9", "NO", "DK", ends=date(2026, 1, 1)),
    )
    assert found.contacts == (ContactChange("US", "nfp"), ContactChange("BR", "head", works=False))
    assert found.steps == (
        Step(
            utc(2024, 1, 8, 9),
            (Actor("officer"),),
            "submit",
            37,
            then={"state": "preliminary_assessment", "due": date(2024, 2, 7)},
        ),
        Step(
            utc(2024, 2, 10, 15),
            (
                Actor("party", party="FR", voice="head"),
                Actor("party", party="FR", voice="nfp"),
                Actor("seat", party="CA"),
            ),
            "record_reply",
            42,
            {"party": "FR", "answer": "consent", "received_at": utc(2024, 2, 9, 16), "text": "yes"},
            "nobody",
        ),
    )
    assert found.checks == (
        Check(
            utc(2024, 6, 18, 7, 0, 1),
            48,
            {
                "state": "agreement",
                "round": "notification",
                "asked": 172,
                "positions": {"support": 9, "silent": 163},
                "objections_standing": 0,
                "due": utc(2024, 6, 18, 7),
                "closes": utc(2024, 6, 18, 7),
                "target": "COP15",
                "mailed": {"request": 172, "reminder": 0},
                "held": False,
            },
        ),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-02-01 09:30", utc(2024, 2, 1, 8, 30)),
        ("2024-07-01T09:30:15", utc(2024, 7, 1, 7, 30, 15)),
        ("2024-02-01 09:30 America/New_York", utc(2024, 2, 1, 14, 30)),
        ("2024-02-01 09:30:00 UTC", utc(2024, 2, 1, 9, 30)),
        ("2024-02-01T09:30:00Z", utc(2024, 2, 1, 9, 30)),
        ("2024-02-01 09:30 +05:30", utc(2024, 2, 1, 4, 0)),
        ("2024-02-01 09:30-0800", utc(2024, 2, 1, 17, 30)),
        (datetime(2024, 2, 1, 9, 30), utc(2024, 2, 1, 8, 30)),
        (utc(2024, 2, 1, 9, 30), utc(2024, 2, 1, 9, 30)),
        # The clock goes from 02:00 to 03:00: what it skips moves forward by the hour.
        ("2024-03-31 02:30", utc(2024, 3, 31, 1, 30)),
        # The clock goes from 03:00 back to 02:00: what it shows twice is the first.
        ("2024-10-27 02:30", utc(2024, 10, 27, 0, 30)),
    ],
)
def test_a_moment_is_on_the_wall_clock_of_the_procedure_unless_it_says_otherwise(written, meant):
    assert moment(written, "Europe/Zurich") == meant


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("2024-02-01", "'2024-02-01' has no time of day. Write '2024-02-01 09:00'."),
        (date(2024, 2, 1), "'2024-02-01' has no time of day. Write '2024-02-01 09:00'."),
        ("2024-02-30 09:00", "'2024-02-30 09:00' is no moment of any calendar. "),
        ("2024-02-01 24:30", "'2024-02-01 24:30' is no moment of any calendar. "),
        ("2024-02-01 9:30", "'2024-02-01 9:30' is not a date and time. Write '2024-02-01 09:30'; "),
        ("1 February 2024", "'1 February 2024' is not a date and time. "),
        (
            "2024-02-01 09:30 Europe/Zuerich",
            "'Europe/Zuerich' is not a time zone. did you mean 'Europe/Zurich'?",
        ),
        (20240201, "a date and time is wanted. "),
    ],
)
def test_a_moment_that_cannot_be_understood_is_refused_with_the_right_form(written, says):
    with pytest.raises(NotAMoment) as refused:
        moment(written, "Europe/Zurich")

    assert str(refused.value).startswith(says)


def test_another_law_may_stand_in_for_the_one_the_file_names():
    law = load("ramsar-private")
    text = HEAD.replace("ramsar-private", "ramsar-private-to-come")

    assert parse("trial.toml", text.encode(), law).procedure is law


def test_a_territory_may_be_that_of_a_state_that_is_no_party():
    assert parse("trial.toml", HEAD.replace('"FR"]', '"FR", "HT"]').encode()).proposal.territory == (
        "FR",
        "HT",
    )


def test_who_has_no_seat_may_be_shown_to_be_refused():
    text = step('by = "seat:FR"\ndo = "approve"\nrefused = true')

    assert parse("trial.toml", (HEAD + text).encode()).steps[0].by == (Actor("seat", party="FR"),)


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('do = "sumbit"', "11: step[1].do: unknown action or answer 'sumbit', did you mean 'submit'?"),
        ('by = "oficer"', "11: step[1].by: 'oficer' is nobody. Use one of: officer, head,"),
        ('by = "party:FR/npf"', "11: step[1].by: 'npf' does not speak for a Party. Use one of: head, nfp,"),
        ('by = ["officer", "party:XX"]', "11: step[1].by[2]: unknown Party 'XX'"),
        ('by = "seat:FR"', "11: step[1].by: no body has a seat of 'FR'"),
        ('by = "seat:ca"', "11: step[1].by: no body has a seat of 'ca', did you mean 'CA'?"),
        ('by = ["officer", "officer"]', "11: step[1].by: 'officer' stands there twice. Remove one."),
        ("by = 5", "11: step[1].by: a text or a list of texts is wanted."),
        ('at = "2024-01-08 08:59"', "11: step[1].at: this is before the start of the rehearsal."),
        ('at = "2024-01-08"', "11: step[1].at: '2024-01-08' has no time of day. Write '2024-01-08 09:00'."),
        ('at = "2041-01-08 09:00"', "11: step[1].at: '2041-01-08 09:00' lies outside the calendars."),
        (
            'when = "2024-01-08"',
            "12: step[1]: unknown key 'when', did you mean 'then'?",
        ),
        ("refused = 1", "12: step[1].refused: true, or a text that the reasons contain, is wanted."),
        ('refused = ""', "12: step[1].refused: true, or a text that the reasons contain, is wanted."),
        ("with = { rsik = 'low' }", "12: step[1].with: unknown key 'rsik'"),
        (
            "with = { without = ['dosier'] }",
            "12: step[1].with.without[1]: unknown item 'dosier', did you mean",
        ),
        ("with = { reason = 5 }", "12: step[1].with.reason: a text is wanted for 'reason'. Give a text."),
        ("with = 5", "12: step[1].with: a table is wanted, not a whole number."),
        ("then = { stat = 'draft' }", "12: step[1].then: unknown key 'stat', did you mean 'state'?"),
        (
            "then = { state = 'drafd' }",
            "12: step[1].then.state: unknown state 'drafd', did you mean 'draft'?",
        ),
        ("then = { round = 'draft' }", "12: step[1].then.round: unknown asking state 'draft'"),
        ("then = { asked = '172' }", "12: step[1].then.asked: a whole number is wanted, not a text."),
        ("then = { asked = true }", "12: step[1].then.asked: a whole number is wanted, not true or false."),
        ("then = { held = 'no' }", "12: step[1].then.held: true or false is wanted, not a text."),
        ("then = { due = '7 Feb' }", "12: step[1].then.due: '7 Feb' is not a date. Write '2024-02-01'."),
        ("then = { due = '2024-02-30' }", "12: step[1].then.due: '2024-02-30' is no day of any calendar."),
        ("then = { closes = '2024-02-07' }", "12: step[1].then.closes: '2024-02-07' has no time of day."),
        (
            "then = { target = 'COP51' }",
            "12: step[1].then.target: unknown meeting 'COP51', did you mean 'COP16'?",
        ),
        (
            "then = { positions = { suport = 1 } }",
            "12: step[1].then.positions.suport: unknown position 'suport', ",
        ),
        (
            "then = { mailed = { requests = 1 } }",
            "12: step[1].then.mailed.requests: unknown purpose 'requests', ",
        ),
        ("then = { mailed = { request = -1 } }", "12: step[1].then.mailed.request: -1 is below 0."),
    ],
)
def test_a_mistake_in_a_step_is_told_with_its_line(lines, fault):
    found = told(step(lines))

    assert len(found) == 1
    assert found[0].startswith(fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[check]]\nat = '2024-02-01 09:30'", "8: check[1]: nothing is to be checked. Add state ="),
        (
            "[[check]]\nat = '2024-02-01 09:30'\nstates = 'draft'",
            "10: check[1]: unknown key 'states', did you mean",
        ),
        (
            "[step]\ndo = 'submit'",
            "8: step: 'step' is one table, and a list of tables is wanted. Write [[step]].",
        ),
        ("[[steps]]\ndo = 'submit'", "8: unknown key 'steps', did you mean 'step'?"),
        ("[[party]]\ncode = 'fra'", "9: party[1].code: 'fra' is not the code of a Party."),
        (
            "[[party]]\ncode = 'HT'",
            "9: party[1].code: HT is not a Party yet, and nothing says when it becomes one.",
        ),
        (
            "[[party]]\ncode = 'FR'\njoins = 2024-02-02\nleaves = 2024-02-01",
            "11: party[1].leaves: FR would leave before it joins.",
        ),
        (
            "[[meeting]]\nbody = 'cops'\nordinal = 'COP16'\nstarts = 2028-01-01",
            "9: meeting[1].body: unknown body 'cops', did you mean 'cop'?",
        ),
        (
            "[[meeting]]\nbody = 'cop'\nordinal = 'COP16'\nstarts = 2028-01-02\nends = 2028-01-01",
            "12: meeting[1].ends: COP16 would end before it begins.",
        ),
        (
            "[[seat]]\nbody = 'mwg'\nseat = 'mwg-6'",
            "10: seat[1].seat: the seat 'mwg-6' is new, and nothing says who holds it. Add member = a Party.",
        ),
        ("[[seat]]\nbody = 'mwg'\nmember = 'XX'", "10: seat[1].member: unknown Party 'XX'"),
        ("[[contact]]\nparty = 'HT'\nrole = 'nfp'", "9: contact[1].party: unknown Party 'HT'"),
        (
            "[[contact]]\nparty = 'FR'\nrole = 'npf'",
            "10: contact[1].role: 'npf' is not a word for 'role', did you",
        ),
    ],
)
def test_a_mistake_outside_the_steps_is_told_with_its_line(text, fault):
    found = told(text)

    assert len(found) == 1
    assert found[0].startswith(fault)


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines():
    text = step('do = "sumbit"\nthen = { stat = "draft" }') + step('by = "oficer"\nat = "yesterday"')

    places = [fault.split(": ")[0] + " " + fault.split(": ")[1] for fault in told(text)]

    assert places == ["11 step[1].do", "12 step[1].then", "15 step[2].by", "16 step[2].at"]


def test_a_key_that_is_missing_is_told():
    assert told("[[step]]\nby = 'officer'") == [
        "8: step[1]: the key 'at' is missing. Add 'at'.",
        "8: step[1]: the key 'do' is missing. Add 'do'.",
    ]
    assert told("", HEAD.partition("[case]")[0])[0].endswith(
        "the table [case] is missing. Add [case] with a title."
    )
    assert (
        told("", HEAD.replace('"ramsar-private"', '""'))[0]
        == "1: procedure: 'procedure' is empty. Write it out."
    )


def test_an_unknown_procedure_is_told_with_the_nearest_one():
    assert told("", HEAD.replace("ramsar-private", "ramsar-privat")) == [
        "1: procedure: 'ramsar-privat': there is no procedure of that name, did you mean 'ramsar-private'?"
    ]


def test_a_file_that_is_no_rehearsal_at_all_is_refused_with_its_place(tmp_path: Path):
    broken, missing = tmp_path / "broken.toml", tmp_path / "missing.toml"
    broken.write_bytes(b"procedure = \n")

    with pytest.raises(RehearsalError) as refused:
        read(broken)
    assert str(refused.value).startswith(f"{broken}:1: not valid TOML: Invalid value")
    with pytest.raises(RehearsalError, match="the rehearsal cannot be read: no such file or directory"):
        read(missing)
    with pytest.raises(RehearsalError, match="the file is not UTF-8"):
        parse("trial.toml", b"title = '\xff'")
