"""A whole procedure, clicked: by an officer, a colleague who checks, members of the bodies, and Parties."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.office import Office
from tests.browser.running import Running
from workflow.expected import differences
from workflow.rehearsal import Step
from workflow.rehearse import in_order, read

SCENARIO = Path(__file__).parents[3] / "shared" / "scenarios" / "01-approved-without-objection.toml"
#: Of several who say the same, so many click; the others answer by the same engine.
CLICKING = 3


class Clicked:
    """The scenario on the pages of an installation."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.reference = office.begin(
            "Evian Project",
            "Danone Group",
            territory=["FR"],
            sector="food and beverages",
            home="FR",
            email="partner@company.example",
        )
        self.office.confirm_list(self.reference, "proposal")

    def step(self, step: Step) -> None:
        """Do it by clicking; what is refused must be offered to nobody, or say why."""
        if step.by[0].role == "officer":
            by_clicking = {"dispatch": self.send, "endorse": self.endorse, "sign": self.sign}
            by_clicking.get(step.do, self.plainly)(step)
            return
        for number, actor in enumerate(step.by):
            if step.details.get("channel"):
                self.on_paper(actor.party, actor.voice, step)
            elif number < CLICKING:
                self.by_link(actor.party, actor.role, step.do)
            else:
                self.office.perform(self.reference, actor.words, step.do)

    def require_told(self, then: Mapping[str, Any]) -> None:
        """The page of the case tells the state and the last day that the scenario expects."""
        page, law = self.office.desk(), self.office.stage.law
        self.office.go(page, f"/cases/{self.reference}")
        if "state" in then:
            expect(page.locator(".lead")).to_contain_text(law.states[then["state"]].title)
        if "due" in then:
            first = page.locator(".dates .first time").first
            expect(first).to_have_attribute("datetime", then["due"].isoformat())

    def plainly(self, step: Step) -> None:
        given = {name: str(value) for name, value in step.details.items()}
        self.office.do(self.reference, step.do, **given)

    def endorse(self, step: Step) -> None:
        self.fill_sheets()
        self.office.confirm_list(self.reference, "assessment")
        self.plainly(step)

    def fill_sheets(self) -> None:
        """The officer answers the first question of a sheet on its page, and the others alike."""
        for sheet in self.office.stage.law.sheets.values():
            for number, question in enumerate(sheet.questions.values()):
                said = {"question": question.name, "answer": question.in_order, "evidence": "on file"}
                if number == 0:
                    self.office.do(self.reference, "fill_sheet", **said)
                else:
                    self.office.perform(self.reference, "officer", "fill_sheet", **said)

    def send(self, step: Step) -> None:
        said = self.office.do(self.reference, "dispatch")
        self.office.mail()
        asked = len(self.office.case(self.reference).rounds[-1].asked)
        assert (
            said
            == f"Send to {asked} {'Party' if asked == 1 else 'Parties'} ({asked} address{'es' * (asked > 1)})"
        )

    def sign_in_vain(self, step: Step) -> None:
        """It is offered by no button; the page says why: the wrong state, or what is missing."""
        page = self.office.desk()
        self.office.go(page, f"/cases/{self.reference}")
        assert not page.locator("a.button[href$='/do/sign']").count()
        self.office.go(page, f"/cases/{self.reference}/do/sign")
        expect(page.get_by_role("heading", name="Not possible now")).to_be_visible()
        assert not page.locator("button[name=confirm]").count()
        if isinstance(step.refused, str):
            expect(page.locator("main")).to_contain_text(step.refused)

    def sign(self, step: Step) -> None:
        if step.refused:
            self.sign_in_vain(step)
            return
        self.office.confirm_list(self.reference, "agreement")
        self.office.do(self.reference, "legal_review", role="legal")
        self.office.do(self.reference, "financial_approval", role="finance")
        self.office.do(self.reference, "sign", signed_by="The Secretary General", signed_on="2024-07-15")

    def on_paper(self, party: str, voice: str, step: Step) -> None:
        """A note verbale: an officer records it as it came in."""
        page = self.office.desk()
        self.office.go(page, f"/cases/{self.reference}")
        page.locator("a.button[href$='/reply']").click()
        page.select_option("#who", f"party:{party}")
        page.select_option("#voice", voice)
        page.check(f"input[name=answer][value={step.do}]")
        page.select_option("#language", step.details["language"])
        page.select_option("#channel", step.details["channel"])
        page.fill("#received_on", f"{step.at:%Y-%m-%d}")
        page.fill("#received_time", f"{step.at.astimezone(self.office.stage.zone):%H:%M}")
        page.locator("button[name=look]").click()
        assert self.office.confirm(page)

    def by_link(self, party: str, role: str, word: str) -> None:
        """A contact opens the link of its letter and answers."""
        to = f"head.{party.lower()}@parties.example"
        page = self.office.answer(self.office.link(to, self.reference), word)
        expect(page.locator("#receipt")).to_be_visible()
        page.context.close()


@pytest.mark.skipif(not SCENARIO.is_file(), reason="The scenarios shared with the project are not here.")
def test_the_first_scenario_clicked_from_draft_to_signature(browser: Browser, empty: Running) -> None:
    rehearsal = read(SCENARIO)
    with Office(browser, empty) as office:
        office.at(rehearsal.start)
        clicked = Clicked(office)
        for each in in_order(rehearsal):
            office.at(each.at)
            if isinstance(each, Step):
                clicked.step(each)
            where = f"line {each.line}, {each.at}"
            assert (where, differences(each.then, office.seen(clicked.reference))) == (where, [])
            clicked.require_told(each.then)
        assert office.complaints == []
