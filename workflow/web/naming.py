"""Names of Parties in a reader's language, over all registers: for lists that show cases of any procedure."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from workflow import i18n, queries
from workflow.web.site import Site


def party_names(session: Session, site: Site, language: str) -> Mapping[str, str]:
    """Code -> name of every State of every register, in alphabetical order of the names."""
    found: dict[str, str] = {}
    for register in dict.fromkeys(law.parties for law in site.house.laws.all):
        for code, names in queries.world(session, register).names.items():
            found.setdefault(code, i18n.named_in(language, names) or i18n.country(code, language))
    return dict(sorted(found.items(), key=lambda each: i18n.sort_key(each[1])))
