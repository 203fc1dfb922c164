"""A mail server that takes several commands together (RFC 2920) changes the pace and nothing else."""

import asyncio
from collections.abc import Callable

import pytest

from notifications import Delivered, Halt, Refused, Retry, Unknown
from notifications.outcome import REMEDY, Stage
from tests.notifications.servers import CLOSE, SILENCE, mailbox, scripted
from tests.notifications.test_mail import LETTERS, Courier, delivered, one_round, settings

TWO = LETTERS[:2]
TOGETHER = "250-mail.test\r\n250-SIZE 100000\r\n250 PIPELINING"
ONE_BY_ONE = "250-mail.test\r\n250 SIZE 100000"

GONE = "The connection to the mail server broke before the letter was handed over"
IN_DOUBT = (
    "The connection to the mail server broke after the letter was handed over: it may have been delivered"
)
KEPT = Delivered("kept")
NO_USER = Refused("The mail server answered 550 5.1.1 No such user", 550)
NOT_NOW = "451 4.7.1 greylisted"


def said(words: str) -> str:
    return f"The mail server answered {words}"


#: What the server says to the first letter that comes so far, where it is not what a good server says.
SCENES = {
    "all is well": ({}, None, {1: KEPT, 2: KEPT}),
    "the sender is refused": (
        {"MAIL": "550 5.7.1 Sender not allowed", "RCPT": "503 first MAIL", "DATA": "503 first RCPT"},
        Halt(said("550 5.7.1 Sender not allowed"), REMEDY[Stage.SENDER]),
        {},
    ),
    "the sender is put off": (
        {"MAIL": NOT_NOW, "RCPT": "503 first MAIL", "DATA": "503 first RCPT"},
        None,
        {1: Retry(said(NOT_NOW), 451), 2: KEPT},
    ),
    "the sender is put off and the recipient taken all the same": (
        {"MAIL": NOT_NOW},
        None,
        {1: Retry(said(NOT_NOW), 451), 2: KEPT},
    ),
    "the letter is too large": (
        {"MAIL": "552 5.3.4 too big", "RCPT": "503 first MAIL"},
        None,
        {1: Refused(said("552 5.3.4 too big"), 552), 2: KEPT},
    ),
    "the recipient is refused": (
        {"RCPT": "550 5.1.1 No such user", "DATA": "554 no valid recipients"},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "the recipient is refused and a message asked for": (
        {"RCPT": "550 5.1.1 No such user", ".": "554 no valid recipients"},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "the recipient is refused and an empty message taken": (
        {"RCPT": "550 5.1.1 No such user"},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "relaying is refused": (
        {"RCPT": "554 5.7.1 Relay access denied", "DATA": "503 no"},
        Halt(said("554 5.7.1 Relay access denied"), REMEDY[Stage.RECIPIENT]),
        {},
    ),
    "the recipient may be right": ({"RCPT": "252 maybe"}, None, {1: Retry(said("252 maybe"), 252), 2: KEPT}),
    "the message is not wanted yet": (
        {"DATA": "451 4.3.0 later"},
        None,
        {1: Retry(said("451 4.3.0 later"), 451), 2: KEPT},
    ),
    "the message is refused": (
        {".": "554 5.6.0 Malformed"},
        None,
        {1: Refused(said("554 5.6.0 Malformed"), 554), 2: KEPT},
    ),
    "busy at the recipient": (
        {"RCPT": "421 4.3.2 busy", "DATA": CLOSE},
        None,
        {1: Retry(said("421 4.3.2 busy"), 421), 2: KEPT},
    ),
    "busy after the recipient was refused": (
        {"RCPT": "550 5.1.1 No such user", "DATA": "421 4.3.2 busy"},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "gone at the sender": ({"MAIL": CLOSE}, None, {1: Retry(GONE), 2: KEPT}),
    "gone at the recipient": ({"RCPT": CLOSE}, None, {1: Retry(GONE), 2: KEPT}),
    "gone instead of the message": ({"DATA": CLOSE}, None, {1: Retry(GONE), 2: KEPT}),
    "gone after the message": ({".": CLOSE}, None, {1: Unknown(IN_DOUBT), 2: KEPT}),
    "gone after the recipient was refused": (
        {"RCPT": "550 5.1.1 No such user", "DATA": CLOSE},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "gone after the empty message": (
        {"RCPT": "550 5.1.1 No such user", ".": CLOSE},
        None,
        {1: NO_USER, 2: KEPT},
    ),
    "unreadable at the recipient": (
        {"RCPT": "what?"},
        None,
        {1: Retry(said("-1 Malformed SMTP response line: what?"), -1), 2: KEPT},
    ),
    "unreadable after the message": (
        {".": "what?"},
        None,
        {1: Unknown(said("-1 Malformed SMTP response line: what?")), 2: KEPT},
    ),
    "no end of an answer": (
        {"RCPT": "250-" + "x" * 40_000},
        None,
        {1: Retry(said("-1 Response too long"), -1), 2: KEPT},
    ),
    "a reason in several lines": (
        {"RCPT": "550-5.1.1 No such\r\n550 user", "DATA": "503 no"},
        None,
        {1: NO_USER, 2: KEPT},
    ),
}


def misbehaving_once(greeting: str, words: dict[str, str]) -> Callable[[int, str], str | None]:
    """Answers of a server that says `words` about the first letter, and all that is good about the others."""
    mails: list[int] = []

    def answer(number: int, word: str) -> str | None:
        if word == "EHLO":
            return greeting
        mails.extend([number] if word == "MAIL" else [])
        return words.get(word) if len(mails) == 1 else None

    return answer


@pytest.mark.parametrize("greeting", [ONE_BY_ONE, TOGETHER], ids=["one by one", "together"])
@pytest.mark.parametrize(("words", "halt", "outcomes"), SCENES.values(), ids=SCENES.keys())
def test_an_answer_means_the_same_whether_commands_come_one_by_one_or_together(
    greeting, words, halt, outcomes
):
    async def scene():
        async with scripted(misbehaving_once(greeting, words)) as script:
            return await one_round(script, TWO)

    assert asyncio.run(scene()) == (halt, outcomes)


@pytest.mark.parametrize(
    ("word", "before", "outcome"),
    [
        ("MAIL", {}, Retry),
        ("RCPT", {}, Retry),
        ("DATA", {}, Retry),
        (".", {}, Unknown),
        ("DATA", {"RCPT": "550 5.1.1 No such user"}, Refused),
        (".", {"RCPT": "550 5.1.1 No such user"}, Refused),
        ("RSET", {"RCPT": "550 5.1.1 No such user"}, Refused),
    ],
)
def test_a_server_that_falls_silent_is_judged_by_what_it_has_said(word, before, outcome):
    async def scene():
        words = before | {word: SILENCE}
        async with scripted(misbehaving_once(TOGETHER, words)) as script:
            return await one_round(script, LETTERS[:1], timeout_s=0.5)

    halt, outcomes = asyncio.run(scene())

    assert (halt, [type(each) for each in outcomes.values()]) == (None, [outcome])


def test_sender_recipient_and_data_are_written_before_any_of_them_is_answered():
    at_last = {"EHLO": TOGETHER, "MAIL": SILENCE, "RCPT": SILENCE, "DATA": "250 ok\r\n250 ok\r\n354 go on"}

    async def scene():
        async with scripted(lambda _, word: at_last.get(word)) as script:
            return await one_round(script), script.connections

    assert asyncio.run(scene()) == ((None, dict.fromkeys(range(1, 6), KEPT)), 1)


def test_a_server_that_does_not_offer_it_is_never_written_to_ahead():
    """Some servers throw away what comes before they have answered."""

    async def scene():
        async with scripted(misbehaving_once(ONE_BY_ONE, {"RCPT": "550 5.1.1 No such user"})) as script:
            await one_round(script, LETTERS[:1])
            return [command.split()[0] for command in script.commands]

    assert asyncio.run(scene()) == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]


def test_a_message_asked_for_after_a_refusal_is_an_empty_one():
    async def scene():
        async with scripted(misbehaving_once(TOGETHER, {"RCPT": "550 5.1.1 No such user"})) as script:
            await one_round(script, LETTERS[:1])
            return [command.split()[0] for command in script.commands], script.messages

    assert asyncio.run(scene()) == (["EHLO", "MAIL", "RCPT", "DATA", ".", "RSET", "QUIT"], [b""])


@pytest.mark.parametrize("words", [{"MAIL": NOT_NOW}, {"RCPT": "252 maybe"}])
def test_no_empty_message_goes_to_a_recipient_who_was_not_refused(words):
    async def scene():
        async with scripted(misbehaving_once(TOGETHER, words)) as script:
            await one_round(script, LETTERS[:1])
            return script.messages

    assert asyncio.run(scene()) == []


@pytest.mark.parametrize("farewell", [CLOSE, "421 4.4.2 idle too long"])
def test_a_kept_connection_that_has_died_is_replaced_unnoticed(farewell):
    mails = []

    def answer(number, word):
        if number == 1 and word == "MAIL":
            mails.append(word)
            return farewell if len(mails) == 2 else None
        return TOGETHER if word == "EHLO" else None

    async def scene():
        async with scripted(answer) as script:
            courier = Courier(settings(script))
            rounds = [await delivered(courier, [each]) for each in TWO]
            await courier.close()
            return rounds, script.connections

    assert asyncio.run(scene()) == ([(None, {1: KEPT}), (None, {2: KEPT})], 2)


@pytest.mark.parametrize("greeting", [ONE_BY_ONE, TOGETHER])
def test_a_server_that_speaks_unasked_is_not_misunderstood_at_the_next_letter(greeting):
    words = {".": "250 kept\r\n421 4.3.2 shutting down"}

    async def scene():
        async with scripted(misbehaving_once(greeting, words)) as script:
            return await one_round(script, TWO), script.connections

    assert asyncio.run(scene()) == ((None, {1: KEPT, 2: KEPT}), 2)


def test_a_good_server_gets_the_same_letters_from_it():
    async def scene():
        async with mailbox() as box:
            await one_round(box, TWO)
            kept = [message for _, _, message in box.messages]
        async with scripted(misbehaving_once(TOGETHER, {})) as script:
            await one_round(script, TWO)
            return kept == script.messages

    assert asyncio.run(scene())
