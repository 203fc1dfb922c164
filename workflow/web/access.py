"""Which roles may open which page, and which may change something there: one table, for pages and tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OFFICER, HEAD, LEGAL, FINANCE = "officer", "head", "legal", "finance"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"

ROLES = (OFFICER, HEAD, LEGAL, FINANCE, AUDITOR, ADMINISTRATOR)
#: Those who work on cases.
CASEWORK = frozenset({OFFICER, HEAD, LEGAL, FINANCE})
#: Those who may read cases: the administrator has people and settings, and no cases.
READERS = CASEWORK | {AUDITOR}
EVERYBODY = frozenset(ROLES)

#: Page -> who may open it.
SEES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "work": READERS,
        "cases": READERS,
        "case": READERS,
        "board": READERS,
        "documents": READERS,
        "act": READERS,
        "letters": READERS,
        "mail": READERS,
        "accounts": READERS,
        "monitoring": READERS,
        "partners": READERS,
        "exclusions": READERS,
        "parties": EVERYBODY,
        "bodies": EVERYBODY,
        "meetings": EVERYBODY,
        "calendar": EVERYBODY,
        "law": EVERYBODY,
        "figures": READERS,
        "reports": READERS,
        "system": EVERYBODY,
        "staff": frozenset({ADMINISTRATOR, AUDITOR}),
        "account": EVERYBODY,
        # What the contacts of a Party see, to an administrator who looks through their eyes.
        "eyes": frozenset({"party"}),
    }
)

#: Page -> who may change something there. In a case the law file decides; this is the outer door.
CHANGES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cases": frozenset({OFFICER}),
        "act": CASEWORK,
        "documents": frozenset({OFFICER}),
        "letters": frozenset({OFFICER, ADMINISTRATOR}),
        "mail": frozenset({OFFICER}),
        "partners": frozenset({OFFICER}),
        "exclusions": frozenset({OFFICER}),
        "parties": frozenset({OFFICER, ADMINISTRATOR}),
        "bodies": frozenset({OFFICER, ADMINISTRATOR}),
        "meetings": frozenset({OFFICER}),
        "calendar": frozenset({OFFICER, ADMINISTRATOR}),
        "system": frozenset({ADMINISTRATOR}),
        "staff": frozenset({ADMINISTRATOR}),
        "account": EVERYBODY,
    }
)


def may_see(role: str, page: str) -> bool:
    """Whether a role may open a page."""
    return role in SEES[page]


def first_page(role: str) -> str:
    """Where somebody of a role begins: at their work, at those they look after, or at all they may see."""
    if may_see(role, "work"):
        return "/"
    return "/staff" if may_see(role, "staff") else "/account/eyes"


def may_change(role: str, page: str) -> bool:
    """Whether a role may change something on a page."""
    return role in CHANGES.get(page, frozenset())
