"""Which package may know which: the house of three packages, and the order inside `workflow`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"states", "notifications", "workflow"}
#: From the most basic to the outermost. A module imports only from rows above its own, never from its own.
HOUSE = """
secretfile clamd
config i18n clock sqlite laws calendars
house
db
models
queries
contacts scans
numbers heartbeat people hands files spreadsheet sheet rehearsal expected links folding contributions
record outbox rehearsal_file
explanations timeline register letters replies spoken published backup
alerts postmark upkeep
covers
delivery gather
projection
work
engine
answering
preview rewriting check drawing forecast search figures accounts foresight fresh_links transfers
sweep sending posting printing
inbox reports
stage desk mailbox lmtp
rehearse scheduler catcher reach
showcase doctor
web
cli
"""
ROW = {name: row for row, names in enumerate(HOUSE.split("\n")) for name in names.split()}
FILES = {package: sorted((ROOT / package).rglob("*.py")) for package in sorted(OURS)}


def imports(path: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports, at its top or inside a function, as parts of dotted names."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = package[: len(package) - node.level + 1] if node.level else ()
            origin += tuple(node.module.split(".")) if node.module else ()
            yield from ((*origin, alias.name) for alias in node.names)


@pytest.mark.parametrize("package", ["states", "notifications"])
def test_the_law_and_the_post_know_nothing_of_ours(package: str) -> None:
    known = {(path.name, name[0]) for path in FILES[package] for name in imports(path) if name[0] in OURS}

    assert {(path, name) for path, name in known if name != package} == set()


def test_the_law_needs_nothing_but_the_standard_library_and_transitions() -> None:
    allowed = set(sys.stdlib_module_names) | {"transitions", "states"}

    assert {(p.name, n[0]) for p in FILES["states"] for n in imports(p) if n[0] not in allowed} == set()


def test_every_module_of_the_house_has_its_place() -> None:
    inside = {path.relative_to(ROOT / "workflow").parts[0].removesuffix(".py") for path in FILES["workflow"]}

    assert inside - set(ROW) - {"__init__", "__main__", "migrations"} == set()


def test_inside_the_house_imports_point_to_what_is_more_basic() -> None:
    wrong = []
    for path in FILES["workflow"]:
        own = path.relative_to(ROOT / "workflow").parts[0].removesuffix(".py")
        for name in imports(path):
            used = name[1] if name[0] == "workflow" and len(name) > 1 else own
            if own in ROW and used in ROW and used != own and ROW[used] >= ROW[own]:
                wrong.append(f"{own} imports {used}")

    assert wrong == []
