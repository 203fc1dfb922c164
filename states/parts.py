"""Parts: what many law files say alike, written once in a file of its own and taken by name.

`[parts.accounts]` in a law file takes `parts/accounts.toml`, which stands beside it, else beside the shipped
ones: actions with the states in which they may be done (stages.py), and checklists. Where the law file has an
action of the same name in a state, its own holds there. A role the law file does not know falls away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from states import articles
from states.faults import Places, ProcedureError, meant
from states.procedure import Action
from states.shelves import PARTS, shelf
from states.source import Source, SourceError
from states.stages import Stages, spoken
from states.tables import Noted, Table


@dataclass(frozen=True)
class Part:
    """One part, as a law file takes it."""

    name: str
    title: str
    #: Where the law file says so.
    basis: str
    #: In the order of its file, for the states in which the law file allows them.
    actions: tuple[Action, ...]
    #: Checklist -> item -> its words.
    checklists: Mapping[str, Mapping[str, str]]
    #: Where its actions stand.
    places: Places


def contents(law: Mapping[str, Any], folder: Path | None) -> dict[str, bytes]:
    """The files of the parts a law file names, by name and in its order; those that there are."""
    named, known = law.get(PARTS), shelf(PARTS, folder)
    return (
        {name: known[name].read_bytes() for name in named if name in known} if isinstance(named, dict) else {}
    )


def parts(
    top: Table, files: Mapping[str, bytes], folder: Path | None, stages: Stages, roles: Collection[str]
) -> Iterator[Part]:
    """The tables [parts.NAME] of a law file, each with the file it takes.

    files    what `contents` found
    Raises   ProcedureError with every fault of a part itself
    """
    for table in top.tables(PARTS, plain=True):
        basis = table.text("basis")
        table.done()
        if table.key in files:
            yield _part(table, files[table.key], basis, stages, roles)
        else:
            table.fault(f"there is no part '{table.key}'", meant(table.key, shelf(PARTS, folder)))


def _part(law: Table, content: bytes, basis: str, stages: Stages, roles: Collection[str]) -> Part:
    try:
        file = Source.of(f"{PARTS}/{law.key}.toml", content)
    except SourceError as error:
        raise ProcedureError([error.fault]) from None
    noted: list[Noted] = []
    top = Table(file.content, (), noted)
    title = top.text("title")
    checklists = {items.key: items.all_phrases() for items in top.tables("checklists")}
    found = [(table, spoken(table)) for table in top.tables("actions", plain=True)]
    for group in top.tables("groups", plain=True):
        found += [(table, (group.key,)) for table in group.tables("actions", plain=True)]
        group.done()
    actions = [articles.action(table, stages.of(where), law.key, basis) for table, where in found]
    top.done()
    if noted:
        raise ProcedureError(file.faults(noted))
    _tell_groups(law, {group: table.key for table, where in found for group in stages.missing(where)})
    mine = [replace(each, by=tuple(role for role in each.by if role in roles)) for each in actions]
    _tell_roles(law, [each for each, left in zip(actions, mine, strict=True) if not left.by])
    return Part(law.key, title, basis, tuple(mine), checklists, file.places)


def _tell_groups(law: Table, missing: Mapping[str, str]) -> None:
    """Groups the part speaks of and the law file does not have, each with an action that needs it."""
    for group, action in missing.items():
        says = f"the part '{law.key}' speaks of the group '{group}' (as for {action}), and there is none"
        law.fault(says, f"Say under [groups] which states it stands for: {group} = [...].")


def _tell_roles(law: Table, idle: Sequence[Action]) -> None:
    """Actions of the part whose roles the law file does not know."""
    if not idle:
        return
    names = ", ".join(dict.fromkeys(action.name for action in idle))
    roles = " or ".join(dict.fromkeys(role for action in idle for role in action.by))
    says = f"nobody may do what the part '{law.key}' leaves to {roles}: {names}"
    law.fault(says, "Add the role under [roles].")


def besides(actions: Mapping[str, list[Action]], added: Action) -> Action | None:
    """An action of a part in the states in which the law file has none of that name; None: in no state."""
    own = {state for action in actions.get(added.name, ()) for state in action.states}
    left = tuple(state for state in added.states if state not in own)
    return replace(added, states=left) if left else None
