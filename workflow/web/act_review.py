"""What an action would do, as a page tells it: the dates, who is written to, the letters, the button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from notifications import REPLY_LINK
from states.effects import plain
from states.procedure import Procedure
from workflow import i18n, record
from workflow.preview import Mailing, Preview, Warned
from workflow.web.act_fields import Names, named
from workflow.web.showing import say

#: Audience -> what it is called on the page; bodies have their titles.
AUDIENCES: Mapping[str, str] = {
    "asked": "Those who are asked",
    "all_parties": "All Parties",
    "territory_parties": "The Parties concerned",
    "parties_concerned": "The Parties concerned",
    "partner": "The partner",
    "officers": "The officer in charge",
    "those_told": "All who were asked in this case",
    "voice": "Those in whose name it is done",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter, as it will leave."""

    language: str
    direction: str
    #: Who reads this one.
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One audience and what it gets."""

    audience: str
    letters: int
    parties: int
    #: (language, how many).
    languages: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """One letter in the list of those who are written to."""

    party: str
    name: str
    email: str
    language: str
    audience: str
    #: Kinds of warnings (preview.Warned) about this address.
    warned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A preview, ready to be shown."""

    preview: Preview
    told: tuple[Told, ...]
    readers: tuple[Reader, ...]
    #: (kind, sentence).
    warnings: tuple[tuple[str, str], ...]
    #: Names of the Parties whose objections stand afterwards.
    standing: tuple[str, ...]
    #: Item of a checklist -> its words.
    items: Mapping[str, str]
    button: str
    #: Changes whenever anything of what is shown would be otherwise.
    digest: str


def reviewed(found: Preview, details: Mapping[str, Any], title: str, names: Names, language: str) -> Review:
    """What the page of an action shows.

    details   those of the command
    title     of the action, in the language of the page
    """
    return Review(
        preview=found,
        told=tuple(_told(found.law, mailing, names, language) for mailing in found.mailings),
        readers=tuple(_readers(found, names, language)),
        warnings=tuple((each.kind, _warning(each, found.law, names, language)) for each in found.warnings),
        standing=tuple(sorted({named(o.party, names, language) for o in found.after.standing})),
        items={item: words for items in found.law.checklists.values() for item, words in items.items()},
        button=button(found, title, language),
        digest=_digest(found, details),
    )


def button(found: Preview, title: str, language: str) -> str:
    """What stands on the button: how many Parties and addresses will be written to, or that nobody will."""
    parties, addresses, others = len(found.parties), found.addresses, found.others
    if not addresses:
        return say("{title} (nobody is written to)", language, title=title)
    is_question = any(mailing.post.purpose == "request" for mailing in found.mailings)
    whom = _whom(parties, others, language)
    amount = _counted(addresses, "{n} address", "{n} addresses", language)
    if is_question:
        return say("Send to {whom} ({addresses})", language, whom=whom, addresses=amount)
    return say(
        "{title}, and write to {whom} ({addresses})", language, title=title, whom=whom, addresses=amount
    )


def _whom(parties: int, others: int, language: str) -> str:
    said = []
    if parties:
        said.append(_counted(parties, "{n} Party", "{n} Parties", language))
    if others:
        said.append(_counted(others, "{n} other reader", "{n} other readers", language))
    return i18n.listed(said, language)


def _counted(number: int, one: str, several: str, language: str) -> str:
    return say(one if number == 1 else several, language, n=number)


# ---------------------------------------------------------------------------------- who gets what


def audience(law: Procedure, name: str, language: str) -> str:
    """What an audience is called."""
    body = law.bodies.get(name)
    return i18n.title(body.title, language, law.id) if body else say(AUDIENCES.get(name, name), language)


def _told(law: Procedure, mailing: Mailing, names: Names, language: str) -> Told:
    by_language: dict[str, int] = {}
    for letter in mailing.letters:
        by_language[letter["language"]] = by_language.get(letter["language"], 0) + 1
    samples = mailing.samples()
    return Told(
        audience=audience(law, mailing.post.audience, language),
        letters=len(mailing.letters),
        parties=len({letter["party"] for letter in mailing.letters} - {""}),
        languages=tuple((sample["language"], by_language[sample["language"]]) for sample in samples),
        samples=tuple(_sample(letter, names, language) for letter in samples),
    )


def _sample(letter: Mapping[str, Any], names: Names, language: str) -> Sample:
    to = named(letter["party"], names, language) if letter["party"] else letter["name"] or letter["email"]
    link = say("[here stands the reader's own link]", letter["language"])
    return Sample(
        language=letter["language"],
        direction=i18n.direction(letter["language"]),
        to=to,
        subject=letter["subject"],
        text=letter["text"].replace(REPLY_LINK, link),
    )


def _readers(found: Preview, names: Names, language: str) -> list[Reader]:
    warned: dict[str, set[str]] = {}
    for each in found.warnings:
        if each.email:
            warned.setdefault(each.email.casefold(), set()).add(each.kind)
    readers = [
        Reader(
            party=named(letter["party"], names, language) if letter["party"] else "",
            name=letter["name"],
            email=letter["email"],
            language=letter["language"],
            audience=audience(found.law, mailing.post.audience, language),
            warned=tuple(sorted(warned.get(letter["email"].casefold(), set()) - {"not_used"})),
        )
        for mailing in found.mailings
        for letter in mailing.letters
    ]
    # Those that need a look come first; then by name, in the order of the language.
    return sorted(readers, key=lambda each: (not each.warned, i18n.sort_key(each.party), each.email))


def _warning(warned: Warned, law: Procedure, names: Names, language: str) -> str:
    who = warned.who
    party = (
        audience(law, who, language) if who in AUDIENCES or who in law.bodies else named(who, names, language)
    )
    others = i18n.listed([named(code, names, language) for code in warned.why.split(", ")], language)
    since = i18n.day(warned.since.date(), language, weekday=False) if warned.since else ""
    return say(
        WARNINGS[warned.kind],
        language,
        party=party,
        email=warned.email,
        why=warned.why,
        others=others,
        since=since,
    )


#: Kind of warning -> its sentence.
WARNINGS: Mapping[str, str] = {
    "nobody": "{party}: there is no address that can be used. Nothing will be sent.",
    "came_back": "{party}: letters to {email} have come back since {since} ({why}). There is no other "
    "address, so this one is tried again.",
    "not_used": "{party}: letters to {email} have come back since {since} ({why}). It is not used; "
    "others are.",
    "shared": "{email} gets this letter for {party} and for {others}.",
    "withheld": "{email}: this installation is a trial run and may not write to it. The letter will be set "
    "aside.",
}
#: Kind of warning -> its colour and its word.
SIGNS: Mapping[str, tuple[str, str]] = {
    "nobody": ("bad", "no address"),
    "came_back": ("bad", "came back last time"),
    "not_used": ("warn", "not used"),
    "shared": ("note", "for several"),
    "withheld": ("warn", "will be set aside"),
}


def _digest(found: Preview, details: Mapping[str, Any]) -> str:
    """One hash over what was decided and every letter: what is confirmed must be what was shown."""
    seen = sha256(record.canonical({"details": plain(details), "to": found.after.state}).encode())
    for change in found.dates:
        seen.update(repr(change).encode())
    for letter in found.letters:
        for part in (letter["email"], letter["subject"], letter["text"]):
            seen.update(part.encode())
            seen.update(b"\0")
    return seen.hexdigest()
