"""What the public may read of some cases of the demo: written by one person, read by a second, released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Language -> what stands in the register of it.
Texts = Mapping[str, Mapping[str, str]]

WETLANDS_DAY: Texts = {
    "en": {
        "public_title": "World Wetlands Day, five years",
        "proposed_by": "Meridian Group, food and beverages, France",
        "proposal": "Posters, teaching material and a yearly congress for World Wetlands Day, everywhere.",
        "funds": "CHF 1,250,000 over five years; no matching funds.",
    },
    "fr": {
        "public_title": "Journée mondiale des zones humides, cinq ans",
        "proposed_by": "Meridian Group, alimentation et boissons, France",
        "proposal": "Affiches, matériel pédagogique et un congrès annuel pour la Journée mondiale des zones "
        "humides, dans tous les pays.",
        "funds": "1 250 000 CHF sur cinq ans ; sans fonds de contrepartie.",
    },
    "es": {
        "public_title": "Día Mundial de los Humedales, cinco años",
        "proposed_by": "Meridian Group, alimentación y bebidas, Francia",
        "proposal": "Carteles, material didáctico y un congreso anual para el Día Mundial de los Humedales, "
        "en todos los países.",
        "funds": "1 250 000 CHF en cinco años; sin fondos de contrapartida.",
    },
}
SPRINGS: Texts = {
    "en": {
        "public_title": "Springs of the Jura",
        "proposed_by": "Example Waters, beverages, France",
        "proposal": "Protection of the springs and of the meadows around them, for three years.",
    },
    "fr": {
        "public_title": "Sources du Jura",
        "proposed_by": "Example Waters, boissons, France",
        "proposal": "Protection des sources et des prairies qui les entourent, pendant trois ans.",
    },
}
WELLS: Texts = {
    "en": {
        "public_title": "One year of wells",
        "proposed_by": "Deep Blue Pumps, engineering, Denmark",
        "proposal": "Pumps for villages at the edge of wetlands, so that nobody drains them for water.",
    },
}


def released(day: str, texts: Texts) -> list[tuple[str, str, str, dict[str, Any]]]:
    """The steps of one day that let the public read a case: (moment, who, what, details)."""
    steps: list[tuple[str, str, str, dict[str, Any]]] = []
    for minute, (language, told) in enumerate(texts.items()):
        steps += [
            (f"{day} 15:{minute:02}", "officer", "write_public_text", {"language": language, **told}),
            (f"{day} 16:{minute:02}", "legal", "review_public_text", {"language": language}),
        ]
    return [*sorted(steps, key=lambda step: step[0]), (f"{day} 17:00", "officer", "release", {})]
