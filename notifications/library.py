"""The templates on the shelf: their sources, their versions, and the values each of them asks for."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, meta, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LANGUAGES = ("en", "fr", "es")
LAYOUTS = ("layout.txt", "layout.html")
FOLDER = Path(__file__).parent / "templates"
#: What the layouts are given beside the values of the letter.
_OF_LAYOUTS = frozenset(["blocks", "body", "is_asking", "language", "subject", "template"])


class TemplateError(Exception):
    """A letter that cannot be written: the message names the template, the language and what is missing."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2 for plain values: no arithmetic that can eat memory, a dict's keys before its methods."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"the operator {operator} is not for letters")

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def environment(language: str, *, is_html: bool = False) -> _Environment:
    """Where the templates of one language are read and compiled, once; `is_html` escapes every value."""
    made = _Environment(
        loader=FileSystemLoader([FOLDER / language, FOLDER]),
        undefined=StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    # Letters need one filter and no functions: what is not there cannot be misused.
    made.filters = {"quoted": quoted}
    made.globals = {}
    return made


def quoted(words: str | Iterable[str]) -> str:
    """Somebody's own words, each line marked with "> ": a reader sees where they begin and end."""
    text = words if isinstance(words, str) else "\n".join(words)
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


@cache
def templates(language: str) -> list[str]:
    """The names of all letters there are in `language`, in alphabetical order."""
    known_language(language)
    return sorted(file.stem for file in (FOLDER / language).glob("*.txt") if not file.stem.startswith("_"))


@cache
def compiled(template: str, language: str) -> tuple[Template, Template]:
    """The template of one letter: of its subject, and of its body.

    Compiled apart, so that no value can move the border between the two.
    Raises  TemplateError if there is no such letter, or it is not well written
    """
    known_language(language)
    known_template(template, language)
    subject, gap, body = _source(f"{template}.txt", language).partition("\n\n")
    if not gap or not subject.strip() or "\n" in subject:
        raise TemplateError(
            f"Letter '{template}' ({language}): the subject is missing. "
            "Write it on the first line, then an empty line, then the letter."
        )
    try:
        return environment(language).from_string(subject), environment(language).from_string(body)
    except JinjaError as error:
        raise TemplateError(f"Letter '{template}' ({language}) cannot be read: {error}") from None


@cache
def template_version(template: str, language: str) -> str:
    """Twelve hexadecimal digits that change when the wording or the layout of this letter changes."""
    return hashlib.sha256("\x00".join(_sources(template, language)).encode()).hexdigest()[:12]


@cache
def wording(template: str, language: str) -> str:
    """What stands in every letter of this name, whatever the values: the template's own words."""
    trees = _trees(template, language)
    return " ".join(data.data for tree in trees for data in tree.find_all(nodes.TemplateData))


@cache
def placeholders(template: str, language: str) -> frozenset[str]:
    """Every value this letter asks for, dotted ("case.title") and by its first name ("case")."""
    found: set[str] = set()
    for tree in _trees(template, language):
        outside = meta.find_undeclared_variables(tree) - _OF_LAYOUTS
        found |= outside
        for node in tree.find_all(nodes.Getattr):
            dotted = _dotted(node)
            if dotted and dotted.split(".")[0] in outside:
                found.add(dotted)
    return frozenset(found)


@cache
def slots(template: str, language: str) -> frozenset[str]:
    """The placeholders that are only printed or asked whether they are empty: one rendering serves all."""
    printed: set[str] = set()
    worked_on: set[str] = set()
    for tree in _trees(template, language):
        given = meta.find_undeclared_variables(tree)
        for name, chain in _uses(tree):
            dotted, above = _path(name, chain)
            if name in given:
                (printed if _is_slot(above) else worked_on).add(dotted)
    return frozenset(
        each for each in printed if not any(each == w or each.startswith(f"{w}.") for w in worked_on)
    )


def takes_slots(template: str, language: str) -> bool:
    """Whether the reader is only printed or asked whether it is empty: one rendering serves everybody."""
    return all(
        name in slots(template, language) for name in placeholders(template, language) if name[:3] == "to."
    )


def missing(template: str, language: str, values: Mapping[str, Any]) -> list[str]:
    """The placeholders of this letter for which `values` holds nothing."""
    return sorted(name for name in placeholders(template, language) if not _has(values, name))


def known_language(language: str) -> None:
    if language not in LANGUAGES:
        raise TemplateError(f"There are no letters in '{language}'. Use one of: {', '.join(LANGUAGES)}.")


def known_template(name: str, language: str) -> None:
    known = templates(language)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise TemplateError(f"There is no letter '{name}' in '{language}'.{hint}")


def files(template: str, language: str) -> list[str]:
    """The template's file, all it includes, and the layouts last."""
    known_language(language)
    known_template(template, language)
    files = [f"{template}.txt"]
    for file in files:
        included = meta.find_referenced_templates(_tree(file, language))
        files += [name for name in included if name and name not in files]
    return [*files, *LAYOUTS]


@cache
def _source(file: str, language: str) -> str:
    loader = environment(language).loader
    assert loader is not None
    return loader.get_source(environment(language), file)[0]


def _sources(template: str, language: str) -> list[str]:
    return [_source(file, language) for file in files(template, language)]


def _trees(template: str, language: str) -> list[nodes.Template]:
    return [_tree(file, language) for file in files(template, language)]


# A handful of files stand in every letter, and reading them again for each took a second of the first mail.
@cache
def _tree(file: str, language: str) -> nodes.Template:
    return environment(language).parse(_source(file, language))


def _dotted(node: nodes.Expr) -> str:
    """ "case.title" for that expression, "" for any that is not a plain chain of names."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        front = _dotted(node.node)
        return f"{front}.{node.attr}" if front else ""
    return ""


def _has(values: Mapping[str, Any], dotted: str) -> bool:
    found: Any = values
    for name in dotted.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True


def _uses(
    tree: nodes.Node, above: tuple[nodes.Node, ...] = ()
) -> Iterator[tuple[str, tuple[nodes.Node, ...]]]:
    """Each place where a name stands, with the chain of nodes that leads to it."""
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Name):
            yield child.name, (*above, tree)
        else:
            yield from _uses(child, (*above, tree))


def _path(name: str, chain: tuple[nodes.Node, ...]) -> tuple[str, tuple[nodes.Node, ...]]:
    """The dotted placeholder that begins with this name, and the nodes above it."""
    *above, last = chain
    while isinstance(last, nodes.Getattr) and above:
        name = f"{name}.{last.attr}"
        *above, last = above
    return name, (*above, last)


def _is_slot(chain: tuple[nodes.Node, ...]) -> bool:
    above = list(chain)
    while isinstance(above[-1], (nodes.Not, nodes.And, nodes.Or)):
        above.pop()
        if isinstance(above[-1], nodes.Output):
            return False  # {{ to.name or to.title }} prints a choice: one rendering cannot serve everybody
    return isinstance(above[-1], (nodes.Output, nodes.If))
