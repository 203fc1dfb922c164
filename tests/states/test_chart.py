"""A procedure can be looked at: as a drawing, in words, and as a table of who may do what."""

import pytest

from states.chart import draw, permissions, permissions_table, show
from states.reader import load, read, shipped
from tests.states.law_text import SMALL, changed

SMALL_ROADMAP = """\
Small procedure (small, edition 2026)

  draft
  ├─ withdraw ──▶ refused
  │  submit
  ▼
  open ····················································· 60 days to answer
  │  Open to objections
  │  asks all parties: no objection may stand; silence is no objection
  ├─ defeated ──▶ meeting
  ├─ withdraw ──▶ refused
  │  carried
  ▼
  agreed

  Beside the road

  meeting ················································ 30 days, then close
  │  Before the Committee
  ├─ close ──▶ agreed, if it is cleared
  │        ──▶ refused
  ├─ withdraw ──▶ refused
  └─ objection recorded late ──▶ open, if not decided

  Ends: agreed and refused
"""

SMALL_DOT = """\
digraph "small" {
  label="Small procedure (small, edition 2026)";
  labelloc="t"; rankdir="TB"; nodesep="0.4"; ranksep="0.5";
  node [shape="box", style="rounded,filled", fontname="sans-serif", fontsize="11"];
  edge [fontname="sans-serif", fontsize="9", arrowsize="0.7"];
  "" [shape="point", width="0.12"];
  "" -> "draft";
  "draft" [label="Draft", tooltip="Draft", class="visited", fillcolor="#e3ece7"];
  "open" [label="Open to objections", tooltip="Open to objections", class="visited", fillcolor="#e3ece7"];
  "meeting" [label="Before the Committee", tooltip="Before the Committee", class="current", \
fillcolor="#f5d76e", penwidth="2"];
  "agreed" [label="Agreed", tooltip="Agreed", class="plain final", fillcolor="#ffffff", peripheries="2"];
  "refused" [label="Refused", tooltip="Refused", class="plain final", fillcolor="#ffffff", peripheries="2"];
  "draft" -> "open" [label="submit", class="visited"];
  "draft" -> "refused" [label="withdraw"];
  "open" -> "agreed" [label="carried"];
  "open" -> "meeting" [label="defeated", class="visited"];
  "open" -> "refused" [label="withdraw"];
  "meeting" -> "agreed" [label="close if it is cleared"];
  "meeting" -> "refused" [label="close\\nwithdraw"];
  "meeting" -> "open" [label="objection recorded late if not decided"];
}
"""

SMALL_MERMAID = """\
stateDiagram-v2
  direction TB
  state "Draft" as draft
  state "Open to objections" as open
  state "Before the Committee" as meeting
  state "Agreed" as agreed
  state "Refused" as refused
  [*] --> draft
  draft --> open : submit
  draft --> refused : withdraw
  open --> agreed : carried
  open --> meeting : defeated
  open --> refused : withdraw
  meeting --> agreed : close if it is cleared
  meeting --> refused : close<br/>withdraw
  meeting --> open : objection recorded late if not decided
  agreed --> [*]
  refused --> [*]
  classDef visited fill:#e3ece7
  classDef current fill:#f5d76e,stroke-width:2px
  class draft,open visited
  class meeting current
"""


def test_the_roadmap_shows_the_main_road_first_and_what_lies_beside_it_after():
    assert draw(read(SMALL), "words") == SMALL_ROADMAP


def test_a_case_is_marked_on_the_roadmap():
    drawn = draw(read(SMALL), "words", visited=("draft", "open"), current="meeting").splitlines()

    marked = [line.split()[1] for line in drawn if line.startswith(("* ", "> "))]
    assert (marked, [line[0] for line in drawn if line.startswith(("* ", "> "))]) == (
        ["draft", "open", "meeting"],
        ["*", "*", ">"],
    )


def test_dot_names_every_state_and_every_way_and_styles_them_by_class():
    assert draw(read(SMALL), "dot", visited=("draft", "open"), current="meeting") == SMALL_DOT


def test_mermaid_names_every_state_and_every_way_and_styles_them_by_class():
    assert draw(read(SMALL), "mermaid", visited=("draft", "open"), current="meeting") == SMALL_MERMAID


def test_words_that_would_break_a_drawing_are_made_harmless():
    text = changed(
        ('title = "Draft"', "title = 'A \"draft\"; or: \\\\ not'"),
        ('start     = "draft"', 'start     = "end"'),
        ("[states.draft]", "[states.end]"),
        ("[states.draft.actions.submit]", "[states.end.actions.submit]"),
        ('in     = ["draft", "open", "meeting"]', 'in     = ["end", "open", "meeting"]'),
    )
    procedure = read(text)

    assert '  "end" [label="A \\"draft\\"; or: \\\\\\\\ not", ' in draw(procedure, "dot")
    assert "  state \"A 'draft', or - \\\\ not\" as end_\n  " in draw(procedure, "mermaid")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_law_fits_into_78_columns_and_is_always_drawn_the_same(name):
    drawn = draw(load(name), "words")
    told = show(load(name))

    assert [line for line in (drawn + told).splitlines() if len(line) > 78 or line != line.rstrip()] == []
    assert (drawn, told) == (draw(load(name), "words"), show(load(name)))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_state_of_a_shipped_law_is_left_out_of_a_drawing(name):
    procedure = load(name)

    for form in ("dot", "mermaid", "words"):
        drawn = draw(procedure, form)
        assert [state for state in procedure.states if state not in drawn] == []


def test_the_road_of_the_private_sector_procedure_is_that_of_paragraph_64():
    drawn = draw(load("ramsar-private"), "words").split("Beside the road")[0]

    stages = [line.split()[0] for line in drawn.splitlines()[2:] if line[:2] == "  " and line[2:3].isalpha()]
    assert stages == [
        "draft",
        "preliminary_assessment",
        "party_consent",
        "body_consultation",
        "committee_approval",
        "notification",
        "agreement",
        "active",
        "completed",
    ]


def test_the_account_tells_the_question_what_silence_means_and_each_basis():
    told = show(read(SMALL))

    assert (
        told.split("2. Open to objections")[1].split("3. Before the Committee")[0]
        == """
---------------------
   State          open

   Asked          all parties; one answer each
   Sent           by an officer, within 5 days; letter 'request'
   By when        60 days from dispatch; closes at deadline
   Basis          Rule 3
   Answers        no_objection (in favour); objection (against); question
                  (extends its own window by 10 days, once)
   Silence        means no objection
   Decides        no objection may stand
   Reminders      14 days and 3 days before the last day, to those who have
                  not answered
   Extensions     1
   Returns        an objection received in time but recorded late, from
                  meeting: open, if not decided
   If carried     agreed; marks it cleared; tells officers ('result')
   If defeated    meeting

   Action         dispatch: Send the question
   By             officer
   Basis          Rule 3

"""
    )


def test_the_account_tells_who_may_do_what_when_and_where_it_leads():
    told = show(read(SMALL))

    assert (
        told.split("3. Before the Committee")[1].split("4. Agreed")[0]
        == """
-----------------------
   State          meeting
   Waits for      the next meeting of the Committee

   Deadline       Consultations
   By when        officer, within 30 days
   Then           'close', by itself
   Basis          Rule 4

   Action         close: Close
   By             officer or clock
   Leads to       agreed, if it is cleared
                  otherwise refused
   Basis          Rule 4

"""
    )


def test_permissions_are_told_for_every_state_action_and_role():
    assert permissions(read(SMALL)) == [
        ("draft", "submit", "officer"),
        ("draft", "withdraw", "officer"),
        ("open", "dispatch", "officer"),
        ("open", "withdraw", "officer"),
        ("meeting", "close", "officer"),
        ("meeting", "close", "clock"),
        ("meeting", "withdraw", "officer"),
    ]
    assert (
        permissions_table(read(SMALL))
        == """\
state    action    officer  clock
draft    submit    x        .
         withdraw  x        .
open     dispatch  x        .
         withdraw  x        .
meeting  close     x        x
         withdraw  x        .
"""
    )
