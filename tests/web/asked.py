"""A case whose question has been mailed, and a browser that stands at the reply page."""

from __future__ import annotations

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.mailed import addresses, answers, arrive, form_to
from workflow.clock import SimulatedClock

CLAIRE = {"name": "Claire Dupont", "title": "Directrice de l’eau"}


class Asked:
    """France and Brazil have been asked for their consent; a browser stands at the reply page of France."""

    def __init__(self, on: Engine, browser: TestClient, clock: SimulatedClock) -> None:
        self.on, self.browser, self.clock = on, browser, clock
        self.case = build.case(on, territory=("FR", "BR"))
        self.do("2024-01-08 10:00", "officer", "submit")
        self.do("2024-01-10 09:00", "officer", "endorse", risk="low")
        self.do("2024-01-11 09:00", "officer", "dispatch")
        self.move("2024-01-12 09:00")
        self.address = self.link("FR")

    def do(self, when: str, by: str, action: str, **details: Any) -> None:
        """Somebody does something; all letters arrive."""
        build.do(self.on, self.case, when, by, action, **details)
        arrive(self.on)

    def move(self, when: str) -> None:
        """It is that moment, and what was due before has happened."""
        build.run_to(self.on, when)
        arrive(self.on)
        self.clock.move_to(build.at(when))

    def link(self, member: str, round_no: int = 1) -> str:
        """The address of the reply page of a member."""
        return addresses(self.on, self.case, round_no, member=member)[0]

    def page(self, address: str = "") -> str:
        """The reply page, in English."""
        answer = self.browser.get((address or self.address) + "?lang=en")
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def send(self, address: str = "", ending: str = "", files: Any = None, **said: str) -> Any:
        """Fill in a form of the page as it stands now and send it."""
        form = form_to(self.page(address), ending)
        return self.browser.post(form.action, data=form.untouched | said, files=files)

    def answered(self) -> list[tuple[str, str, bool]]:
        """(voice, word, whether in time) of all answers."""
        return answers(self.on, self.case)


def words(page: str) -> str:
    """The text of a page without its tags."""
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page)
    return re.sub(r"\s+", " ", text.replace("&#39;", "'").replace("&#34;", '"'))
