"""What somebody sees of a page: its words, its links, its buttons."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = ("script", "style", "title")
_BLOCKS = frozenset(
    ("p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "tr", "td", "th", "caption", "summary", "div", "br")
)


class Seen(HTMLParser):
    """A page as it is read.

    links     address -> what the link says
    disabled  what the buttons say that cannot be pressed
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.disabled: list[str] = []
        self.classes: dict[str, str] = {}
        self._text: list[str] = []
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(page)

    @property
    def text(self) -> str:
        """Its words, with one blank between them."""
        return " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._text.append(" ")
        if tag in ("a", "button", *_SILENT):
            self._open.append((tag, given, len(self._text)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, given, begin = self._open.pop()
        said = " ".join("".join(self._text[begin:]).split())
        if tag == "a":
            self.links[given.get("href", "")] = said
            self.classes[given.get("href", "")] = given.get("class", "")
        elif tag == "button" and "disabled" in given:
            self.disabled.append(said)

    def handle_data(self, data: str) -> None:
        if not any(tag in _SILENT for tag, _, _ in self._open):
            self._text.append(data)


def inline(page: str) -> list[str]:
    """Whatever in a page the content security policy would forbid."""
    return re.findall(r'\sstyle="[^"]*"|\son\w+="[^"]*"|<style|<script(?![^>]*src=)|javascript:', page)
