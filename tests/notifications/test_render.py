"""Values go into a letter as they are, or not at all."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from notifications import (
    LANGUAGES,
    REPLY_LINK,
    TemplateError,
    fill_link,
    placeholders,
    render,
    render_many,
    template_version,
    templates,
)
from notifications.library import FOLDER, environment, quoted
from tests.notifications import samples

HOSTILE = [
    {"name": "", "title": "", "party": ""},
    {"name": "<script>alert(1)</script>", "title": "A \"quoted\" & 'title'", "party": "Côte d'Ivoire"},
    {"name": "{{ case.title }}", "title": "{% if %}", "party": "{# }} #}"},
    {"name": "A\r\nBcc: all@example.org", "title": "line\n\n- forged item", "party": "P\u2028Q\x00"},
    {"name": "- a list", "title": "> a quotation", "party": REPLY_LINK},
    {"name": "السعودية", "title": "\ufdd0name\ufdd1", "party": "中国"},
    {"name": "x" * 5_000, "title": " \u00a0 ", "party": "  spaces   within  "},
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["notification", "receipt", "task"])
def test_writing_to_many_gives_what_writing_to_each_gives(template, language):
    values = samples.rich(template)

    together = render_many(template, language, values, HOSTILE)

    assert together == [render(template, language, values | {"to": reader}) for reader in HOSTILE]


READERS = st.fixed_dictionaries({key: st.text(max_size=40) for key in ("name", "title", "party")})


@given(st.lists(READERS, max_size=5))
def test_whoever_else_is_written_to_changes_nothing_in_a_letter(readers):
    values = samples.rich("notification")

    assert render_many("notification", "en", values, readers) == [
        render("notification", "en", values | {"to": reader}) for reader in readers
    ]


def test_the_text_is_what_the_template_says_with_its_values():
    """Compared with a plain rendering by Jinja2 itself, without slots, layouts or cleaning."""
    values = samples.rich("consent_request")
    plain = Environment(
        loader=FileSystemLoader([FOLDER / "en"]), trim_blocks=True, keep_trailing_newline=True
    )
    subject, _, body = plain.get_template("consent_request.txt").render(values).partition("\n\n")

    letter = render("consent_request", "en", values)

    assert letter.subject == subject
    assert letter.text.split() == [
        *["==", "Please", "answer", "above", "this", "line", "=="],
        "Secretariat",
        "of",
        "the",
        "Convention",
        "No.",
        "2024/3",
        "8",
        "January",
        "2024",
        *body.split(),
    ]


def test_no_value_becomes_markup():
    reader = {"name": "<b>x</b>", "title": '"><script>', "party": "&"}
    values = samples.rich("objection_received")
    values |= {"to": reader, "what": values["what"] | {"reasons": "<img src=x>\n\nhttps://evil.example"}}

    page = render("objection_received", "en", values).html

    assert [mark for mark in ("<b>", "<script", "<img", 'href="https://evil') if mark in page] == []
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_no_value_reaches_past_its_line():
    """A line break in a name would otherwise forge a paragraph in the Secretariat's voice."""
    values = samples.rich("task") | {"what": {"action": "Send\r\n\r\nBcc: x", "until": "a\nb", "why": ""}}

    letter = render("task", "en", values)

    assert letter.subject == "RAM-2024-001: Send Bcc: x – Évian Project"
    assert "- What to do: Send Bcc: x\n- By: a b\n" in letter.text


def test_the_words_of_others_are_shown_as_theirs():
    assert quoted("We object.\n\nOpen this page.") == "> We object.\n>\n> Open this page."
    letter = render("objection_received", "en", samples.rich("objection_received"))
    assert "Reasons given:\n> The site lies\n> in a protected area.\n" in letter.text
    assert ">The site lies<br>in a protected area.</blockquote>" in letter.html


@pytest.mark.parametrize("link", [REPLY_LINK, REPLY_LINK.replace("REPLY", "RE\x00PLY")])
def test_nobody_else_can_put_the_reply_link_into_a_letter(link):
    values = samples.rich("objection_received")
    values |= {
        "to": {"name": link, "title": "", "party": ""},
        "what": values["what"] | {"reasons": f"Click\n{link}"},
    }

    letter = render("objection_received", "en", values)

    assert REPLY_LINK not in letter.text + letter.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["receipt", "notification", "reminder"])
def test_the_title_of_the_page_in_a_letter_is_its_subject(template, language):
    letter = render(template, language, samples.rich(template))

    (title,) = re.findall(r"<title>(.*?)</title>", letter.html)
    assert html.unescape(title) == letter.subject


def test_the_true_link_is_put_in_at_sending():
    letter = render("consent_request", "en", samples.rich("consent_request"))

    sent = fill_link(letter, "https://assent.example/r/abc?x=1&y=2")

    assert (REPLY_LINK in sent.text, REPLY_LINK in sent.html) == (False, False)
    assert "\nhttps://assent.example/r/abc?x=1&y=2\n" in sent.text
    assert '<a href="https://assent.example/r/abc?x=1&amp;y=2"' in sent.html
    assert (sent.subject, sent.template, sent.version) == (letter.subject, letter.template, letter.version)


def test_the_representation_of_a_letter_keeps_the_link_to_itself():
    """A repr ends up in logs and error reports."""
    letter = fill_link(
        render("consent_request", "en", samples.rich("consent_request")), "https://a.example/secret"
    )

    assert "secret" not in repr(letter)


@pytest.mark.parametrize(
    ("template", "without", "told"),
    [
        (
            "consent_withheld",
            "what.reason",
            "Letter 'consent_withheld' (fr): the value what.reason is missing.",
        ),
        ("notification", "ask.link", "Letter 'notification' (fr): the value ask.link is missing."),
        ("notification", "office.name", "Letter 'notification' (fr): the value office.name is missing."),
        ("notification", "to.party", "Letter 'notification' (fr): the value to.party is missing."),
    ],
)
def test_a_missing_value_is_told_not_left_blank(template, without, told):
    group, name = without.split(".")
    values = samples.rich(template)
    values[group] = {key: value for key, value in values[group].items() if key != name}

    with pytest.raises(TemplateError) as refused:
        render(template, "fr", values)

    assert str(refused.value).startswith(told)


def test_a_value_missing_inside_a_list_is_told_too():
    values = samples.rich("no_objection") | {"what": {"counts": [{"label": "Support"}]}}

    with pytest.raises(TemplateError, match=r"Letter 'no_objection' \(es\): .*'count'"):
        render("no_objection", "es", values)


@pytest.mark.parametrize("value", [1.5, object(), b"bytes", {"deep": [object()]}, {1: "x"}, {"a"}])
def test_a_template_is_given_plain_values_only(value):
    values = samples.rich("signed") | {"what": {"signed_on": value}}

    with pytest.raises(TemplateError, match=r"Letter 'signed' \(en\): what\.signed_on"):
        render("signed", "en", values)


@pytest.mark.parametrize(
    "value",
    [None, "text", 3, True, date(2024, 1, 8), datetime(2024, 1, 8, tzinfo=UTC), [1, ("a",)], {"k": {}}],
)
def test_plain_values_are_accepted(value):
    values = samples.rich("signed") | {"unused": value}

    assert render("signed", "en", values) == render("signed", "en", samples.rich("signed"))


@pytest.mark.parametrize(
    "source", ["{{ 'a' * 10 }}", "{{ 2 ** 9 }}", "{{ what.__class__ }}", "{{ range(3) }}"]
)
def test_a_template_can_do_nothing_but_write(source):
    with pytest.raises(Exception, match=r"operator|undefined|unsafe"):
        environment("en").from_string(source).render(what={})


def test_an_unknown_letter_is_told_with_the_nearest_one():
    with pytest.raises(
        TemplateError, match=r"There is no letter 'notificaton' in 'en'\. Did you mean 'notification'\?"
    ):
        render("notificaton", "en", {})


def test_an_unknown_language_is_told_with_those_there_are():
    with pytest.raises(TemplateError, match=r"There are no letters in 'de'\. Use one of: en, fr, es\."):
        templates("de")


def test_the_placeholders_of_a_letter_are_known_before_it_is_written():
    assert placeholders("overdue", "en") == {
        *("case", "case.reference", "case.title", "case.partner"),
        *("what", "what.action", "what.was_due"),
        *("office", "office.name", "number", "dated"),
    }


def test_every_wording_has_its_own_version():
    versions = [
        template_version(template, language) for language in LANGUAGES for template in templates(language)
    ]

    assert len(set(versions)) == len(versions)
    assert {len(version) for version in versions} == {12}
