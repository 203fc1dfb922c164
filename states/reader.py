"""Read a law file: TOML -> Procedure, every mistake told with its place and the nearest right word."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from states import articles, provided
from states.faults import Fault, Places, ProcedureError, meant
from states.parts import Part, besides, contents, parts
from states.periods import Grace
from states.procedure import Action, Procedure
from states.shelves import CATALOGUES, PARTS, shelf
from states.source import Source, SourceError
from states.stages import spoken, stages
from states.tables import Noted, Table

__all__ = ["Fault", "ProcedureError", "load", "places", "read", "shipped", "sources"]

STATUSES = ("in force", "draft")

# Which lines the keys of a file stand on, by the file's digest: records do not carry them.
_PLACES: dict[str, Places] = {}


def shipped() -> dict[str, Path]:
    """The law files that come with Assent: file name without ".toml" -> path."""
    return _laws_in(Path(str(files("states") / "law")))


def load(id_or_path: str | Path, folder: Path | None = None) -> Procedure:
    """The procedure of that id, or in that file; read once for each content the file has had.

    id_or_path   "ramsar-private", or a path that ends in ".toml"
    folder       law files of one's own; they win over shipped ones of the same name
    Raises       ProcedureError with every fault
    """
    known = shipped() | (_laws_in(folder) if folder else {})
    name = str(id_or_path)
    if name in known:
        return read(known[name], known[name].name)
    if isinstance(id_or_path, Path) or name.endswith(".toml"):
        return read(Path(id_or_path))
    raise ProcedureError([Fault(name, "there is no law file of that name", meant(name, known))])


def read(path_or_text: str | Path, source: str = "") -> Procedure:
    """Read one law file.

    path_or_text   a path, or the text itself (a str with a line break in it)
    source         what messages call it; the path unless given
    Raises         ProcedureError with every fault
    """
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        return _parsed(path_or_text.encode(), source or "law file", None)
    source = source or str(path_or_text)
    try:
        content = Path(path_or_text).read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise ProcedureError(
            [Fault(source, f"the law file cannot be read: {reason}", "Give the path of a law file.")]
        ) from None
    return _parsed(content, source, Path(path_or_text).parent)


def sources(path: Path) -> dict[str, bytes]:
    """The files a law is read from, by name: its own, the catalogue it names, the parts it takes."""
    content = path.read_bytes()
    law = tomllib.loads(content.decode())
    found = {path.name: content}
    if (catalogue := _catalogue(law.get("risk_catalogue"), path.parent)) is not None:
        found[f"{CATALOGUES}/{law['risk_catalogue']}.toml"] = catalogue
    return found | {f"{PARTS}/{name}.toml": part for name, part in contents(law, path.parent).items()}


def places(procedure: Procedure) -> Places:
    """The lines of the procedure's file; empty for a procedure that was not read from one."""
    return _PLACES.get(procedure.digest, Places(procedure.source))


def _laws_in(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


@lru_cache(maxsize=64)
def _parsed(content: bytes, source: str, folder: Path | None) -> Procedure:
    try:
        file = Source.of(source, content)
    except SourceError as error:
        raise ProcedureError([error.fault]) from None
    faults: list[Noted] = []
    shared = _Shared.of(file.content, folder)
    top = Table(file.content, (), faults)
    procedure, taken = _procedure(top, shared)
    if faults:
        raise ProcedureError(file.faults(faults))
    # A case begins under the law file and all that it names: none of it may change under the case.
    digest = sha256(b"".join((content, shared.catalogue or b"", *shared.parts.values()))).hexdigest()
    _PLACES[digest] = replace(file.places, elsewhere=_elsewhere(file.content, taken))
    return replace(procedure, digest=digest, source=source)


@dataclass(frozen=True)
class _Shared:
    """The files a law file shares with others, as they are found from its folder."""

    folder: Path | None
    #: Its catalogue of risks; None: it names none, or one that is not there.
    catalogue: bytes | None
    #: Part -> content.
    parts: Mapping[str, bytes]

    @classmethod
    def of(cls, law: Mapping[str, Any], folder: Path | None) -> _Shared:
        return cls(folder, _catalogue(law.get("risk_catalogue"), folder), contents(law, folder))


def _catalogue(name: object, folder: Path | None) -> bytes | None:
    path = shelf(CATALOGUES, folder).get(name) if isinstance(name, str) else None
    return path.read_bytes() if path is not None else None


def _elsewhere(law: Mapping[str, Any], taken: Iterable[Part]) -> dict[tuple[str | int, ...], Places]:
    own = law.get("actions", {})
    return {
        ("actions", action.name): part.places
        for part in taken
        for action in part.actions
        if action.name not in own
    }


# ------------------------------------------------------------------------------- records, in file order


def _procedure(top: Table, shared: _Shared) -> tuple[Procedure, list[Part]]:
    scalars: dict[str, Any] = {
        "id": top.text("id"),
        "edition": top.text("edition"),
        "status": top.choice("status", STATUSES, "in force"),
        "title": top.text("title"),
        "basis": top.text("basis"),
        "timezone": top.text("timezone"),
        "calendar": top.text("calendar"),
        "grace": top.parsed("grace", Grace, Grace()),
        "languages": top.words("languages"),
        "parties": top.text("parties"),
        "prefix": top.text("prefix"),
        "start": top.text("start"),
        "consent_valid": top.optional_period("consent_valid"),
        "consents_renewed_by": top.text("consents_renewed_by", ""),
    }
    roles = top.phrases("roles", required=True)
    bodies = {body.key: articles.body(body) for body in top.tables("bodies")}
    checklists = {items.key: items.all_phrases() for items in top.tables("checklists")}
    named = top.text("risk_catalogue", "")
    risks = dict(provided.catalogue(top, named, shared.folder, shared.catalogue)) if named else {}
    provisions: dict[str, Any] = {
        "framed_by": top.text("framed_by", ""),
        "sheets": provided.sheets(top),
        "risks": risks | provided.risks(top),
        "agreements": provided.agreements(top),
        "signers": top.phrases("signers"),
        "membership": provided.membership(top),
        "marks": top.phrases("marks"),
    }
    takes_over = {table.key: articles.take_over(table) for table in top.tables("takes_over")}
    actions: dict[str, list[Action]] = {}
    states = {
        table.key: articles.state(table, actions) for table in top.tables("states", required=True, plain=True)
    }
    known = stages(top, {state.name: state.final for state in states.values()}, scalars["start"])
    for table in top.tables("actions", plain=True):
        actions.setdefault(table.key, []).append(articles.action(table, known.of(spoken(table))))
    taken = list(parts(top, shared.parts, shared.folder, known, roles))
    for part in taken:
        checklists = dict(part.checklists) | checklists
        for action in part.actions:
            if (left := besides(actions, action)) is not None:
                actions.setdefault(action.name, []).append(left)
    top.done()
    procedure = Procedure(
        **scalars,
        roles=roles,
        bodies=bodies,
        checklists=checklists,
        states=states,
        actions={name: tuple(same) for name, same in actions.items()},
        parts={part.name: part.title for part in taken},
        part_basis={part.name: part.basis for part in taken},
        takes_over=takes_over,
        **provisions,
    )
    return procedure, taken
