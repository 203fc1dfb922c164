"""The law files of an installation: which there are, and under which one a case was begun."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from states import reader
from states.faults import Fault, ProcedureError, meant
from states.procedure import Procedure

#: Registers of Parties that are shipped -> the file of `workflow/data`. Any other is filled by import.
SHIPPED_REGISTERS = {"ramsar": "parties.csv", "basel": "parties_basel.csv"}


class LawMissing(Exception):
    """A case was begun under a law file that is not here any more, or is not what it was."""


class Laws:
    """The shipped law files, and those of a folder of one's own; one file for each procedure and edition.

    folder   further law files, or None
    extra    procedures that are in no file: a law that is being tried out
    """

    def __init__(self, folder: Path | None = None, extra: tuple[Procedure, ...] = ()) -> None:
        self._folder = folder
        self._extra = extra

    @cached_property
    def all(self) -> tuple[Procedure, ...]:
        """Every edition of every procedure, read once; those tried out come last and so win.

        Raises   ProcedureError
        """
        return (*(reader.read(path, path.name) for path in self._paths), *self._extra)

    @cached_property
    def _paths(self) -> tuple[Path, ...]:
        paths = reader.shipped()
        if self._folder is not None:
            paths |= {path.stem: path for path in sorted(self._folder.glob("*.toml"))}
        return tuple(paths.values())

    def files(self, id: str, edition: str) -> dict[str, bytes]:
        """The files an edition was read from, by name; none for one that is tried out or is not here."""
        for path in self._paths:
            law = reader.read(path, path.name)
            if (law.id, law.edition) == (id, edition):
                return reader.sources(path)
        return {}

    @cached_property
    def _by_edition(self) -> dict[tuple[str, str], Procedure]:
        return {(law.id, law.edition): law for law in self.all}

    def current(self, id: str) -> Procedure:
        """The newest edition of a procedure: new cases begin under it.

        Raises   ProcedureError for an unknown id, with the nearest right one
        """
        editions = [law for law in self.all if law.id == id]
        if not editions:
            known = {law.id for law in self.all}
            raise ProcedureError([Fault(id, "there is no procedure of that name", meant(id, known))])
        newest = max(law.edition for law in editions)
        return [law for law in editions if law.edition == newest][-1]

    def edition(self, id: str, edition: str) -> Procedure:
        """One edition of a procedure.

        Raises   ProcedureError for one that is not here, with those there are
        """
        found = self._by_edition.get((id, edition))
        if found is None:
            self.current(id)
            known = ", ".join(sorted(law.edition for law in self.all if law.id == id))
            remedy = f"Editions of {id}: {known}."
            raise ProcedureError([Fault(id, f"there is no edition '{edition}' of it here", remedy)])
        return found

    def of_case(self, id: str, edition: str, digest: str) -> Procedure:
        """The very law file a case was begun under.

        Raises   LawMissing when it is gone or was edited: a released edition is never edited
        """
        law = self._by_edition.get((id, edition))
        if law is None:
            raise LawMissing(
                f"The case was begun under {id}, edition {edition}, and that law file is not here. "
                "Put it back."
            )
        if law.digest != digest:
            raise LawMissing(
                f"{law.source} is not what it was when the case was begun: {id}, edition {edition}, "
                "was edited. Put the released file back, and publish the change as a new edition."
            )
        return law
