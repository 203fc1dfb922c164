"""Sending: what each answer of a mail server means for the letter, for the recipient and for the queue.

Every test talks SMTP to a server of its own on loopback.
"""

import asyncio
import logging
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import trustme

from notifications import (
    Address,
    Courier,
    Delivered,
    Envelope,
    Halt,
    Letter,
    MailConfigError,
    MailSettings,
    Refused,
    Retry,
    Unknown,
    to_bytes,
)
from notifications.mail import Pace
from notifications.outcome import REMEDY, Stage, outcome_of
from tests.notifications.servers import CLOSE, HOST, SILENCE, mailbox, scripted

LINK = "https://assent.example/r/secret-token"
LETTER = Letter(
    subject="RAM-2024-001: l’accord préalable",
    text=f"Please reply.\n.\n..dots\n\n{LINK}\n",
    html=f'<html lang="en"><body><a href="{LINK}">Reply</a></body></html>\n',
    language="en",
    template="consent_request",
    version="0123456789ab",
)


def envelope(number: int, email: str | None = None) -> Envelope:
    return Envelope(
        letter=LETTER,
        to=Address("Office of Wetlands", email or f"p{number}@ministry.example"),
        sender=Address("Secretariat", "office@secretariat.example"),
        reply_to="case+1@secretariat.example",
        bounce_to=f"bounce+{number}@secretariat.example",
        message_id=f"<{number}.abc@secretariat.example>",
        date=datetime(2024, 1, 8, 9, tzinfo=UTC),
        key=number,
    )


LETTERS = [envelope(number) for number in range(1, 6)]


def settings(server, **changes) -> MailSettings:
    """One connection and little patience, so that the order of events is fixed and tests are quick."""
    common = {
        "host": HOST,
        "port": server.port,
        "tls": "none",
        "connections": 1,
        "timeout_s": 20,
        "hello": "us.test",
    }
    return MailSettings(**(common | changes))


async def delivered(courier: Courier, envelopes=LETTERS) -> tuple[Halt | None, dict[int, object]]:
    """What a round came to: the halt, if any, and the outcome of each letter by its key."""
    outcomes: dict[int, object] = {}

    def note(letter, outcome):
        assert letter.key not in outcomes, "an outcome is told once"
        outcomes[letter.key] = outcome

    return await courier.deliver(envelopes, note), outcomes


async def one_round(server, envelopes=LETTERS, **changes):
    courier = Courier(settings(server, **changes))
    try:
        return await delivered(courier, envelopes)
    finally:
        await courier.close()


def test_every_letter_arrives_once_as_it_was_written():
    async def scene():
        async with mailbox() as box:
            assert await one_round(box, connections=3) == (
                None,
                dict.fromkeys(range(1, 6), Delivered("kept")),
            )
            return sorted(box.messages)

    assert asyncio.run(scene()) == [
        (f"bounce+{n}@secretariat.example", f"p{n}@ministry.example", to_bytes(envelope(n)))
        for n in range(1, 6)
    ]


def test_nothing_to_send_opens_no_connection():
    async def scene():
        async with mailbox() as box:
            return await one_round(box, []), box.connections

    assert asyncio.run(scene()) == ((None, {}), 0)


def test_connections_are_kept_for_the_next_round():
    async def scene():
        async with mailbox() as box:
            courier = Courier(settings(box, connections=2))
            for _ in range(3):
                await delivered(courier)
            await courier.close()
            return box.connections, len(box.messages)

    assert asyncio.run(scene()) == (2, 15)


def test_a_courier_serves_one_event_loop_after_another():
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    courier = Courier(settings(SimpleNamespace(port=port)))

    async def scene():
        async with mailbox(port=port):
            return await delivered(courier)

    assert [asyncio.run(scene()), asyncio.run(scene())] == [
        (None, dict.fromkeys(range(1, 6), Delivered("kept")))
    ] * 2


def test_a_busy_mailbox_is_tried_again_and_then_reached():
    async def scene():
        async with mailbox(to_recipient={"p2@ministry.example": ["452 4.2.2 Mailbox full"]}) as box:
            courier = Courier(settings(box))
            first = await delivered(courier)
            second = await delivered(courier, [envelope(2)])
            await courier.close()
            return first, second, box.connections

    first, second, connections = asyncio.run(scene())

    told = dict.fromkeys(range(1, 6), Delivered("kept"))
    assert first == (None, told | {2: Retry("The mail server answered 452 4.2.2 Mailbox full", 452)})
    assert second == (None, {2: Delivered("kept")})
    assert connections == 1


def test_an_unknown_mailbox_is_refused_and_nobody_else_suffers():
    async def scene():
        async with mailbox(to_recipient={"p3@ministry.example": ["550 5.1.1 No such user"]}) as box:
            return await one_round(box), box.connections

    told = dict.fromkeys(range(1, 6), Delivered("kept"))
    refused = Refused("The mail server answered 550 5.1.1 No such user", 550)
    assert asyncio.run(scene()) == ((None, told | {3: refused}), 1)


def test_a_refused_login_stops_the_queue_and_marks_nobody():
    async def scene():
        async with mailbox(login=("assent", "right")) as box:
            return await one_round(box, username="assent", password="wrong", connections=3), box.messages

    (halt, outcomes), messages = asyncio.run(scene())

    assert (halt.remedy, outcomes, messages) == (REMEDY[Stage.LOGIN], {}, [])
    assert halt.reason == "The mail server answered 535 5.7.8 Authentication credentials invalid"


def test_the_right_login_is_let_in():
    async def scene():
        async with mailbox(login=("assent", "right")) as box:
            return await one_round(box, username="assent", password="right")

    assert asyncio.run(scene()) == (None, dict.fromkeys(range(1, 6), Delivered("kept")))


def test_a_server_without_login_is_a_fault_of_the_settings():
    async def scene():
        async with mailbox() as box:
            return await one_round(box, username="assent", password="right")

    halt, outcomes = asyncio.run(scene())

    assert (halt.remedy, outcomes) == (REMEDY[Stage.LOGIN], {})


def test_a_refused_sender_stops_the_queue_and_marks_nobody_more():
    async def scene():
        refusal = {"bounce+3@secretariat.example": "550 5.7.1 Sender not allowed"}
        async with mailbox(to_sender=refusal) as box:
            return await one_round(box)

    assert asyncio.run(scene()) == (
        Halt("The mail server answered 550 5.7.1 Sender not allowed", REMEDY[Stage.SENDER]),
        {1: Delivered("kept"), 2: Delivered("kept")},
    )


def test_a_server_that_will_not_relay_stops_the_queue():
    async def scene():
        async with mailbox(to_recipient={"p1@ministry.example": ["554 5.7.1 Relay access denied"]}) as box:
            return await one_round(box)

    halt = Halt("The mail server answered 554 5.7.1 Relay access denied", REMEDY[Stage.RECIPIENT])
    assert asyncio.run(scene()) == (halt, {})


def test_letters_under_way_are_finished_when_the_queue_stops():
    """Breaking off in the middle of a message would leave its fate unknown."""

    async def scene():
        refusal = {"bounce+1@secretariat.example": "550 5.7.1 Sender not allowed"}
        async with mailbox(to_sender=refusal) as box:
            halt, outcomes = await one_round(box, connections=2)
            return halt is not None, outcomes, [recipient for _, recipient, _ in box.messages]

    is_halted, outcomes, reached = asyncio.run(scene())

    assert is_halted
    assert reached == [f"p{key}@ministry.example" for key in outcomes]
    assert 1 not in outcomes


def test_a_refused_message_is_refused_for_good():
    async def scene():
        async with mailbox(to_message="554 5.6.0 Malformed") as box:
            return await one_round(box, LETTERS[:2])

    refused = Refused("The mail server answered 554 5.6.0 Malformed", 554)
    assert asyncio.run(scene()) == (None, {1: refused, 2: refused})


def test_a_message_refused_for_our_domain_stops_the_queue():
    async def scene():
        async with mailbox(to_message="550 5.7.26 Unauthenticated mail from your domain") as box:
            return await one_round(box)

    reason = "The mail server answered 550 5.7.26 Unauthenticated mail from your domain"
    assert asyncio.run(scene()) == (Halt(reason, REMEDY[Stage.CONTENT]), {})


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_message_is_tried_again(word):
    async def scene():
        async with scripted(lambda _, said: CLOSE if said == word else None) as script:
            return await one_round(script, LETTERS[:1])

    reason = "The connection to the mail server broke before the letter was handed over"
    assert asyncio.run(scene()) == (None, {1: Retry(reason)})


def test_a_connection_lost_after_the_message_leaves_its_fate_unknown():
    async def scene():
        async with scripted(lambda number, said: CLOSE if (number, said) == (1, ".") else None) as script:
            return await one_round(script, LETTERS[:2]), script.connections

    reason = (
        "The connection to the mail server broke after the letter was handed over: it may have been delivered"
    )
    assert asyncio.run(scene()) == ((None, {1: Unknown(reason), 2: Delivered("kept")}), 2)


def test_an_answer_nobody_can_read_after_the_message_leaves_its_fate_unknown():
    async def scene():
        async with scripted(lambda number, said: "what?" if (number, said) == (1, ".") else None) as script:
            return await one_round(script, LETTERS[:2])

    halt, outcomes = asyncio.run(scene())

    assert (halt, type(outcomes[1]), outcomes[2]) == (None, Unknown, Delivered("kept"))


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("greeting", Retry),
        ("MAIL", Retry),
        ("RCPT", Retry),
        ("DATA", Retry),
        (".", Unknown),
    ],
)
def test_a_server_that_never_answers_is_not_waited_for_forever(word, outcome):
    async def scene():
        async with scripted(lambda _, said: SILENCE if said == word else None) as script:
            return await one_round(script, LETTERS[:1], timeout_s=0.5)

    halt, outcomes = asyncio.run(scene())

    assert (halt, [type(each) for each in outcomes.values()]) == (None, [outcome])


def test_a_refusal_stands_even_if_the_server_falls_silent_after_it():
    def answer(_, said):
        return {"RCPT": "550 5.1.1 No such user", "RSET": SILENCE}.get(said)

    async def scene():
        async with scripted(answer) as script:
            return await one_round(script, LETTERS[:1], timeout_s=0.5)

    refused = Refused("The mail server answered 550 5.1.1 No such user", 550)
    assert asyncio.run(scene()) == (None, {1: refused})


@pytest.mark.parametrize("farewell", [CLOSE, "421 4.4.2 idle too long"])
def test_a_kept_connection_that_has_died_is_replaced_unnoticed(farewell):
    """Mail servers close idle connections; the first letter of the next round must not pay for it."""
    mails = []

    def answer(number, said):
        if number == 1 and said == "MAIL":
            mails.append(said)
            return farewell if len(mails) == 2 else None
        return None

    async def scene():
        async with scripted(answer) as script:
            courier = Courier(settings(script))
            rounds = [await delivered(courier, [each]) for each in LETTERS[:2]]
            await courier.close()
            return rounds, script.connections

    assert asyncio.run(scene()) == ([(None, {1: Delivered("kept")}), (None, {2: Delivered("kept")})], 2)


def test_a_server_too_busy_for_us_is_tried_again_later():
    async def scene():
        async with scripted(lambda _, said: "421 4.3.2 too busy" if said == "MAIL" else None) as script:
            return await one_round(script, LETTERS[:1])

    assert asyncio.run(scene()) == (None, {1: Retry("The mail server answered 421 4.3.2 too busy", 421)})


def test_a_server_that_takes_fewer_connections_than_we_like_still_gets_every_letter():
    async def scene():
        busy = "421 4.7.0 too many connections"
        async with scripted(
            lambda number, said: busy if number > 1 and said == "greeting" else None
        ) as script:
            return await one_round(script, connections=4)

    halt, outcomes = asyncio.run(scene())

    assert (halt, outcomes) == (None, dict.fromkeys(range(1, 6), Delivered("kept")))


def test_a_server_that_cannot_be_reached_makes_every_letter_wait():
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]

    halt, outcomes = asyncio.run(one_round(SimpleNamespace(port=port), connections=2))

    assert (halt, sorted(outcomes), {type(each) for each in outcomes.values()}) == (
        None,
        [1, 2, 3, 4, 5],
        {Retry},
    )
    assert f"The mail server {HOST}:{port} cannot be reached: " in outcomes[1].reason


def test_a_server_that_turns_this_machine_away_stops_the_queue():
    async def scene():
        turned_away = "554 5.7.1 your address is listed"
        async with scripted(lambda _, said: turned_away if said == "greeting" else None) as script:
            return await one_round(script)

    halt = Halt("The mail server answered 554 5.7.1 your address is listed", REMEDY[Stage.CONNECT])
    assert asyncio.run(scene()) == (halt, {})


def test_no_letter_goes_in_clear_where_encryption_was_asked_for():
    async def scene():
        async with mailbox() as box:
            return await one_round(box, tls="starttls"), box.messages

    (halt, outcomes), messages = asyncio.run(scene())

    assert (outcomes, messages) == ({}, [])
    assert f"{HOST}:" in halt.reason and "offers no encryption (STARTTLS)" in halt.reason


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def certificate(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_encrypted_letter_arrives(authority, ca_file, tls):
    async def scene():
        async with mailbox(context=certificate(authority, HOST), starttls=tls == "starttls") as box:
            return await one_round(box, tls=tls, ca_file=ca_file), box.connections

    assert asyncio.run(scene()) == ((None, dict.fromkeys(range(1, 6), Delivered("kept"))), 1)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["another name", "unknown authority"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(authority, ca_file, tls, fault):
    async def scene():
        context = certificate(authority, "other.example" if fault == "another name" else HOST)
        async with mailbox(context=context, starttls=tls == "starttls") as box:
            trusted = "" if fault == "unknown authority" else ca_file
            return await one_round(box, tls=tls, ca_file=trusted), box.messages

    (halt, outcomes), messages = asyncio.run(scene())

    assert (outcomes, messages) == ({}, [])
    assert "could not prove who it is" in halt.reason and "certificate" in halt.remedy


HOSTILE = {
    "line break in the name": {"to": Address("A\r\nBcc: x@x.example", "a@x.example")},
    "line break in the address": {"to": Address("", "a@x.example>\r\nRCPT TO:<b@x.example")},
    "two addresses": {"to": Address("", "a@x.example, b@x.example")},
    "address not ASCII": {"to": Address("", "a@ministère.example")},
    "line break in the subject": {"letter": replace(LETTER, subject="A\r\nBcc: x@x.example")},
    "line break in the bounce address": {"bounce_to": "b@x.example>\r\nDATA"},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_letter_that_could_harm_the_conversation_is_not_sent(change):
    async def scene():
        async with scripted(lambda *_: None) as script:
            return await one_round(script, [replace(envelope(1), **change), envelope(2)]), script.commands

    (halt, outcomes), commands = asyncio.run(scene())

    assert (halt, type(outcomes[1]), outcomes[2]) == (None, Refused, Delivered("kept"))
    assert outcomes[1].reason.startswith("The letter cannot be put into a message: ")
    assert [command for command in commands if command.startswith("RCPT")] == [
        "RCPT TO:<p2@ministry.example>"
    ]


def test_an_international_domain_is_reached_by_its_ascii_name():
    async def scene():
        to = Address.parse("Ministère", "contact@ministère.example")
        async with mailbox() as box:
            await one_round(box, [replace(envelope(1), to=to)])
            return [recipient for _, recipient, _ in box.messages]

    assert asyncio.run(scene()) == ["contact@xn--ministre-60a.example"]


def test_letters_leave_no_faster_than_allowed():
    pace = Pace(rate_per_minute=60)

    burst = [pace.turn(now=100.0) for _ in range(3)]
    after_a_rest = [pace.turn(now=500.0) for _ in range(2)]

    assert (burst, after_a_rest) == ([100.0, 101.0, 102.0], [500.0, 501.0])


def test_a_rate_delays_letters_and_loses_none():
    async def scene():
        async with mailbox() as box:
            return await one_round(box, rate_per_minute=6_000, connections=3)

    assert asyncio.run(scene()) == (None, dict.fromkeys(range(1, 6), Delivered("kept")))


def test_a_failure_to_note_an_outcome_stops_the_round_and_is_told():
    async def scene():
        async with mailbox() as box:
            courier = Courier(settings(box))

            def note(letter, outcome):
                raise RuntimeError("the database is away")

            with pytest.raises(RuntimeError, match="the database is away"):
                await courier.deliver(LETTERS, note)
            await courier.close()
            return len(box.messages)

    assert asyncio.run(scene()) == 1


def test_neither_password_nor_reply_link_is_ever_told(caplog):
    password = "pass-word-42"
    caplog.set_level(logging.DEBUG)

    def answer(_, said):
        """A server that repeats what it was told."""
        return {
            "EHLO": "250-mail.test\r\n250 AUTH PLAIN",
            "AUTH": f"535 5.7.8 {password} is wrong",
            ".": "554 5.6.0 no",
        }.get(said)

    async def scene():
        async with scripted(answer) as script:
            login = await one_round(script, username="assent", password=password)
            return login, await one_round(script)

    told = [asyncio.run(scene()), settings_shown(password), envelope(1), caplog.text]

    assert [secret for secret in (password, "secret-token") if secret in repr(told)] == []


def settings_shown(password: str) -> str:
    return repr(MailSettings(host="mail.example", port=587, username="assent", password=password))


ANSWERS = [
    (Stage.CONNECT, 421, "4.3.2 try later", Retry),
    (Stage.LOGIN, 454, "4.7.0 Temporary authentication failure", Retry),
    (Stage.LOGIN, 535, "5.7.8 bad", Halt),
    (Stage.SENDER, 451, "4.7.1 greylisted", Retry),
    (Stage.SENDER, 550, "5.1.8 bad domain", Halt),
    (Stage.SENDER, 552, "5.3.4 message too big", Refused),
    (Stage.RECIPIENT, 450, "4.2.0 greylisted", Retry),
    (Stage.RECIPIENT, 550, "5.1.1 unknown", Refused),
    (Stage.RECIPIENT, 550, "5.7.1 not accepting mail from outside", Refused),
    (Stage.RECIPIENT, 530, "5.7.0 Authentication required", Halt),
    (Stage.RECIPIENT, 553, "5.7.1 <a@x.example>: Sender address rejected: not owned by user", Halt),
    (Stage.RECIPIENT, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Halt),
    (Stage.RECIPIENT, 554, "5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", Halt),
    (Stage.RECIPIENT, 550, "5.7.606 Access denied, banned sending IP [192.0.2.1]", Halt),
    (
        Stage.CONTENT,
        550,
        "5.7.1 Our system finds that this IP has a very low reputation: bad reputation",
        Halt,
    ),
    (Stage.RECIPIENT, 550, "5.4.5 Daily user sending quota exceeded.", Halt),
    (Stage.CONTENT, 554, "5.7.0 You have exceeded your hourly sending limit", Halt),
    (Stage.CONTENT, 554, "5.7.0 too many messages from this account", Halt),
    (Stage.RECIPIENT, 451, "4.7.0 Daily sending limit reached", Retry),
    (Stage.RECIPIENT, 552, "5.2.2 Mailbox over its quota limit", Refused),
    (Stage.RECIPIENT, 550, "5.2.2 The recipient's daily message limit is reached", Refused),
    (Stage.CONTENT, 552, "5.3.4 Message size limit exceeded", Refused),
    (Stage.RECIPIENT, 550, "5.1.1 This mailbox is blocked", Refused),
    (Stage.DATA, 451, "4.3.0 later", Retry),
    (Stage.CONTENT, 451, "4.3.0 later", Retry),
    (Stage.CONTENT, 554, "5.7.1 rejected as spam", Refused),
    (Stage.CONTENT, 550, "5.7.23 SPF failed", Halt),
    (Stage.CONTENT, 550, "5.7.60 not permitted to send as this sender", Halt),
    (Stage.CONTENT, 399, "", Unknown),
    (Stage.RECIPIENT, 252, "maybe", Retry),
]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "stands on a block list"),
        ("5.4.5 Daily user sending quota exceeded.", "mail.rate_per_minute"),
        ("5.7.1 <a@x.example>: Relay access denied", "to relay mail for this account"),
    ],
)
def test_what_stops_the_queue_says_what_to_do_about_it(words, remedy):
    found = outcome_of(Stage.RECIPIENT, 550, words)

    assert isinstance(found, Halt) and remedy in found.remedy and words in found.reason


@pytest.mark.parametrize(("stage", "code", "words", "meaning"), ANSWERS)
def test_each_answer_of_a_mail_server_has_one_meaning(stage, code, words, meaning):
    assert type(outcome_of(stage, code, words)) is meaning


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_clear_text_is_allowed_on_this_machine(host):
    assert MailSettings(host=host, port=25, tls="none").tls_context() is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tls": "none"}, "mail.tls: 'none' would send letters and password in clear to mail.example."),
        ({"tls": "ssl"}, "mail.tls: 'ssl' is unknown. Use starttls, tls or none."),
        ({"host": ""}, "mail.host: no usable host name."),
        ({"host": "a\r\nb"}, "mail.host: no usable host name."),
        ({"port": 0}, "mail.port: 0 is no port."),
        ({"password": "x"}, "mail.username: a password but no user name."),
        ({"connections": 0}, "mail.connections: 0 cannot send."),
        ({"timeout_s": 0}, "mail.timeout_s: 0 s is no time."),
        ({"rate_per_minute": -1}, "mail.rate_per_minute: below 0."),
        ({"hello": "a b"}, "mail.hello: no host name."),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_remedy(change, told):
    with pytest.raises(MailConfigError) as refused:
        MailSettings(**({"host": "mail.example", "port": 587} | change))

    assert str(refused.value).startswith(told)


def test_a_missing_file_of_certificates_is_told_at_the_start(tmp_path):
    with pytest.raises(
        MailConfigError, match=r"mail\.ca_file: .*missing\.pem cannot be read as certificates"
    ):
        Courier(MailSettings(host="mail.example", port=587, ca_file=str(tmp_path / "missing.pem")))
