"""A document -> a Word file, for those who go on writing in it: real headings, lists and tables."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from notifications.paper.document import (
    Block,
    Document,
    Facts,
    Grid,
    Heading,
    Items,
    PageBreak,
    Quote,
    Signing,
    Text,
)
from notifications.paper.words import page_of
from notifications.plain import free_text

#: Word's names of the languages letters are written in.
_TONGUES = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES"}
# Word's XML takes no control characters, and none of the halves of a sign.
_UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INK, _PALE = RGBColor(0x1C, 0x2B, 0x3A), RGBColor(0x5B, 0x66, 0x70)


def docx(of: Document, *, at: datetime | None = None) -> bytes:
    """One document as a Word file.

    at   when it is made, aware; None: the file does not say
    """
    made = new_document()
    _set_up(made, of, at)
    made.add_paragraph(_clean(of.office.name), style="Office")
    where = (of.office.address, of.office.phone, of.office.email, of.office.website)
    if any(where):
        made.add_paragraph(_clean("  ·  ".join(each for each in where if each)), style="Quiet")
    for line in of.to:
        made.add_paragraph(_clean(line), style="Close")
    title = made.add_paragraph(_clean(of.title), style="Title")
    if of.look == "note":
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if of.subtitle:
        made.add_paragraph(_clean(of.subtitle), style="Subtitle")
    for name, said in of.marks:
        _fact(made, name, said)
    for block in of.blocks:
        _add(made, block)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _set_up(made: Any, of: Document, at: datetime | None) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.4)
    tongue = _TONGUES.get(of.language, of.language)
    told = made.core_properties
    told.title, told.author, told.language = _clean(of.title), _clean(of.office.name), tongue
    told.comments = ""
    if at is not None:
        told.created = told.modified = at.replace(tzinfo=None)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        style = made.styles[name]
        style.font.name = "Georgia"
        # The fonts of a theme would win over the one that is named.
        fonts = style.element.rPr.rFonts
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        if name != "Normal":
            style.font.color.rgb = _INK
    made.styles["Normal"].font.size = Pt(10.5)
    made.styles["Title"].font.size = Pt(20)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), tongue)
    made.styles["Normal"].element.get_or_add_rPr().append(language)
    for name, size, colour in (("Office", 14, _INK), ("Quiet", 9, _PALE), ("Close", 10.5, None)):
        style = made.styles.add_style(name, 1)
        style.base_style = made.styles["Normal"]
        style.font.size, style.font.bold = Pt(size), name == "Office"
        if colour is not None:
            style.font.color.rgb = colour
        if name == "Close":
            style.paragraph_format.space_after = Pt(0)
    _number_pages(section.footer.paragraphs[0], made.styles["Quiet"], of)


def _number_pages(paragraph: Any, style: Any, of: Document) -> None:
    """The foot of every page: what it belongs to, and its number, counted by Word."""
    before, between, after = page_of(of.language)
    paragraph.style = style
    if of.foot:
        paragraph.add_run(_clean(of.foot) + "    ")
    for text, code in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        paragraph.add_run(text)
        if code:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), code)
            run = OxmlElement("w:r")
            shown = OxmlElement("w:t")
            shown.text = "1"
            run.append(shown)
            field.append(run)
            paragraph._p.append(field)


def _add(made: Any, block: Block) -> None:
    if isinstance(block, Heading):
        made.add_heading(_clean(block.text), level=block.level)
    elif isinstance(block, Text):
        paragraph = made.add_paragraph(style="Quiet" if block.is_quiet else None)
        _lines(paragraph, block.lines, is_bold=block.is_strong)
    elif isinstance(block, Items):
        for line in block.lines:
            made.add_paragraph(_clean(line), style="List Number" if block.is_numbered else "List Bullet")
    elif isinstance(block, Quote):
        _lines(made.add_paragraph(style="Intense Quote"), block.lines)
    elif isinstance(block, Facts):
        for name, said in block.rows:
            _fact(made, name, said)
        made.add_paragraph(style="Close")
    elif isinstance(block, Grid):
        _table(made, block)
    elif isinstance(block, Signing):
        for row in block.rows:
            made.add_paragraph("\n\n" + "_" * 40, style="Close")
            _lines(made.add_paragraph(), row)
    else:
        assert isinstance(block, PageBreak)
        made.add_page_break()


def _fact(made: Any, name: str, said: str) -> None:
    paragraph = made.add_paragraph(style="Close")
    paragraph.add_run(f"{_clean(name)}: ").bold = True
    paragraph.add_run(_clean(said))


def _lines(paragraph: Any, lines: tuple[str, ...], *, is_bold: bool = False) -> None:
    for at, line in enumerate(lines):
        run = paragraph.add_run(_clean(line))
        run.bold = is_bold or None
        if at < len(lines) - 1:
            run.add_break()


def _table(made: Any, of: Grid) -> None:
    if of.caption:
        paragraph = made.add_paragraph()
        paragraph.add_run(_clean(of.caption)).bold = True
        paragraph.paragraph_format.keep_with_next = True
    table = made.add_table(rows=1 + len(of.rows), cols=len(of.columns), style="Light List Accent 1")
    table.autofit = not of.widths
    # Repeated on every page, and named as a heading to whoever has the table read aloud.
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    cells = list(table._cells)
    for at, row in enumerate((of.columns, *of.rows)):
        is_sum = of.has_sum and at == len(of.rows)
        for column, said in enumerate(row):
            paragraph = cells[at * len(of.columns) + column].paragraphs[0]
            run = paragraph.add_run(_clean(said))
            run.font.size = Pt(9)
            run.bold = at == 0 or is_sum
            if column in of.figures:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if of.widths:
        whole = sum(of.widths)
        for at, cell in enumerate(cells):
            cell.width = Cm(16.2 * of.widths[at % len(of.columns)] / whole)
    made.add_paragraph(style="Close")


def _clean(text: str) -> str:
    return _UNWRITTEN.sub("", free_text(text))
