"""A little law that provides sheets, risks, agreements and members, and a case played under it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from states.commands import Actor, Command, Step
from states.facts import Case, Facts
from states.machine import decide, opened
from states.ordered import papers
from states.procedure import Procedure
from states.reader import read
from states.reasons import Refused
from workflow.calendars import shipped

OFFICER = Actor("officer", "anna")
NOW = datetime(2024, 5, 6, 9, tzinfo=UTC)

#: A company is looked into, an agreement takes one of three forms, and what is established has members.
TEXT = """\
id        = "little"
edition   = "2026"
title     = "Little procedure"
basis     = "Rule 1"
timezone  = "Europe/Zurich"
calendar  = "CH-VD"
grace     = "none"
languages = ["en", "fr", "es"]
parties   = "none"
prefix    = "L"
start     = "draft"
risk_catalogue = "risks"

[roles]
officer = "Officer"
head    = "Head"

[bodies.board]
title   = "Board"
results = ["endorsed", "not_endorsed"]

[marks]
signed = "the signature"

[risks.weather]
title = "bad weather"
basis = "Rule 9"

[signers]
us   = "the Secretariat"
them = "the Government"

[sheets.gate]
title  = "Gate"
basis  = "Rule 2"
before = ["active"]

[sheets.gate.questions.tobacco]
asks           = "Is it of the tobacco industry?"
basis          = "Rule 3"
stops_on       = ["yes"]
needs_evidence = true

[sheets.gate.questions.form_of_work]
asks    = "How do we work together?"
basis   = "Rule 4"
kind    = "choice"
answers = ["project", "advice", "gift"]

[sheets.gate.questions.remarks]
asks     = "Anything else?"
basis    = "Rule 4"
kind     = "text"
optional = true

[checklists.clauses]
term = "the term"

[agreements.tripartite]
title     = "Tripartite agreement"
basis     = "Rule 5"
signed_by = ["us", "them", "every_partner"]
clauses   = "clauses"
when      = ["answered(form_of_work=project)"]

[agreements.letters]
title     = "Exchange of letters"
basis     = "Rule 5"
signed_by = ["us"]

[agreements.none]
title   = "No agreement"
basis   = "Rule 5"
written = false
when    = ["answered(form_of_work=advice)"]

[membership]
title       = "Members"
basis       = "Rule 6"
admitted_by = "board"

[membership.regions]
north = "the North"

[membership.categories.state]
title = "States"
term  = "24 months"
seats_per_region = 1

[membership.categories.company]
title     = "Companies"
expertise = true

[states.draft]
title = "Draft"

[states.draft.actions.begin]
title = "Begin"
basis = "Rule 7"
by    = ["officer", "head"]
when  = ["nothing_stops(gate)", "sheet_is_complete(gate)", "no_high_risk_without_mitigation"]
to    = "active"

[states.active]
title   = "Active"
decider = "board"

[states.active.deadlines.report]
title     = "Report"
basis     = "Rule 8"
of        = "officer"
within    = "12 months"
report_to = "board"

[states.active.actions.sign]
title = "Sign"
basis = "Rule 7"
by    = "officer"
when  = ["agreement_is_written", "every_clause_is_there", "every_signature_is_there"]
to    = [{ to = "stays", marks = ["signed"] }]

[states.active.actions.go_without]
title = "Go without"
basis = "Rule 7"
by    = "officer"
when  = ["no_agreement_is_due"]
to    = "ended"

[states.active.actions.record_decision]
title = "Record the decision"
basis = "Rule 7"
by    = "officer"
needs = ["result"]
takes = ["by", "yes", "no", "present", "decided_on", "document"]
when  = ["arithmetic_holds"]
does  = "record_decision"
to    = [{ to = "ended", when = ["decided_in_favour"] }, { to = "stays" }]

[states.active.actions.admit]
title = "Admit"
basis = "Rule 6"
by    = "officer"
needs = ["member", "category"]
takes = ["region", "expertise"]
when  = ["category_is_open", "is_not_a_member_yet", "expertise_is_shown", "region_has_a_seat"]
does  = "admit_member"

[states.active.actions.leave]
title = "Leave"
basis = "Rule 6"
by    = "officer"
needs = ["member"]
when  = ["is_a_member"]
does  = "member_leaves"

[states.active.actions.meet]
title = "Meet"
basis = "Rule 6"
by    = "officer"
when  = ["there_are_members", "members_of_several_kinds"]
to    = "stays"

[states.ended]
title = "Ended"
final = true

[actions.fill_sheet]
title = "Answer"
basis = "Rule 2"
by    = "officer"
in    = ["draft", "active"]
needs = ["question", "answer"]
takes = ["evidence", "reason"]
does  = "fill_sheet"

[actions.assess]
title = "Assess"
basis = "Rule 9"
by    = "officer"
in    = ["draft", "active"]
needs = ["risk_kind", "likelihood", "severity"]
takes = ["mitigation", "owner"]
does  = "record_risk"

[actions.mitigate]
title = "Mitigate"
basis = "Rule 9"
by    = "officer"
in    = ["draft", "active"]
needs = ["risk_kind", "mitigation", "owner"]
does  = "mitigate_risk"

[actions.choose_form]
title = "Choose"
basis = "Rule 5"
by    = "officer"
in    = ["active"]
needs = ["form"]
does  = "choose_form"

[actions.record_signature]
title = "Record a signature"
basis = "Rule 5"
by    = "officer"
in    = ["active"]
needs = ["signer"]
takes = ["organization", "signed_by", "signed_on", "scan"]
does  = "record_signature"
"""


def law(*changes: tuple[str, str]) -> Procedure:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return read(text, "little.toml")


LAW = law()


class Play:
    """One case under the little law, decided without a database."""

    def __init__(self, **more: Any) -> None:
        partner = {"name": "Rivages SA", "others": ["Lac SA"]}
        case = Case("L-1", "draft", NOW, title="Lake", partner=partner, **more)
        self.facts = Facts(NOW, case, shipped("CH-VD").working_days)
        step = opened(LAW, self.facts, Command("open", OFFICER))
        self.facts = self.facts.with_case(step.case)

    @property
    def case(self) -> Case:
        return self.facts.case

    def ask(self, action: str, by: Actor = OFFICER, /, **details: Any) -> Step | Refused:
        return decide(LAW, self.facts, Command(action, by, details))

    def do(self, action: str, **details: Any) -> Step:
        step = self.ask(action, **details)
        assert isinstance(step, Step), str(step)
        self.facts = self.facts.with_case(step.case)
        return step

    def refused(self, action: str, by: Actor = OFFICER, /, **details: Any) -> str:
        found = self.ask(action, by, **details)
        assert isinstance(found, Refused), found
        return str(found)


def active() -> Play:
    """A case in which the sheet is in order and nothing is signed."""
    kept = papers(LAW, NOW.date(), unsigned=["us", "them", "every_partner"])
    play = Play(sheet=kept.sheet, items=kept.items, signatures=kept.signatures)
    play.do("begin")
    return play
