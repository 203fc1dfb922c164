"""In which formats a document is handed out: PDF to be filed, Word to be worked on, HTML to be published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from notifications.paper import Document, docx, html, pdf
from states.reasons import did_you_mean


class UnknownFormat(ValueError):
    """There is no such format; the text says which there are."""


def handed_out(of: Document, form: str, at: datetime) -> bytes:
    """A document in a format.

    form     a key of FORMATS
    at       when it is made, aware
    Raises   UnknownFormat, NotPrinted
    """
    if form not in FORMATS:
        meant = did_you_mean(form, FORMATS) or f". Choose one of: {', '.join(FORMATS)}."
        raise UnknownFormat(f"'{form}' is no format of reports{meant}")
    return FORMATS[form](of, at)


FORMATS: Mapping[str, Callable[[Document, datetime], bytes]] = {
    "pdf": lambda of, at: pdf([of], at=at),
    "docx": lambda of, at: docx(of, at=at),
    "html": lambda of, at: html(of),
}
