"""Documents on paper: what was given stands on the page as it is, tagged, numbered, in its language."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from notifications import LANGUAGES, REPLY_LINK, library, render, templates
from notifications.incoming.quotation import _ABOVE
from notifications.paper import (
    Document,
    Facts,
    Grid,
    Heading,
    Items,
    Office,
    Quote,
    Signing,
    Text,
    pdf,
    printed,
)
from tests.notifications import samples

OFFICE = Office("Secretariat of the Convention", "Rue Mauverney 28, 1196 Gland", "office@secretariat.example")
HOSTILE = [
    '#import "x": *',
    "*bold* _thin_ `raw`",
    "$x$ <label> @reference",
    "\\ // /* ~ = Heading",
    "]#panic(1)[",
    "{{ 7 * 7 }} {% if %}",
    "&amp; <b>bold</b>",
    "الأمانة",
]


def words(content: bytes) -> str:
    """The text of a PDF, without what lines and hyphens make of it."""
    said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return bare(said)


def bare(text: str) -> str:
    """Letters and signs alone: spaces, hyphens at ends of lines and invisible breaks are the printer's."""
    return re.sub(r"[\s\u00ad\u200b\u2010-]+", "", text)


def report(*blocks: object, language: str = "en") -> Document:
    return Document(language, "Report", OFFICE, blocks=blocks)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_value_holds_is_printed_and_never_read_as_markup(value):
    every = report(
        Heading(value),
        Text((value,)),
        Items((value,)),
        Quote((value,)),
        Facts(((value, value),)),
        Grid((value,), ((value,),), caption=value),
        Signing(((value,),)),
    )

    said = words(pdf([every]))

    # What runs from right to left is read back in the order in which it is drawn.
    assert max(said.count(bare(value)), said.count(bare(value)[::-1])) == 10


def test_a_name_longer_than_a_line_stays_on_the_page_and_whole():
    name = "Wasserstraßen" * 40

    content = pdf([report(Text((name,)))])

    assert name in words(content)
    lines = [
        line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().split("\n")
    ]
    assert max(map(len, lines)) < 120


def test_signs_of_a_script_without_a_font_are_told_by_their_numbers():
    said = words(pdf([report(Text(("Ministry \u0378 of Water",)))]))

    assert "Ministry[U+0378]ofWater" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_tagged_titled_and_says_its_language(language):
    read = PdfReader(io.BytesIO(pdf([report(Text(("One.",)), language=language)])))

    catalog = read.root_object
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert catalog["/Lang"] == language
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert read.metadata is not None and read.metadata.title == "Report"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()


def test_each_document_of_a_file_has_its_own_page_numbers_in_its_own_language():
    long = tuple(Text((f"Paragraph {n}. " + "Words and more words. " * 20,)) for n in range(20))

    pages = PdfReader(io.BytesIO(pdf([report(*long), report(Text(("Court.",)), language="fr")]))).pages

    numbers = [re.findall(r"Page \d+ (?:of|sur) \d+", page.extract_text()) for page in pages]
    count = len(pages) - 1
    assert count > 1
    assert numbers == [[f"Page {n} of {count}"] for n in range(1, count + 1)] + [["Page 1 sur 1"]]


def test_nothing_at_all_is_not_printed():
    with pytest.raises(ValueError, match="at least one document"):
        pdf([])


# ------------------------------------------------------------------------------------------- letters


def texts(of: Document) -> list[str]:
    """Every line a document holds, in order."""
    found = [*(said for _, said in of.marks), *of.to, of.title]
    for block in of.blocks:
        if isinstance(block, Signing):
            found += [line for row in block.rows for line in row]
        else:
            found += block.lines  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(set(templates("en")) - {"sign_in_link"}))
def test_a_letter_says_on_paper_what_it_says_by_mail_but_for_its_link(template, language):
    values = samples.rich(template)
    letter = render(template, language, values)

    made = printed(letter, OFFICE, values["case"]["reference"], number=values["number"])

    said = bare("".join(texts(made)))
    _, _, body = letter.text.partition(values["dated"])
    missing = [
        line
        for line in body.splitlines()
        if line.strip() and REPLY_LINK not in line and bare(line.lstrip("->").strip()) not in said
    ]
    reference = re.compile(r"(Reference|Référence|Referencia)\s?: \S+")
    assert [line for line in missing if not reference.fullmatch(line)] == how_to_follow_the_link(
        template, language
    )
    assert "reply.invalid" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(set(templates("en")) - {"sign_in_link"}))
@pytest.mark.parametrize("is_note", [False, True])
def test_paper_never_asks_to_answer_above_a_line(template, language, is_note):
    values = samples.rich(template)
    letter = render(template, language, values)

    made = printed(letter, OFFICE, values["case"]["reference"], is_note=is_note)

    # Of mail that is answered it is the first line, and quotations are known by it.
    assert any(_ABOVE.search(line) for line in letter.text.splitlines()) == letter.text.startswith("==")
    assert [line for line in texts(made) if _ABOVE.search(line) or line.startswith("==")] == []


def how_to_follow_the_link(template: str, language: str) -> list[str]:
    """What a letter that is answered says of its link: two lines that paper leaves out."""
    text = render(template, language, samples.rich(template)).text
    before, link, after = text.partition(f"\n{REPLY_LINK}\n")
    if not link or "_link.txt" not in library.files(template, language):
        return []
    return [before.splitlines()[-1], after.strip().splitlines()[0]]


@pytest.mark.parametrize("is_note", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_name_and_postal_address_stand_in_the_window_of_an_envelope(language, is_note):
    values = samples.rich("notification")
    letter = render("notification", language, values)
    address = ("Ministry of Climate and Environment", "P.O. Box 8013 Dep", "0030 OSLO", "NORWAY")

    made = printed(
        letter, OFFICE, values["case"]["reference"], is_note=is_note, to=("Office",), address=address
    )
    places = places_of(pdf([made]))

    assert made.to == ("Office", *address)
    for line in made.to:
        # DIN 5008, form B: 20 mm from the left edge and 45 mm from the upper one, 85 mm by 45 mm.
        left, top = places[bare(line)]
        assert 20 < left < 105 and 45 < top < 90, (line, left, top)
    below = [top for said, (_, top) in places.items() if said == bare(made.title)]
    assert all(top > 90 for top in below)


def test_an_address_too_long_for_the_window_pushes_the_letter_down_and_covers_nothing():
    values = samples.rich("notification")
    lines = tuple(f"Line {number} of an address" for number in range(16))
    made = printed(render("notification", "en", values), OFFICE, "x", is_note=True, to=lines)
    places = places_of(pdf([made]))

    tops = [places[bare(line)][1] for line in lines]
    assert tops == sorted(tops) and places[bare("Note verbale")][1] > max(tops)


def places_of(content: bytes) -> dict[str, tuple[float, float]]:
    """Words of the first page, as they were set -> how far from the left and the upper edge, mm."""
    found: dict[str, tuple[float, float]] = {}
    page = PdfReader(io.BytesIO(content)).pages[0]
    height = float(page.mediabox.height)

    def look(said: str, cm: list[float], tm: list[float], *_: object) -> None:
        if bare(said):
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.setdefault(bare(said), (x / 72 * 25.4, (height - y) / 72 * 25.4))

    page.extract_text(visitor_text=look)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_verbale_bears_a_date_and_no_signature(language):
    values = samples.rich("notification")
    office = Office(values["office"]["name"])
    letter = render("notification", language, values)

    made = printed(
        letter, office, values["case"]["reference"], is_note=True, to=("Permanent Mission of Chad",)
    )

    assert made.title in ("Note verbale", "Nota verbal")
    assert made.to == ("Permanent Mission of Chad",)
    assert made.blocks[-1] == Text((values["dated"],))
    assert values["office"]["signatory"] not in texts(made)
