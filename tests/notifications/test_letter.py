"""Addresses: what is accepted, what is refused, and in which words."""

import pytest

from notifications import Address, AddressError

VALID = [
    ("office@ministry.example", "office@ministry.example"),
    (" \u200boffice@ministry.example\ufeff\n", "office@ministry.example"),
    ("o'brien+wetlands@ministry.example", "o'brien+wetlands@ministry.example"),
    ("contact@Ministère.example", "contact@xn--ministre-60a.example"),
    ("contact@例え.jp", "contact@xn--r8jz45g.jp"),
]

REFUSED = [
    ("", "is empty"),
    ("   ", "is empty"),
    ("a@x.example, b@x.example", "two addresses in one field"),
    ("a@x.example;b@x.example", "two addresses in one field"),
    ("a@x.example b@x.example", "two addresses in one field"),
    ("a@x.example\r\nBcc: b@x.example", "line break"),
    ("a\x00@x.example", "control character"),
    ("a@x.example\u202e", "control character"),
    ("Office <a@x.example>", "Write the address alone here"),
    ("no-at-sign", "is not a usable e-mail address"),
    ("a@ministry", "should have a period"),
    ("é@ministry.example", "is not a usable e-mail address"),
    ("a@ministry..example", "is not a usable e-mail address"),
    ("a" * 65 + "@x.example", "is not a usable e-mail address"),
    ("a@" + "x" * 330 + ".example", "more than 320"),
]


@pytest.mark.parametrize(("typed", "meant"), VALID)
def test_an_address_is_understood_as_it_was_meant(typed, meant):
    assert Address.parse("", typed) == Address("", meant)


@pytest.mark.parametrize(("typed", "told"), REFUSED)
def test_an_address_no_letter_can_reach_is_refused_in_words(typed, told):
    with pytest.raises(AddressError) as refused:
        Address.parse("", typed)

    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  Office of Wetlands\u00a0", "Office of Wetlands"),
        ("Señora  Núñez", "Señora Núñez"),
        ('The "Ramsar" desk, 2nd floor', 'The "Ramsar" desk, 2nd floor'),
        ("", ""),
    ],
)
def test_a_name_is_kept_without_the_spaces_nobody_sees(typed, meant):
    assert Address.parse(typed, "a@x.example").name == meant


@pytest.mark.parametrize(
    "name", ["A\r\nBcc: x@x.example", "A\x07", "A\u2028B", "A\u202eB", "=?utf-8?q?A?=", "A" * 321]
)
def test_a_name_that_could_forge_a_header_is_refused(name):
    with pytest.raises(AddressError, match="The name"):
        Address.parse(name, "a@x.example")
