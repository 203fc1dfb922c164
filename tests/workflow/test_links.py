"""What leads back to us: it can be made again by whoever has the secret, and forged by nobody else."""

import re

import pytest

from workflow import links

SECRET = b"a secret that only tests know, forty characters"
ONE = {"case_id": 1, "round_no": 2, "member": "FR", "contact_id": 5}
OTHERS = [
    {"case_id": 12},
    {"case_id": 2, "round_no": 1},
    {"round_no": 1},
    {"member": "CH"},
    {"contact_id": 6},
    {"contact_id": None},
    # The same digits, otherwise divided.
    {"case_id": 1, "round_no": 22},
    {"case_id": 122, "round_no": 2},
]


def test_each_contact_has_a_token_of_its_own_in_each_round():
    tokens = [links.token_for(SECRET, **ONE | other) for other in ({}, *OTHERS)]

    assert len(set(tokens)) == len(tokens) == 9


def test_a_token_is_the_same_whenever_it_is_made_and_another_one_with_another_secret():
    assert links.token_for(SECRET, **ONE) == links.token_for(SECRET, **ONE)
    assert links.token_for(SECRET, **ONE) != links.token_for(SECRET + b"!", **ONE)


def test_a_token_fits_into_a_link_and_cannot_be_guessed():
    token = links.token_for(SECRET, **ONE)

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert links.reply_link("https://assent.example", token) == f"https://assent.example/r/{token}"


def test_a_revoked_token_gives_way_to_the_next_until_there_are_too_many():
    tokens = [links.token_for(SECRET, **ONE, number=number) for number in range(links.LINKS_MAX)]
    hashes = [links.token_hash(token) for token in tokens]
    in_use = [links.token_in_use(SECRET, set(hashes[:revoked]), **ONE) for revoked in (0, 1, links.LINKS_MAX)]

    assert len(set(tokens)) == links.LINKS_MAX
    assert in_use == [tokens[0], tokens[1], tokens[-1]]


def test_the_token_behind_a_hash_is_found_for_its_own_contact_only():
    token = links.token_for(SECRET, **ONE, number=3)
    kept = links.token_hash(token)

    assert links.token_behind(SECRET, kept, **ONE) == token
    assert [links.token_behind(SECRET, kept, **ONE | other) for other in OTHERS] == [None] * len(OTHERS)
    assert links.token_behind(SECRET + b"!", kept, **ONE) is None


def test_the_database_keeps_what_recognises_a_token_and_does_not_tell_it():
    assert links.token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_bounce_tells_which_letter_came_back():
    address = links.bounce_address(SECRET, 123456789, "b.example")

    assert links.letter_of_bounce(SECRET, address) == 123456789
    # Mail servers may change the case of an address.
    assert links.letter_of_bounce(SECRET, address.upper()) == 123456789
    assert len(address.partition("@")[0]) <= 64


SEALED = links.bounce_address(SECRET, 1, "b.example")


@pytest.mark.parametrize(
    "address",
    [
        SEALED.replace("bounce+1-", "bounce+2-"),
        SEALED.replace("bounce+1-", "bounce+01x-"),
        "bounce+1-0000000000000000@b.example",
        "bounce+1@b.example",
        "x" + SEALED,
        "",
    ],
)
def test_nobody_can_make_up_the_bounce_of_a_letter(address):
    assert links.letter_of_bounce(SECRET, address) is None


def test_the_address_of_a_case_names_it():
    assert links.case_address("RAM-2024-001", "cases.example") == "case+RAM-2024-001@cases.example"


ANSWER = links.answer_address(SECRET, "RAM-2024-001", 17, "cases.example")


def test_an_answer_tells_which_letter_of_which_case_it_answers():
    assert links.letter_of_answer(SECRET, ANSWER) == 17
    assert links.letter_of_answer(SECRET, ANSWER.lower()) == 17
    assert links.reference_in(ANSWER.lower()) == "RAM-2024-001"
    assert links.reference_in("case+RAM-2024-001@cases.example") == "RAM-2024-001"
    assert links.reference_in("office@cases.example") == ""
    assert len(ANSWER.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "address",
    [
        ANSWER.replace(".17-", ".18-"),
        "case+RAM-2024-001@cases.example",
        "case+RAM-2024-001.17-0000000000000000@cases.example",
        links.bounce_address(SECRET, 17, "cases.example"),
    ],
)
def test_nobody_can_make_up_the_address_of_a_letter_they_never_saw(address):
    assert links.letter_of_answer(SECRET, address) is None


def test_the_mark_in_a_subject_tells_the_letter_wherever_it_stands():
    mark = links.subject_mark(SECRET, 17)

    assert links.letter_of_subject(SECRET, f"Re: FW: Notification {mark} (2)") == 17
    assert links.letter_of_subject(SECRET, mark.replace("[17-", "[18-")) is None
    assert links.letter_of_subject(SECRET, "Notification [17-00000000]") is None
    assert links.letter_of_subject(SECRET, "Notification") is None
