"""Parties before their reply page, and officers at what they do: in a real browser, also a very plain one."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.office import SIGNATURE, Office, reply
from tests.browser.running import NARROW

FRANCE, KENYA, SWEDEN = (f"head.{code}@parties.example" for code in ("fr", "ke", "se"))


def wide(page: Page) -> int:
    """By how much a page must be scrolled sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(width, 0)


def test_what_is_sent_is_counted_and_shown_before_it_leaves(office: Office) -> None:
    reference = office.ready("Springs")
    page = office.look(reference, "dispatch")

    expect(page.locator("button[name=confirm]")).to_have_text("Send to 172 Parties (172 addresses)")
    samples = page.locator(".letter[lang]")
    assert {each.get_attribute("lang") for each in samples.all()} == {"en", "fr", "es"}
    page.get_by_role("button", name="Send me a test copy").click()
    expect(page.locator(".done")).to_contain_text("officer@secretariat.example")
    assert office.case(reference).rounds[-1].state != "notification"

    office.confirm(page)
    office.mail()

    assert office.seen(reference).mailed(len(office.case(reference).rounds)) == {"request": 172}
    assert len(office.caught(FRANCE, reference)) == 1
    assert office.caught("officer@secretariat.example", reference)


def test_an_objection_and_its_withdrawal_then_a_late_reply_and_an_expired_link(office: Office) -> None:
    reference = office.ready("Rivers")
    office.do(reference, "dispatch")
    office.mail()
    france, kenya, sweden = (office.link(to, reference) for to in (FRANCE, KENYA, SWEDEN))
    case, desk = f"/cases/{reference}", office.desk()

    # A Party objects; the officer and every Party learn of it.
    page = office.answer(france, "objection", reasons="The river is on the Montreux Record.")
    expect(page.locator("#receipt")).to_contain_text("The river is on the Montreux Record.")
    office.mail()
    office.go(desk, case)
    expect(desk.locator("section[aria-labelledby=objections]")).to_contain_text("Montreux Record")
    assert office.caught(SWEDEN, "objection")

    # The window closes, and the objection stands.
    office.at(office.case(reference).rounds[-1].closes_at)
    assert office.case(reference).state == "objection"

    # Kenya answers too late: it is told so before and after.
    page = office.window()
    office.go(page, kenya)
    expect(page.locator("h1, h2").filter(has_text="The period has closed")).to_be_visible()
    reply(page, "support")
    expect(page.locator("#receipt .tag.warn")).to_contain_text("Late")
    assert office.answers(reference)[-1] == ("party:KE", "support")
    office.go(office.desk(), case)
    expect(office.desk().locator(".legend")).to_contain_text("Answered too late 1")

    # Sweden's link has expired: it asks for a fresh one, which comes to the address on file.
    page, had = office.window(), len(office.caught(SWEDEN, reference))
    office.go(page, sweden)
    expect(page.locator("main")).to_contain_text("It closed")
    page.get_by_label("Send a link for the question as it stands now").check()
    page.get_by_role("button", name="Send me a fresh link").click()
    expect(page.locator("[role=status]")).to_contain_text("on its way to the address on file")
    office.mail()
    fresh = office.link(SWEDEN, reference)
    assert (fresh, len(office.caught(SWEDEN, reference))) == (sweden, had + 1)
    office.go(page, fresh)
    expect(page.locator("h1")).to_have_text("Rivers")

    # France withdraws in writing, by the link it has; nothing stands any more.
    page = office.window()
    office.go(page, france)
    page.locator("details:has(#agreed) > summary").click()
    page.check("#agreed")
    page.fill("#withdraw-name", SIGNATURE["name"])
    page.fill("#withdraw-title", SIGNATURE["title"])
    page.locator("form[action*='/withdraw'] button").click()
    expect(page.locator("[role=status]")).to_be_visible()
    assert (office.case(reference).state, office.case(reference).standing) == ("agreement", ())


def test_a_link_that_was_cut_short_says_what_to_do(office: Office) -> None:
    reference = office.asked("Cut short", ["SE"])
    page = office.window()
    with page.expect_response("**/r/*") as answered:
        office.go(page, office.link(SWEDEN, reference)[:-6])
    office.complaints.clear()  # the browser says that the page was not found, as it should

    assert answered.value.status == 404
    page.get_by_label("Address to which the Secretariat writes to you").fill(SWEDEN)
    page.get_by_role("button", name="Send me a fresh link").click()
    expect(page.locator("[role=status]")).to_be_visible()
    office.mail()

    office.answer(office.link(SWEDEN, reference), "consent")
    assert office.answers(reference) == [("party:SE", "consent")]


def test_of_two_officers_at_once_one_succeeds_and_the_other_is_told_who_did_what(office: Office) -> None:
    reference = office.asked("Two at once", ["FR", "KE"])
    first, second = office.desk(), office.colleague("nina")
    address = f"/cases/{reference}/do/withdraw"
    for page in (first, second):
        office.go(page, address)
        page.fill("#reason", "The partner has gone.")
        page.locator("button[name=look]").click()

    office.confirm(second)
    first.locator("button[name=confirm]").click()

    told = first.locator("#faults")
    expect(told).to_contain_text("The case has moved on since it was looked at")
    expect(told).to_contain_text("nina")
    office.complaints.clear()  # the browser says that there was a conflict, as there was
    assert office.case(reference).state == "withdrawn"


def test_a_party_answers_without_javascript_on_a_phone(office: Office) -> None:
    reference = office.asked("A plain browser", ["FR", "KE"])
    page = office.window(java_script_enabled=False, viewport=NARROW)
    office.go(page, office.link(KENYA, reference))

    reply(page, "consent_with_conditions", conditions="No logo on packages.")

    expect(page.locator("#receipt")).to_contain_text("No logo on packages.")
    expect(page.locator("#receipt")).to_contain_text("Claire Dupont, Head of the Authority")
    assert office.answers(reference) == [("party:KE", "consent_with_conditions")]


def test_an_officer_sends_a_question_without_javascript(office: Office) -> None:
    reference = office.asked("A plain desk", ["FR"])
    page = office.window(java_script_enabled=False)
    page.context.add_cookies(office.desk().context.cookies())
    office.go(page, f"/cases/{reference}")
    page.locator("a.button[href$='/do/hold']").click()
    page.fill("#reason", "The partner reconsiders.")
    page.locator("button[name=look]").click()
    page.locator("button[name=confirm]").click()

    expect(page.locator(".done")).to_be_visible()
    assert office.case(reference).is_held


def test_on_a_phone_of_360_pixels_a_party_reads_answers_and_changes_its_answer(office: Office) -> None:
    reference = office.asked("A phone", ["FR", "KE"])
    page = office.window(viewport=NARROW, has_touch=True, is_mobile=True)
    office.go(page, office.link(FRANCE, reference) + "?lang=en")
    assert wide(page) == 0

    reply(page, "refuse", reasons="The spring is sacred.")
    expect(page.locator("#receipt")).to_contain_text("The spring is sacred.")
    assert wide(page) == 0
    reply(page, "consent")
    expect(page.locator("#receipt")).to_contain_text("Consent")

    assert office.answers(reference) == [("party:FR", "refuse"), ("party:FR", "consent")]


def test_what_is_missing_is_said_at_the_top_and_nothing_typed_is_lost(office: Office) -> None:
    reference = office.asked("Something missing", ["FR", "KE"])
    page = office.window(java_script_enabled=False)
    office.go(page, office.link(KENYA, reference))

    reply(page, "refuse", text="See our letter of May.")

    expect(page.locator("#faults")).to_contain_text("Nothing was recorded yet")
    expect(page.locator("#text")).to_have_value("See our letter of May.")
    expect(page.locator("input[name=answer][value=refuse]")).to_be_checked()
    assert office.answers(reference) == []
    office.complaints.clear()


# ------------------------------------------------------------------------------------ keyboard only

#: The element that has the focus: what it is, where it stands among all that can have it, how it shows.
_FOCUSED = """() => {
  const one = document.activeElement;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    at: all.indexOf(one), of: all.length, tag: one.tagName, name: one.name || "", href: one.href || "",
    text: (one.innerText || one.value || "").trim().slice(0, 60),
    shows: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0,
  };
}"""


def walk(page: Page) -> list[dict[str, object]]:
    """Press Tab until the focus leaves the page; whatever had it, in order."""
    found: list[dict[str, object]] = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(600):
        page.keyboard.press("Tab")
        now = page.evaluate(_FOCUSED)
        if now["tag"] == "BODY" or (found and now["at"] == found[0]["at"]):
            return found
        found.append(now)
    raise AssertionError("the focus never leaves the page")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is looked for has the focus."""
    wanted = f"() => document.activeElement.matches({selector!r})"
    for _ in range(600):
        page.keyboard.press("Tab")
        if page.evaluate(wanted):
            return
    raise AssertionError(f"Tab never comes to {selector}")


def require_sensible(steps: list[dict[str, object]]) -> None:
    """Everything that has the focus shows it, once, in the order of the page."""
    order = [step["at"] for step in steps]
    assert order == sorted(set(order), key=int), steps  # type: ignore[arg-type]
    assert [step for step in steps if not step["shows"]] == []


def test_a_party_answers_with_the_keyboard_alone(office: Office) -> None:
    reference = office.asked("A keyboard", ["FR", "KE"])
    page = office.window()
    office.go(page, office.link(KENYA, reference))
    require_sensible(walk(page))

    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, "input[name=answer]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=name]")
    page.keyboard.type("Wanjiru Kamau")
    page.keyboard.press("Tab")
    page.keyboard.type("Director of Wetlands")
    tab_to(page, "form.answer button")
    page.keyboard.press("Enter")

    expect(page.locator("#receipt")).to_contain_text("Wanjiru Kamau, Director of Wetlands")
    assert office.answers(reference) == [("party:KE", "consent")]


def test_an_officer_goes_the_main_path_with_the_keyboard_alone(office: Office) -> None:
    reference = office.ready("A keyboard at the desk")
    page = office.desk()
    office.go(page, "/")
    require_sensible(walk(page))

    page.reload()
    tab_to(page, f"main a[href^='/cases/{reference}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{reference}**")
    if "/do/" not in page.url:
        require_sensible(walk(page))
        page.reload()
        tab_to(page, "a.button[href$='/do/dispatch']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/do/dispatch")
    require_sensible(walk(page))
    page.reload()
    tab_to(page, "button[name=confirm]")
    page.keyboard.press("Enter")

    expect(page.locator(".done")).to_be_visible()
    assert office.case(reference).rounds[-1].state == "notification"
