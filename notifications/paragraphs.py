"""The plain text of a letter -> the blocks its HTML part is made of, so that both say the same."""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["paragraph", "list", "quote", "link"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the HTML part."""

    kind: Kind
    #: Lines of a paragraph or quotation, items of a list; of a link its address.
    lines: tuple[str, ...]


def blocks(text: str, link: str) -> list[Block]:
    """`text` cut into blocks.

    text  paragraphs separated by empty lines; "- " opens an item of a list, "> " a line of quotation
    link  a line that is exactly this becomes a link; no other text ever does, whoever wrote it
    """
    found: list[Block] = []
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        for kind, group in groupby(lines, key=lambda line: _kind(line, link)):
            found.append(Block(kind, tuple(_content(line, kind) for line in group)))
    return found


def _kind(line: str, link: str) -> Kind:
    if link and line.strip() == link:
        return "link"
    if line.startswith("- "):
        return "list"
    if line.startswith(">"):
        return "quote"
    return "paragraph"


def _content(line: str, kind: Kind) -> str:
    if kind == "list":
        return line[2:].strip()
    if kind == "quote":
        return line[1:].strip()
    return line.strip()
