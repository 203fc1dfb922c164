"""The words a law file may use for what the house can do, each with what it means.

Taken from where each is defined, so that what is told is what is done.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from states.acts import ACTS
from states.guards import GUARDS, WITH_ARGUMENT
from states.rules import RULES

_FIRST_SENTENCE = re.compile(r".+?(?:\.(?= )|$)")
#: What a guard asks for in parentheses, where the name of its parameter does not say it.
_ARGUMENT = {"answered": "QUESTION=WORD", "result_is": "RESULT", "nothing_stops": "SHEET"}


def glossary() -> dict[str, dict[str, str]]:
    """Heading -> word -> what it means, in the order of the house."""
    argued = {f"{name}({_argument(name)})": guard for name, guard in WITH_ARGUMENT.items()}
    return {
        "Rules: how answers decide (`rule`)": _told(RULES),
        "Conditions (`when`)": _told(GUARDS) | _told(argued),
        "What an action does (`does`)": _told(ACTS),
    }


def _argument(guard: str) -> str:
    return _ARGUMENT.get(guard) or list(inspect.signature(WITH_ARGUMENT[guard]).parameters)[1].upper()


def _told(named: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    return {name: _first(inspect.getdoc(each) or "") for name, each in named.items()}


def _first(doc: str) -> str:
    found = _FIRST_SENTENCE.match(" ".join(doc.split("\n\n")[0].split("\n")))
    return found[0] if found else ""
