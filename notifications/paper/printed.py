"""The text of a letter -> the same letter on paper: a letter to a person, or a note verbale to a mission.

Nothing is worded anew: what the reader was or would have been sent by e-mail stands on paper word for word,
but for what paper cannot do. The reply link is left out, since a printed link could be followed by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from notifications import library
from notifications.letter import Letter
from notifications.paper.document import Block, Document, Items, Office, Quote, Signing, Text
from notifications.paper.words import DATE, LINK, NOTE_VERBALE, NUMBER, REFERENCE
from notifications.paragraphs import Block as Paragraph
from notifications.paragraphs import blocks
from notifications.plain import REPLY_LINK

#: A line such as "CONCERNING: ..." or "REPLY BY: ...": capitals up to the colon.
_LABELLED = re.compile(r"[^\Wa-z\d_][^a-zà-öø-ÿ\d:]{3,}?\s?:\s\S")
_ANSWER_ABOVE = re.compile(r"\A== .+ ==\n\s*")


def printed(
    letter: Letter,
    office: Office,
    reference: str,
    *,
    number: str = "",
    is_note: bool = False,
    to: Sequence[str] = (),
    address: Sequence[str] = (),
) -> Document:
    """A letter as it is printed.

    reference   of its case
    number      in the register of notifications, or ""
    is_note     as a note verbale: in the third person, so with date and seal in place of a signature
    to          whom it is for, line by line; empty: the reader as the letter names them
    address     the postal address below that, line by line
    """
    language = letter.language
    head, paragraphs = _parted(_without_link(letter.text, language))
    dated = head[-1] if head else ""
    first = next((n for n, p in enumerate(paragraphs) if _is_reference(p, reference)), None)
    reader: tuple[str, ...] = ()
    above: list[str] = []
    if first is not None:
        above, paragraphs = paragraphs[:first], paragraphs[first + 1 :]
        if paragraphs and not _is_strong(paragraphs[0]) and _has_reader(letter):
            reader, paragraphs = tuple(paragraphs[0].split("\n")), paragraphs[1:]
    concerning = paragraphs.pop(0) if paragraphs and _is_strong(paragraphs[0]) and not above else ""
    signatory = tuple(paragraphs.pop().split("\n")) if paragraphs and office.name in paragraphs[-1] else ()
    body = list(_blocks("\n\n".join([*paragraphs])))
    if is_note:
        opening = [*above, concerning] if concerning else above
        body = [*(Text(tuple(p.split("\n")), is_strong=True) for p in opening), *body, Text((dated,))]
        title = NOTE_VERBALE.get(language, NOTE_VERBALE["en"])
    else:
        title = above[0].replace("\n", " ") if above else concerning.replace("\n", " ") or letter.subject
        if signatory:
            body.append(Signing((signatory,)))
    marks = [(NUMBER, number), (DATE, dated), (REFERENCE, reference)]
    return Document(
        language=language,
        title=title,
        office=office,
        look="note" if is_note else "letter",
        marks=tuple((names.get(language, names["en"]), said) for names, said in marks if said),
        to=(*(tuple(to) or reader), *address),
        blocks=tuple(body),
        running=letter.subject,
        foot=" · ".join(each for each in (reference, number) if each),
    )


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The head of a letter (office, number, date) and its paragraphs."""
    paragraphs = [p.strip("\n") for p in _ANSWER_ABOVE.sub("", text).split("\n\n") if p.strip()]
    return (paragraphs[0].split("\n"), paragraphs[1:]) if paragraphs else ([], [])


def _without_link(text: str, language: str) -> str:
    for passage in _passages(language):
        text = text.replace(passage, "")
    # Another wording than the present one, or a letter that is about its link.
    return text.replace(REPLY_LINK, LINK.get(language, LINK["en"]))


@cache
def _passages(language: str) -> tuple[str, ...]:
    """What letters say of the reply link: to a Party, and to anybody else."""
    of_link = library.environment(language).get_template("_link.txt")
    said = [of_link.render(ask={"link": REPLY_LINK}, to={"party": party}) for party in ("x", "")]
    return tuple(re.sub(r"\n{3,}", "\n\n", passage).strip() for passage in said)


def _is_reference(paragraph: str, reference: str) -> bool:
    return bool(reference) and any(
        re.fullmatch(rf"{re.escape(name)}\s?: {re.escape(reference)}", paragraph)
        for name in REFERENCE.values()
    )


@cache
def _addresses_reader(template: str, language: str) -> bool:
    return "_head.txt" in library.files(template, language)


def _has_reader(letter: Letter) -> bool:
    is_known = letter.language in library.LANGUAGES and letter.template in library.templates(letter.language)
    return is_known and _addresses_reader(letter.template, letter.language)


def _is_strong(paragraph: str) -> bool:
    return bool(_LABELLED.match(paragraph)) or (paragraph.isupper() and "\n" not in paragraph)


def _blocks(text: str) -> Sequence[Block]:
    found: list[Block] = []
    for each in blocks(text, ""):
        if each.kind == "paragraph" and _LABELLED.match(each.lines[0]):
            found.append(Text(each.lines[:1], is_strong=True))
            each = Paragraph("paragraph", each.lines[1:])
        if each.lines:
            found.append(_block(each))
    return found


def _block(of: Paragraph) -> Block:
    if of.kind == "list":
        return Items(of.lines)
    if of.kind == "quote":
        return Quote(of.lines)
    return Text(of.lines)
