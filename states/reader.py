"""Read a law file: TOML -> Procedure, every mistake told with its place and the nearest right word."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from states import provided
from states.faults import Fault, Places, ProcedureError, meant
from states.periods import Grace, Period
from states.procedure import (
    PUBLISHES,
    Action,
    Alternative,
    Ask,
    Body,
    Deadline,
    Procedure,
    State,
    TakeOver,
)
from states.source import Source, SourceError
from states.tables import Noted, Table

__all__ = ["Fault", "ProcedureError", "load", "places", "read", "shipped", "sources"]

STATUSES = ("in force", "draft")
OPENS = ("on dispatch", "on entry")
CLOSES = ("when decided", "when all answered", "at deadline")
TAKES_DATES = ("keep", "recompute")
CAME_BACK = ("offer", "next contact")
BY_MAIL = ("after a look", "at once")
OUTCOMES = ("carried", "defeated", "lapsed")

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
    """The files a law is read from, by name: its own, then the catalogue it names."""
    content = path.read_bytes()
    found = {path.name: content}
    named = tomllib.loads(content.decode()).get("risk_catalogue")
    if isinstance(named, str) and (catalogue := provided.catalogue_file(named, path.parent)) is not None:
        found[f"{provided.CATALOGUES}/{catalogue.name}"] = catalogue.read_bytes()
    return found


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
    catalogue = _catalogue(file.content.get("risk_catalogue"), folder)
    # A case begins under the law file and the catalogue it names: neither may change under it.
    digest = sha256(content + (catalogue or b"")).hexdigest()
    top = Table(file.content, (), faults)
    procedure = _procedure(top, digest, source, folder, catalogue)
    if faults:
        raise ProcedureError(file.faults(faults))
    _PLACES[digest] = file.places
    return procedure


def _catalogue(name: object, folder: Path | None) -> bytes | None:
    path = provided.catalogue_file(name, folder) if isinstance(name, str) else None
    return path.read_bytes() if path is not None else None


# ------------------------------------------------------------------------------- records, in file order


def _procedure(
    top: Table, digest: str, source: str, folder: Path | None, catalogue: bytes | None
) -> Procedure:
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
    }
    roles = top.phrases("roles", required=True)
    bodies = {body.key: _body(body) for body in top.tables("bodies")}
    checklists = {items.key: items.all_phrases() for items in top.tables("checklists")}
    named = top.text("risk_catalogue", "")
    risks = dict(provided.catalogue(top, named, folder, catalogue)) if named else {}
    provisions: dict[str, Any] = {
        "framed_by": top.text("framed_by", ""),
        "sheets": provided.sheets(top),
        "risks": risks | provided.risks(top),
        "agreements": provided.agreements(top),
        "signers": top.phrases("signers"),
        "membership": provided.membership(top),
        "marks": top.phrases("marks"),
    }
    takes_over = {table.key: _take_over(table) for table in top.tables("takes_over")}
    actions: dict[str, list[Action]] = {}
    states = {}
    for state in top.tables("states", required=True, plain=True):
        states[state.key] = _state(state, actions)
    for action in top.tables("actions", plain=True):
        actions.setdefault(action.key, []).append(_action(action, action.words("in")))
    top.done()
    return Procedure(
        **scalars,
        roles=roles,
        bodies=bodies,
        checklists=checklists,
        states=states,
        actions={name: tuple(same) for name, same in actions.items()},
        takes_over=takes_over,
        digest=digest,
        source=source,
        **provisions,
    )


def _body(table: Table) -> Body:
    body = Body(
        code=table.key,
        title=table.text("title"),
        quorum_seats=table.number("quorum_seats"),
        quorum_share=table.share("quorum_share"),
        kinds=table.words("kinds", ("ordinary",)),
        majority=table.share("majority"),
        results=table.words("results", ()),
    )
    table.done()
    return body


def _take_over(table: Table) -> TakeOver:
    plan = TakeOver(
        basis=table.text("basis"),
        states=table.phrases("states"),
        dates=table.choice("dates", TAKES_DATES, "keep"),
    )
    table.done()
    return plan


def _state(table: Table, actions: dict[str, list[Action]]) -> State:
    if table.key == "stays":
        table.fault("'stays' cannot be the name of a state: it means that a case stays", "Rename it.")
    state = State(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis", ""),
        final=table.flag("final"),
        target=table.text("target", ""),
        decider=table.text("decider", ""),
        target_notify=table.notices("target_notify"),
        moves_on=table.alternatives("moves_on"),
        notify=table.notices("notify"),
        ask=next((_ask(ask) for ask in table.subtable("ask")), None),
        outcomes=next((_outcomes(outcomes) for outcomes in table.subtable("outcomes")), {}),
        deadlines=tuple(_deadline(deadline) for deadline in table.tables("deadlines", plain=True)),
    )
    for action in table.tables("actions", plain=True):
        actions.setdefault(action.key, []).append(_action(action, (table.key,)))
    table.done()
    return state


def _ask(table: Table) -> Ask:
    ask = Ask(
        of=table.text("of"),
        opens=table.choice("opens", OPENS, "on dispatch"),
        task=table.period("task", Period(5, "days")),
        letter=table.text("letter"),
        answers=table.words("answers"),
        favour=table.words("favour", ()),
        against=table.words("against", ()),
        conditions=table.words("conditions", ()),
        conditions_need_acceptance=table.flag("conditions_need_acceptance"),
        reasons=table.words("reasons", ()),
        question=table.words("question", ()),
        question_extends=table.optional_period("question_extends"),
        objections_stand=table.flag("objections_stand"),
        shows=table.words("shows", ()),
        publishes=table.choice("publishes", PUBLISHES, "nothing"),
        joiners=table.optional_period("joiners"),
        within=table.period("within"),
        again_within=table.optional_period("again_within"),
        again_letter=table.text("again_letter", ""),
        basis=table.text("basis", ""),
        remind=table.periods("remind"),
        silence=table.text("silence"),
        confirm_unreached=table.flag("confirm_unreached"),
        came_back=table.choice("came_back", CAME_BACK, "offer"),
        by_mail=table.choice("by_mail", BY_MAIL, "after a look"),
        restarts_on_delivery=table.flag("restarts_on_delivery"),
        quorum=table.number("quorum"),
        turnout=table.share("turnout"),
        rule=table.text("rule"),
        closes=table.choice("closes", CLOSES),
        final_from=table.text("final_from", ""),
        extensions=table.number("extensions", 1),
        extension_at_least=table.optional_period("extension_at_least"),
        objection_notify=table.notices("objection_notify"),
        lapse_notify=table.notices("lapse_notify"),
        returns_from=table.words("returns_from", ()),
        returns=next(iter(table.alternatives("returns", single=True)), None),
    )
    table.done()
    return ask


def _outcomes(table: Table) -> dict[str, tuple[Alternative, ...]]:
    # A plain loop over the words a rule can say: anything else in the table is an unknown key.
    found = {word: table.alternatives(word) for word in OUTCOMES if word in table.content}
    table.asked_for.update(OUTCOMES)
    table.done()
    return {word: found[word] for word in table.content if word in found}


def _deadline(table: Table) -> Deadline:
    deadline = Deadline(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis", ""),
        of=table.text("of"),
        within=table.optional_period("within"),
        meeting=table.text("meeting", ""),
        before=table.optional_period("before"),
        on_expiry=table.text("on_expiry", ""),
        done_by=table.text("done_by", ""),
        repeats=table.flag("repeats"),
        report_to=table.text("report_to", ""),
    )
    table.done()
    return deadline


def _action(table: Table, states: tuple[str, ...]) -> Action:
    action = Action(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis", ""),
        by=table.words("by"),
        states=states,
        needs=table.words("needs", ()),
        takes=table.words("takes", ()),
        when=table.words("when", ()),
        checklist=table.text("checklist", ""),
        does=table.text("does", ""),
        to=table.alternatives("to"),
        notify=table.notices("notify"),
        while_held=table.flag("while_held"),
        any_officer=table.flag("any_officer"),
    )
    table.done()
    return action
