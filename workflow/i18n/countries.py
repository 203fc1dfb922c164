"""Names of States, and how "of France" is said: registers give names without their article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from workflow.i18n.catalogs import LANGUAGES, locale_of

# English: names that want "the".
_THE = re.compile(
    r"Bahamas|Bolivarian|Central African|Comoros|Congo|Cook Islands|Democratic|Dominican|European|Federated"
    r"|Gambia|Islamic|Kingdom|Lao |Maldives|Marshall|Netherlands|Niger$|Philippines|Plurinational|Republic"
    r"|Russian|Solomon|State of|Sudan|Syrian|United"
)
# French: names without an article.
_FR_BARE = re.compile(
    r"Antigua|Bahreïn|Brunéi|Cabo Verde|Chypre|Cuba|Djibouti|El Salvador|Fidji|Haïti|Israël|Kiribati"
    r"|Madagascar|Malte|Maurice|Monaco|Myanmar|Nauru|Nioué|Oman|Sao Tomé|Saint|Singapour|Sri Lanka"
    r"|Trinité|Tuvalu|Türkiye|Vanuatu"
)
_FR_PLURAL = re.compile(
    r"Bahamas|Comores|Émirats|États|Îles|Maldives|Palaos|Pays-Bas|Philippines|Seychelles|Tonga$"
)
# Ending in -e, and yet masculine; not ending in -e, and yet feminine.
_FR_MASCULINE = re.compile(r"Belize|Cambodge|Mexique|Mozambique|Royaume|Suriname|Zimbabwe")
_FR_FEMININE = re.compile(r"Fédération|Guinée-B|Papouasie|Sierra")
_FR_VOWEL = re.compile(r"[AEIOUÀÂÉÈÊÎÏÔÛ]|Haïti")
# Spanish: names that want an article even in diplomatic usage.
_ES_ARTICLES = (
    (re.compile(r"Federación|República|Unión"), "de la"),
    (re.compile(r"Congo$|Estado |Líbano|Reino"), "del"),
    (re.compile(r"Emiratos|Estados|Países"), "de los"),
    (re.compile(r"Bahamas|Comoras|Islas"), "de las"),
)
# "Iran (Islamic Republic of)": the register sorts by the short name, people say the long one.
_INVERTED = re.compile(r"(.+?) \((.+ (?:of|of the|de|de la|del|des|de los|du|d['’]))\)")


@lru_cache(maxsize=1024)
def country(code: str, language: str) -> str:
    """The name of a State by its ISO 3166 code, as CLDR writes it; the code itself where it knows none.

    Registers of Parties have names of their own, which win over these.
    """
    return locale_of(language).territories.get(code) or code


def named_in(language: str, names: Sequence[str] | None) -> str:
    """Which of the names a register gives is that of a language; "" where it gives none in it.

    names   in the order of LANGUAGES
    """
    return names[LANGUAGES.index(language)] if names and language in LANGUAGES else ""


@lru_cache(maxsize=1024)
def of_state(name: str, language: str) -> str:
    """`of France`, `of the Netherlands`; `de la France`, `du Brésil`; `de Francia`, `del Reino Unido`."""
    if found := _INVERTED.fullmatch(name):
        gap = "" if found[2].endswith(("'", "’")) else " "
        name = f"{found[2]}{gap}{found[1]}"
    if language == "fr":
        return _of_french(name)
    if language == "es":
        article = next((words for pattern, words in _ES_ARTICLES if pattern.match(name)), "de")
        return f"{article} {name}"
    return f"of the {name}" if _THE.match(name) else f"of {name}"


def _of_french(name: str) -> str:
    elides = _FR_VOWEL.match(name) is not None
    if _FR_PLURAL.match(name):
        return f"des {name}"
    if _FR_BARE.match(name):
        return f"d’{name}" if elides else f"de {name}"
    if elides:
        return f"de l’{name}"
    ends_in_e = name.split(" ")[0].endswith("e") and not _FR_MASCULINE.match(name)
    return f"de la {name}" if ends_in_e or _FR_FEMININE.match(name) else f"du {name}"
