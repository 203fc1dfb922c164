"""The few words that paper has of its own, in each language letters are written in."""

from __future__ import annotations

#: What stands at the foot of a page.
PAGE = {"en": "Page {n} of {m}", "fr": "Page {n} sur {m}", "es": "Página {n} de {m}"}
#: What stands beside the number, the date and the reference; at the top of a note; in place of a link.
NUMBER = {"en": "No.", "fr": "N°", "es": "N.º"}
DATE = {"en": "Date", "fr": "Date", "es": "Fecha"}
REFERENCE = {"en": "Reference", "fr": "Référence", "es": "Referencia"}
NOTE_VERBALE = {"en": "Note verbale", "fr": "Note verbale", "es": "Nota verbal"}
LINK = {
    "en": "[the link stands in the e-mail alone]",
    "fr": "[le lien ne figure que dans le courriel]",
    "es": "[el enlace figura solo en el correo electrónico]",
}
#: What stands between a thing and what is said of it: French has a blank before it, too.
COLON = {"fr": " : "}


def page(language: str) -> str:
    """What stands at the foot of a page, with {n} for its number and {m} for how many there are."""
    return PAGE.get(language, PAGE["en"])


def page_of(language: str) -> tuple[str, str, str]:
    """The same in three parts: before the number, between number and count, after both."""
    before, _, rest = page(language).partition("{n}")
    between, _, after = rest.partition("{m}")
    return before, between, after


def colon(language: str) -> str:
    """What stands between a thing and what is said of it."""
    return COLON.get(language, ": ")
