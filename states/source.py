"""A TOML file as somebody wrote it: its content, and the line of everything in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from states.faults import Fault, Places
from states.tables import Noted


class SourceError(Exception):
    """A file that is not TOML; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


@dataclass(frozen=True)
class Source:
    """One file that has been read."""

    #: What messages call it.
    name: str
    #: What it says.
    content: dict[str, Any]
    #: Where it says so.
    places: Places

    @classmethod
    def of(cls, name: str, content: bytes) -> Source:
        """Read the bytes of a file.

        Raises   SourceError
        """
        try:
            text = content.decode()
            table = tomllib.loads(text)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise SourceError(Fault(f"{name}:{line}", "the file is not UTF-8", "Save it as UTF-8.")) from None
        except tomllib.TOMLDecodeError as error:
            raise SourceError(_not_toml(name, str(error))) from None
        return cls(name, table, Places.of(name, text.replace("\r\n", "\n")))

    def faults(self, noted: Iterable[Noted]) -> list[Fault]:
        """What was noted about the file, in the order of its lines."""
        places = self.places
        # Stable: what stands on one line stays in the order in which it was found.
        ordered = sorted(noted, key=lambda n: places.line((*n.path, n.key) if n.key else n.path))
        return [places.fault(*each) for each in ordered]


def _not_toml(name: str, message: str) -> Fault:
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    said, line, column = found.groups() if found else (message, None, None)
    place = f"{name}:{line}" if line else name
    twice = any(word in said for word in ("overwrite", "twice", "mutate"))
    remedy = "The same key or table stands above: remove one." if twice else "Correct it; nothing was read."
    return Fault(place, f"not valid TOML: {said}" + (f" (column {column})" if column else ""), remedy)
