"""What documents on paper are worded in: reports, agreements, dossiers, cover lists."""

from __future__ import annotations

from workflow.i18n.catalogs import catalog


def paper(english: str, language: str, /, **values: object) -> str:
    """A text of a document, with what is to be filled in; English where nobody has translated it."""
    said = catalog(language).text("paper", english) or english
    return said.format(**values) if values else said
