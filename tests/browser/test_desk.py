"""A desk that is handed over, a list that is brought in, and a calendar that another program reads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.office import Office
from workflow import db, register
from workflow.web.people import COOKIE, begin

HEAD = "iso2;role;email;name\n"
FAULTY = HEAD + "FR;nfp;anne@ministere.example;Anne\nXX;nfp;b@c.example;B\nDE;boss;no address;C\n"
CORRECTED = HEAD + "FR;nfp;anne@ministere.example;Anne\nDE;nfp;c@ministerium.example;C\n"


def newcomer(office: Office, name: str, full_name: str) -> Page:
    """The window of an officer who has just come to the Secretariat."""
    now = office.stage.clock.now()
    with db.transaction(office.stage.engine) as session:
        address = f"{name}@secretariat.example"
        register.add_staff(session, name, "officer", address, full_name=full_name, actor="test", now=now)
        cookie = begin(session, name, "password", now)
    page = office.window()
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": office.running.address}])
    return page


# --------------------------------------------------------------------------------------- hand-over


def test_cases_that_are_handed_over_are_done_by_the_colleague_until_the_last_day(office: Office) -> None:
    reference = office.ready("Handed over")
    colleague, desk = newcomer(office, "moana", "Moana Tui"), office.desk()
    office.go(colleague, "/")
    expect(colleague.locator("main")).not_to_contain_text(reference)
    today = office.stage.clock.now().date()
    office.go(desk, "/account")
    desk.select_option("#deputy", label="Moana Tui")
    desk.fill("#starts", today.isoformat())
    desk.fill("#ends", (today + timedelta(days=4)).isoformat())
    desk.get_by_role("button", name="Hand over my cases").click()
    expect(desk.locator(".done")).to_have_text("The cases are handed over for these days.")
    expect(desk.locator("main")).to_contain_text("Moana Tui acts for me")

    # The colleague finds it among her own, and does what is to be done.
    office.go(colleague, "/")
    expect(colleague.locator("main")).to_contain_text("for Officer")
    colleague.locator(f"main a[href^='/cases/{reference}']").first.click()
    office.go(colleague, f"/cases/{reference}/do/dispatch")
    office.confirm(colleague)
    office.go(desk, f"/cases/{reference}")
    expect(desk.locator(".timeline").first).to_contain_text("Moana Tui for Officer")

    # It ends by itself: she would not be reminded of it again.
    office.at(office.stage.clock.now() + timedelta(days=5))
    now = office.stage.clock.now()
    with db.transaction(office.stage.engine) as session:
        cookie = begin(session, "moana", "password", now)
    colleague.context.add_cookies([{"name": COOKIE, "value": cookie, "url": office.running.address}])
    office.go(colleague, "/")
    expect(colleague.locator(".whoami")).to_contain_text("Moana Tui")
    expect(colleague.locator("main")).not_to_contain_text("for Officer")


# ------------------------------------------------------------------------------------------ import


def upload(page: Page, content: str) -> None:
    """Choose a list and see what it would change."""
    page.set_input_files("#file", {"name": "points.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="See what this would change").click()


def test_a_list_with_faults_is_shown_by_row_and_taken_over_once_corrected(office: Office) -> None:
    page = office.desk()
    office.go(page, "/parties")
    page.get_by_role("link", name="Import a list").first.click()
    upload(page, FAULTY)

    faults = page.locator("#faults")
    expect(faults.locator("h2")).to_have_text("3 faults in points.csv; nothing was taken")
    assert faults.locator("tbody th").all_inner_texts() == [
        "row 3, column A (iso2)",
        "row 4, column B (role)",
        "row 4, column C (email)",
    ]
    assert all(said.strip() for said in faults.locator("tbody td").all_inner_texts())
    office.complaints.clear()  # the browser says that the list was refused, as it was
    office.go(office.desk("head"), "/parties/FR")
    expect(office.desk("head").locator("main")).not_to_contain_text("anne@ministere.example")

    upload(page, CORRECTED)
    expect(page.locator(".lead")).to_have_text("2 new, 0 changed, 0 as they are.")
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator(".done")).to_be_visible()

    for code, address in (("FR", "anne@ministere.example"), ("DE", "c@ministerium.example")):
        office.go(page, f"/parties/{code}")
        expect(page.locator("main")).to_contain_text(address)
    # The same list once more changes nothing.
    office.go(page, "/parties/import")
    upload(page, CORRECTED)
    expect(page.locator(".done")).to_contain_text("Nothing would change.")


# ---------------------------------------------------------------------------------------- calendar


def calendar_at(office: Office, address: str) -> list[Any]:
    """What a calendar program that nobody has signed in reads at an address."""
    answer = office.window().request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return list(Calendar.from_ical(answer.body()).walk("VEVENT"))


def test_the_address_on_a_page_gives_a_calendar_program_the_last_day_that_the_case_shows(
    office: Office,
) -> None:
    reference = office.asked("In a calendar", ["FR", "KE"])
    page = office.desk()
    office.go(page, f"/cases/{reference}")
    shown = date.fromisoformat(page.locator(".dates .first time").first.get_attribute("datetime") or "")
    page.locator(f"a[href='/cases/{reference}/calendar']").first.click()
    of_case = page.locator("main code").first.inner_text()
    office.go(page, "/account")
    mine = page.locator("main code").first.inner_text()

    (entry,) = calendar_at(office, of_case)
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (shown, shown + timedelta(days=1))
    assert str(entry["SUMMARY"]).startswith(f"{reference}: ")
    # Its address leads to the page of the case.
    page.goto(str(entry["URL"]))
    expect(page.locator("h1")).to_contain_text("In a calendar")
    assert entry["UID"] in {each["UID"] for each in calendar_at(office, mine)}

    # A new address makes the old one open nothing.
    office.go(page, "/account")
    page.get_by_role("button", name=re.compile("Make a new address")).click()
    expect(page.locator(".done")).to_be_visible()
    fresh = page.locator("main code").first.inner_text()
    assert fresh != mine
    assert office.window().request.get(mine).status == 404
    assert entry["UID"] in {each["UID"] for each in calendar_at(office, fresh)}
