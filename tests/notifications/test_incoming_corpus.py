"""Every message of the corpus is read as its table says, and none that is damaged answers what it did not."""

import random
import string
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.incoming import Incoming, propose, read, read_answer
from notifications.incoming.message import own_text
from tests.notifications import corpus

ANSWERS = ("no_objection", "support", "objection", "question", "withdraw_objection")
SENT = corpus.sample()
MAILS = corpus.mails(SENT)
#: Without what is too large to be changed a hundred times, and the one whose hidden words a damage uncovers.
CHANGED = sorted(n for n, raw in MAILS.items() if len(raw) < 100_000 and n != "hidden-in-html")


def case_of(incoming: Incoming) -> str:
    """How the letter is known that a message is about."""
    if SENT.address.lower() in incoming.head.reached:
        return "token"
    if SENT.message_id in (*incoming.head.answers_to, *incoming.origin.message_ids):
        return "reference"
    return "token" if SENT.bounce_to in incoming.head.reached else ""


def told(incoming: Incoming) -> dict[str, object]:
    """What was made of a message, in the words of the table."""
    reading = propose(incoming, ANSWERS)
    found: dict[str, object] = {"verdict": incoming.verdict.kind, "case": case_of(incoming)}
    if reading.certainty != "none":
        found |= {"answer": reading.word, "certainty": reading.certainty}
    if reading.marks:
        found["marks"] = sorted({mark.kind for mark in reading.marks})
    if incoming.faults:
        found["faults"] = sorted({fault.kind for fault in incoming.faults})
    if incoming.failures:
        (failure,) = incoming.failures
        found |= {"cause": failure.cause, "hard": failure.is_hard}
    return found


def test_the_table_speaks_of_every_message_and_of_no_other():
    assert set(corpus.EXPECTED) == set(MAILS)
    assert len(MAILS) >= 80


@pytest.mark.parametrize("name", MAILS)
def test_a_message_is_read_as_the_table_says(name):
    assert told(read(MAILS[name], own_addresses={SENT.sender})) == corpus.EXPECTED[name]


@pytest.mark.parametrize("name", MAILS)
def test_a_verdict_shows_what_says_so(name):
    incoming = read(MAILS[name], own_addresses={SENT.sender})

    assert incoming.verdict.evidence
    assert all(evidence.words for evidence in incoming.verdict.evidence)


@pytest.mark.parametrize("name", MAILS)
def test_the_sentence_of_an_answer_stands_in_the_text_where_it_is_said_to(name):
    incoming = read(MAILS[name], own_addresses={SENT.sender})
    text = own_text(incoming.words)
    reading = read_answer(text, ANSWERS)

    assert " ".join(text[reading.start : reading.end].split()) == reading.sentence


# ------------------------------------------------------------------------------------- damaged


def flipped(raw: bytes, seed: int) -> bytes:
    """Up to a dozen bytes changed."""
    chance, damaged = random.Random(seed), bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        if damaged:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def mistyped(raw: bytes, seed: int) -> bytes:
    """A dozen letters changed into other letters: what is changed remains a word."""
    chance, damaged = random.Random(seed), bytearray(raw)
    places = [place for place, byte in enumerate(raw) if chr(byte) in string.ascii_lowercase]
    for place in chance.sample(places, min(12, len(places))):
        damaged[place] = ord(chance.choice(string.ascii_lowercase))
    return bytes(damaged)


def with_heads_doubled(raw: bytes, seed: int) -> bytes:
    head, gap, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"\r\n".join(lines) + gap + body


def without_lines(raw: bytes, seed: int) -> bytes:
    """Headers of the message and of its parts, and boundaries, left out; what somebody wrote stays whole."""
    chance, kept, is_head = random.Random(seed), [], True
    for line in raw.split(b"\r\n"):
        is_boundary = line.startswith((b"--=_", b"------=_part", b"--level"))
        if not (is_head or is_boundary) or chance.random() > 0.2:
            kept.append(line)
        is_head = is_boundary or (is_head and line != b"")
    return b"\r\n".join(kept)


def without_parts(raw: bytes, seed: int) -> bytes:
    message = message_from_bytes(raw, policy=policy.compat32)
    chance = random.Random(seed)
    for part in message.walk():
        payload = part.get_payload()
        if isinstance(payload, list) and payload:
            del payload[chance.randrange(len(payload))]
    try:
        return message.as_bytes()
    except (LookupError, UnicodeError, ValueError, TypeError, AttributeError):
        return raw  # so damaged that the standard library cannot write it


def cut_off(raw: bytes, seed: int) -> bytes:
    return raw[: random.Random(seed).randrange(len(raw) + 1)]


@settings(max_examples=600, deadline=None)
@given(
    name=st.sampled_from(CHANGED),
    change=st.sampled_from([flipped, mistyped, with_heads_doubled, without_lines, without_parts, cut_off]),
    seed=st.integers(0, 2**32),
)
def test_a_damaged_message_is_read_and_answers_nothing_that_the_whole_one_did_not(name, change, seed):
    whole = read(MAILS[name], own_addresses={SENT.sender})
    held = {read_answer(own_text(words), ANSWERS).word for words in (whole.words, whole.html_words) if words}
    damaged = read(change(MAILS[name], seed), own_addresses={SENT.sender})

    reading = propose(damaged, ANSWERS)

    assert reading.certainty != "clear" or reading.word in held
    assert damaged.verdict.kind in ("reply", "automatic", "bounce", "delay", "receipt", "unknown")
    assert not [fault for fault in damaged.faults if fault.kind == "unreadable" and "Error" in fault.words]


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=2000))
def test_any_bytes_are_read(raw):
    assert not [fault for fault in read(raw).faults if fault.kind == "unreadable" and "Error" in fault.words]
