"""Documents -> one PDF that can be filed and read aloud (PDF/UA-1): tagged, titled, its language named."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

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
from notifications.paper.words import colon, page
from notifications.plain import free_text

TEMPLATE = Path(__file__).with_name("paper.typ")
#: How often signs are taken out for which no font is at hand before the document is given up.
TRIES = 64
_NO_FONT = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class NotPrinted(Exception):
    """The document cannot be printed; the message says why."""


def pdf(documents: Sequence[Document], *, at: datetime | None = None, title: str = "") -> bytes:
    """Some documents as one file, each beginning on a page of its own with its own page numbers.

    at      when it is made, aware; None: the file does not say
    title   of the file; "": that of the first document
    Raises  ValueError for no document at all; NotPrinted
    """
    if not documents:
        raise ValueError("there is nothing to print: give at least one document")
    first = documents[0]
    given = {
        "title": _shown(title or first.title),
        "author": _shown(first.office.name),
        "language": first.language,
        "documents": [_plain(each) for each in documents],
    }
    text = json.dumps(given, ensure_ascii=False)
    for _ in range(TRIES):
        try:
            made = typst.compile(
                str(TEMPLATE),
                format="pdf",
                pdf_standards=["ua-1"],
                sys_inputs={"documents": text},
                timestamp=int(at.timestamp()) if at is not None else 0,
            )
        except typst.TypstError as error:
            missing = _NO_FONT.search(str(error))
            if missing is None:
                raise NotPrinted(f"The PDF could not be made: {error}") from error
            for sign in _ESCAPED.sub(lambda found: chr(int(found[1], 16)), missing[1]):
                text = _spelt_out(text, sign)
        else:
            assert isinstance(made, bytes)
            return made
    raise NotPrinted(
        "The PDF could not be made: it holds signs of too many scripts for which this machine has no font."
        " Install a font for them, for instance Noto, and print it again."
    )


def _spelt_out(text: str, sign: str) -> str:
    """`text` with the signs of one script as `[U+4E2D]`: better read by its number than as an empty box."""
    if sign.isascii():
        return text
    script = _script(sign)
    return "".join(f"[U+{ord(each):04X}]" if _script(each) == script else each for each in text)


@cache
def _script(sign: str) -> str:
    # The first word of its name: CJK, HANGUL, THAI. Signs without a script stand for themselves.
    first = unicodedata.name(sign, "").partition(" ")[0]
    return first if unicodedata.category(sign).startswith(("L", "M")) and first else sign


def _plain(of: Document) -> dict[str, Any]:
    office = of.office
    return {
        "language": of.language,
        "title": _shown(of.title),
        "subtitle": _shown(of.subtitle),
        "look": of.look,
        "office": {
            name: _shown(getattr(office, name)) for name in ("name", "address", "email", "phone", "website")
        },
        "marks": _rows(of.marks),
        "to": _lines(of.to),
        "running": _shown(of.running or of.title),
        "foot": _shown(of.foot),
        "colon": colon(of.language),
        "page": page(of.language),
        "blocks": [_block(block) for block in of.blocks],
    }


def _block(of: Block) -> dict[str, Any]:
    if isinstance(of, Heading):
        return {"kind": "heading", "text": _shown(of.text), "level": of.level}
    if isinstance(of, Text):
        return {"kind": "text", "lines": _lines(of.lines), "strong": of.is_strong, "quiet": of.is_quiet}
    if isinstance(of, Items):
        return {"kind": "list", "lines": _lines(of.lines), "numbered": of.is_numbered}
    if isinstance(of, Quote):
        return {"kind": "quote", "lines": _lines(of.lines)}
    if isinstance(of, Facts):
        return {"kind": "facts", "rows": _rows(of.rows)}
    if isinstance(of, Grid):
        return {
            "kind": "table",
            "columns": _lines(of.columns),
            "rows": _rows(of.rows),
            "caption": _shown(of.caption),
            "figures": sorted(of.figures),
            "sum": of.has_sum,
            "widths": list(of.widths),
        }
    if isinstance(of, Signing):
        return {"kind": "signing", "rows": _rows(of.rows)}
    assert isinstance(of, PageBreak)
    return {"kind": "break"}


def _rows(of: Sequence[Sequence[str]]) -> list[list[str]]:
    return [_lines(row) for row in of]


def _lines(of: Sequence[str]) -> list[str]:
    return [_shown(line) for line in of]


def _shown(text: str) -> str:
    return free_text(text)
