"""A document -> one page of HTML that stands by itself: no script, no file beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifications.paper.document import Document
from notifications.paper.words import colon
from notifications.plain import free_text


def html(of: Document) -> bytes:
    """One document as a page, UTF-8; every text in it is escaped."""
    return _template().render(of=of, colon=colon(of.language)).encode()


@cache
def _template() -> Template:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: free_text(value) if type(value) is str else value,
    )
    made.tests["a"] = lambda block, kind: type(block).__name__ == kind
    return made.get_template("webpage.html")
