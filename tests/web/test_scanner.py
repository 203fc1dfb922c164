"""Programs that check links open them, run what they find and send its forms: none of it is an answer."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.mailed import addresses, arrive, counts, forms, links_in
from workflow.clock import SimulatedClock


def scan(browser: TestClient, address: str, *, types: bool) -> set[int]:
    """Do with a link whatever such a program does; returns the statuses of its answers.

    types   whether it also types something into every field before it sends a form
    """
    statuses = {browser.head(address).status_code}
    for _ in range(5):
        page = browser.get(address)
        statuses.add(page.status_code)
    for form in forms(page.text):
        said = dict(form.untouched)
        if types:
            said |= dict.fromkeys(form.typed, "scanner@example.org")
        statuses.add(browser.post(form.action or address, data=said).status_code)
        statuses.add(
            browser.post(form.action or address, files={"attachment": ("", b"")}, data=said).status_code
        )
    for link in links_in(page.text):
        if link.startswith(("/r/", "?")):
            statuses.add(browser.get(link if link.startswith("/") else address + link).status_code)
    return statuses


@pytest.mark.parametrize("types", [False, True])
def test_a_scanner_records_nothing_by_any_link_of_a_consent(
    site: Engine, visitor: TestClient, clock: SimulatedClock, types: bool
) -> None:
    case_id = build.case(site, territory=("FR", "CH", "BR"))
    build.do(site, case_id, "2024-01-08 10:00", "officer", "submit")
    build.do(site, case_id, "2024-01-10 09:00", "officer", "endorse", risk="low")
    build.do(site, case_id, "2024-01-11 09:00", "officer", "dispatch")
    arrive(site)
    clock.move_to(build.at("2024-01-12 09:00"))
    mailed, before = addresses(site, case_id), counts(site)

    statuses = [scan(visitor, address, types=types) for address in mailed]

    assert len(mailed) == 3
    assert statuses == [{200, 422}] * 3
    assert counts(site) == before


def test_a_scanner_records_nothing_by_any_kind_of_link_at_any_time(
    site: Engine, visitor: TestClient, clock: SimulatedClock
) -> None:
    case_id = build.in_notification(site)
    arrive(site)
    build.do(site, case_id, "2024-06-17 10:00", "party:FR", "objection", reasons="The site is protected.")
    arrive(site)
    every = addresses(site, case_id)
    # All seats of the bodies, the Party that objects, and some of the many others.
    seats = addresses(site, case_id, 1) + addresses(site, case_id, 2)
    mailed = [*seats, *addresses(site, case_id, 3, member="FR"), *addresses(site, case_id, 3)[::25]]
    found = []

    for moment in ("2024-06-18 10:00", "2024-08-14 10:00"):
        build.run_to(site, moment)
        arrive(site)
        clock.move_to(build.at(moment))
        before = counts(site)
        for address in mailed:
            found.append(scan(visitor, address, types=False))
        assert counts(site) == before

    assert len(every) > 190
    # 429: one network asked for fresh links too often.
    assert set().union(*found) == {200, 422, 429}
