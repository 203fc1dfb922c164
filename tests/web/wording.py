"""The texts of pages as the sources have them, so that the catalogs can be compared with what is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import nodes

import notifications
import states
import workflow
from workflow.web.showing import FOLDER, environment

PACKAGE = Path(workflow.__file__).parent
WEB = PACKAGE / "web"
#: Whose refusals are read on pages, besides those of the pages themselves.
REFUSING = (
    *sorted((PACKAGE / "register").glob("*.py")),
    *(PACKAGE / f"{name}.py" for name in ("files", "check", "scans", "upkeep", "inbox/waiting")),
)
#: What programs are told by the API, and how it is described to them, is English.
_FOR_PROGRAMS = re.compile(r"api(_\w+)?\.py|problems\.py")
#: Names of things, keys of counters and words of the log: nobody reads them on a page.
UNSAID = frozenset(
    {
        "Assent", "Bearer", "Sheet", "account {}", "another feed address", "at deadline", "code {} {} {}",
        "feed {}", "recount {}", "test copy {}",
    }
)  # fmt: skip
#: Functions that say a text in the reader's language.
_SAYERS = frozenset({"say", "_say", "_t"})
#: Two words, or one that begins with a capital: something that people read.
_PROSE = re.compile(r"\A[A-Z][a-z]{2,}|[a-z]{2} [A-Za-z{']|\} [a-z]")
#: What looks like words, and is read by machines.
_TECHNICAL = re.compile(
    r"(?:base-uri|form-action|frame-ancestors|(?:connect|default|img|script|style)-src|sandbox;) .*"
    r"|[A-Z][a-z]+(?:-[A-Z][a-z]+)+|.*; (?:charset|filename|max-age|Path)=.*|.*\b(?:immutable|nofollow)\b.*"
    r"|</?[a-z].*|letters\.status IN .*|Europe/Zurich|yyyy-.*|[a-z_]+(?:, [a-z_0-9;]+)+"
    r"|iso2, .*|(?:id)?: .*\n\n|Not Found|Allow: .*|User-agent: .*",
    re.DOTALL,
)


def spoken() -> dict[str, str]:
    """Every text that a template or a page hands over to be said, and the file that does."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.iterdir()):
        for call in environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("t", "tn"):
                found |= dict.fromkeys(_texts_of(call.args[0]), path.name)
    for path in sorted(WEB.glob("*.py")):
        for call in (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)):
            if call.args and getattr(call.func, "attr", getattr(call.func, "id", "")) in _SAYERS:
                said = (node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant))
                found |= dict.fromkeys((text for text in said if isinstance(text, str)), path.name)
    return found


def written(path: Path) -> Iterator[str]:
    """What a module has in words: constants as they are, others with {} for what is filled in."""
    tree = _tree(path)
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.JoinedStr):
            silent |= set(ast.walk(node)) - {node}
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            silent |= set(ast.walk(node))
        if isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") == "log":
            silent |= set(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and node not in silent:
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.value


def for_readers() -> dict[str, str]:
    """What the modules of pages have in words, and all sentences of those that refuse; and the file."""
    found: dict[str, str] = {}
    of_pages = (path for path in sorted(WEB.glob("*.py")) if not _FOR_PROGRAMS.fullmatch(path.name))
    for path in (*of_pages, *REFUSING):
        read = [text for text in written(path) if _PROSE.search(text) and not _TECHNICAL.fullmatch(text)]
        if path.parent != WEB:
            # Registers also have the words people write in lists; what they say to people is a sentence.
            read = [text for text in read if text.endswith(".") or ("{}" in text and text[-4:] != ": {}")]
        found |= dict.fromkeys((text for text in read if text not in UNSAID), path.name)
    return found


@cache
def everything() -> frozenset[str]:
    """Whatever stands between quotation marks in templates and modules, with {} for what is filled in."""
    found = set()
    for path in FOLDER.iterdir():
        constants = environment().parse(path.read_text("utf-8")).find_all(nodes.Const)
        found |= {node.value for node in constants if isinstance(node.value, str)}
    for package in (workflow, states, notifications):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            found |= set(written(path)) | set(_docstrings(path))
    return frozenset(found)


def pieces(text: str) -> list[str]:
    """What stands between the things that are filled in."""
    return re.split(r"\{\w*\}", text)


def _docstrings(path: Path) -> Iterator[str]:
    # The docstring of an error is what its page says.
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ClassDef) and (said := ast.get_docstring(node)):
            yield said


def _texts_of(said: nodes.Expr) -> Iterator[str]:
    """The texts an expression can come to: those of a table, but not its keys."""
    if isinstance(said, nodes.Const):
        if isinstance(said.value, str):
            yield said.value
    elif isinstance(said, nodes.CondExpr):
        for each in (said.expr1, said.expr2):
            if each is not None:
                yield from _texts_of(each)
    else:
        for table in said.find_all(nodes.Dict):
            for pair in table.items:
                yield from _texts_of(pair.value)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
