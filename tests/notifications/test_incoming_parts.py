"""Heads, quotations, attachments and returned letters, one by one."""

from datetime import UTC, datetime

import pytest

from notifications import render
from notifications.incoming import Limits, read, whose_words
from notifications.incoming.attachments import media_type
from notifications.incoming.failures import causes
from tests.notifications import corpus, samples
from tests.notifications.corpus.broken import bomb, nested, with_file, zipped
from tests.notifications.corpus.letter import mail, part, quoted
from tests.notifications.corpus.machines import report
from tests.notifications.corpus.people import EN
from tests.notifications.corpus.programs import plain

SENT = corpus.sample()


def test_the_head_says_who_wrote_when_to_whom_and_in_answer_to_what():
    head = read(plain(SENT, EN)).head

    assert (head.sender.name, head.sender.email) == ("Office of Wetlands", "office@ministry.example")
    assert head.date == datetime(2024, 1, 9, 14, 4, 5, tzinfo=UTC)
    assert head.message_id == "<answer-1@ministry.example>"
    assert head.answers_to == ("<17.abc@secretariat.example>",)
    assert head.reached == ("case+ram-2024-001.17-0123456789abcdef@secretariat.example",)
    (said,) = head.authentication
    assert (said.server, said.results) == ("mx.secretariat.example", (("dkim", "pass"), ("spf", "pass")))
    assert said.domains == ("ministry.example",)


def test_addresses_of_the_envelope_come_before_those_of_the_head():
    head = read(plain(SENT, EN, To="list@elsewhere.example"), recipients=["Case+X@secretariat.example"]).head

    assert head.reached == ("case+x@secretariat.example", "list@elsewhere.example")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Tue, 9 Jan 2024 15:04:05 +0100 (CET)", datetime(2024, 1, 9, 14, 4, 5, tzinfo=UTC)),
        ("9 Jan 2024 15:04", datetime(2024, 1, 9, 15, 4, tzinfo=UTC)),
        ("Tue, 9 Jan 2024 15:04:05 GMT", datetime(2024, 1, 9, 15, 4, 5, tzinfo=UTC)),
        ("Mardi, 9 Jan 2024 15:04:05 +0100 heure", datetime(2024, 1, 9, 14, 4, 5, tzinfo=UTC)),
        ("soon", None),
        ("Tue, 32 Foo 99999 25:61:61 +9999", None),
    ],
)
def test_a_date_is_read_as_it_claims_or_not_at_all(written, read_as):
    assert read(plain(SENT, EN, Date=written)).head.date == read_as


def test_a_second_sender_is_told_because_one_of_them_is_forged():
    forged = read(corpus.MAKERS["two-senders"](SENT))

    assert forged.is_doubtful_sender
    assert not read(plain(SENT, EN)).is_doubtful_sender


# ------------------------------------------------------------------------------------- quotation


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_our_line_above_a_letter_is_where_an_answer_ends(language):
    letter = render("consent_request", language, samples.rich("consent_request"))
    words = whose_words(f"We agree.\n\n{letter.text}")

    assert words.above == "We agree."
    assert words.sign == "our line 'Please answer above this line'"


def test_our_letter_is_known_by_its_wording_where_its_signs_are_lost():
    body = SENT.text.partition("CONCERNING")[2]

    assert whose_words(f"We agree.\n\n{body}").above.startswith("We agree.")
    assert "objection needs no particular form" not in whose_words(f"We agree.\n\n{body}").above


def test_words_are_told_apart_by_where_they_stand():
    words = whose_words(
        "Above.\n\nOn Monday, the Secretariat wrote:\n> one\nBetween.\n> two\n\nBelow.\n-- \nA. Lund"
    )

    assert (words.above, words.between, words.below) == ("Above.", ("Between.",), "Below.")
    assert "one" in words.quoted and "two" in words.quoted


def test_a_list_item_torn_out_of_a_quotation_is_no_answer():
    words = whose_words("> - Support\n- No objection\n> - Objection\n")

    assert words.between == ()


def test_where_quoted_lines_have_no_sign_nothing_below_counts():
    text = (
        "Thanks.\n\nFrom: Secretariat\nSent: Monday\nTo: Office\nSubject: Notification\n\nText\n\nWe object."
    )

    assert whose_words(text).above == "Thanks."
    assert whose_words(text).below == ""


def test_a_long_letter_of_theirs_with_our_formulas_of_courtesy_is_their_own():
    text = (
        "The Ministry presents compliments to the Secretariat and has the honour to inform it of its aim."
        " The Ministry avails itself of this opportunity to renew to it the assurances of its highest"
        " consideration."
    )

    assert whose_words(text).above == text


# ----------------------------------------------------------------------------------- attachments


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"MZ\x90", "application/x-msdownload"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
        (b"<html><body>", "text/html"),
        (b"<?xml version='1.0'?><note/>", "text/xml"),
        ("Réponse".encode(), "text/plain"),
        (bytes(40), "application/octet-stream"),
        (zipped(("a.txt", b"")), "application/zip"),
        (
            zipped(("word/document.xml", b""), ("word/vbaProject.bin", b"")),
            "application/vnd.ms-word.document.macroEnabled.12",
        ),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says_and_not_its_name(content, kind):
    assert media_type(content) == kind


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (zipped(("map.txt", b"here")), ""),
        (bomb(), "an archive that unpacks to more than 200 MB"),
        (nested(6), "archives within archives, more than 2 levels"),
        (zipped(*((f"{n}.txt", b"") for n in range(1001))), "an archive of 1001 files, more than 1000"),
        (b"PK\x03\x04" + bytes(30), "a damaged archive"),
        (b"MZ" + bytes(30), "it is of a kind that can run (application/x-msdownload)"),
    ],
    ids=["harmless", "bomb", "nested", "many", "damaged", "program"],
)
def test_what_is_made_to_hurt_is_told_and_never_unpacked(content, warning):
    (found,) = read(with_file(SENT, "maps.zip", content)).attachments

    assert found.warning == warning


def test_the_name_of_a_file_is_a_label_alone():
    (found,) = read(with_file(SENT, "../../etc/passwd", b"%PDF-1.7", "application/pdf")).attachments

    assert (found.label, found.media_type) == ("../../etc/passwd", "application/pdf")


def test_html_is_shown_without_what_loads_or_runs():
    shown = read(corpus.MAKERS["script-in-html"](SENT)).html

    assert shown == "<p>We object.</p><a>here</a>"


def test_only_so_much_of_a_message_is_read_and_the_rest_is_told():
    incoming = read(plain(SENT, EN + "\n" + "x" * 5000), limits=Limits(size_max_bytes=2000))

    assert [fault.kind for fault in incoming.faults] == ["too_large"]
    assert incoming.words.above.startswith("Dear colleagues")


# ------------------------------------------------------------------------------------ came back


@pytest.mark.parametrize(
    ("status", "said", "cause", "is_hard"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "no_mailbox", True),
        ("5.1.2", "550 Host unknown", "no_domain", True),
        ("5.2.1", "550 mailbox disabled", "disabled", True),
        ("5.2.2", "552 over quota", "full", False),
        ("5.3.4", "552 message too big", "too_large", True),
        ("4.4.7", "delivery time expired", "unreachable", False),
        ("5.4.6", "too many hops", "loop", True),
        ("5.7.1", "554 5.7.1 blocked using zen.spamhaus.org", "blocked", False),
        ("5.7.1", "550 5.7.1 message refused by policy", "refused", True),
        ("5.0.0", "550 5.1.1 no such user here", "no_mailbox", True),
        ("5.0.0", "554 something", "other", True),
        ("", "451 try again later", "other", False),
        ("nonsense", "550 unknown user", "no_mailbox", True),
    ],
)
def test_why_a_letter_came_back_is_told_from_its_code_and_where_that_is_vague_from_its_words(
    status, said, cause, is_hard
):
    (failure,) = read(report(SENT, "it came back", status=status, diagnostic=said)).failures

    assert (failure.cause, failure.is_hard) == (cause, is_hard)
    assert failure.words.startswith(causes()[cause].words)


def test_a_report_about_several_recipients_tells_of_each():
    two = "\r\nFinal-Recipient: rfc822; second@ministry.example\r\nAction: failed\r\nStatus: 5.2.2\r\n"
    incoming = read(report(SENT, "both came back", more=two))

    assert {(f.recipient, f.cause) for f in incoming.failures} == {
        ("office@ministry.example", "no_mailbox"),
        ("second@ministry.example", "full"),
    }


def test_a_bounce_that_a_person_forwards_is_a_mail_of_that_person():
    text = f"This came back, please check.\n\n{quoted('Undelivered Mail Returned to Sender: User unknown')}"

    assert read(plain(SENT, text)).verdict.kind == "reply"


def test_a_mail_with_nothing_but_a_head_is_unknown():
    incoming = read(mail([("From", "a@b.example"), ("Subject", "x")], part("text/plain", "")))

    assert incoming.verdict.kind == "unknown"
