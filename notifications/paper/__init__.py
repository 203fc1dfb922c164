"""Paper: documents as they are printed and filed, in three printers.

document.py   Document: letterhead, address, and blocks one after the other
printed.py    a letter -> the same letter on paper
typeset.py    documents -> PDF/UA, by typst (paper.typ)
"""

from notifications.paper.document import (
    Block,
    Document,
    Facts,
    Grid,
    Heading,
    Items,
    Office,
    PageBreak,
    Quote,
    Signing,
    Text,
)
from notifications.paper.printed import printed
from notifications.paper.typeset import NotPrinted, pdf

__all__ = [
    "Block",
    "Document",
    "Facts",
    "Grid",
    "Heading",
    "Items",
    "NotPrinted",
    "Office",
    "PageBreak",
    "Quote",
    "Signing",
    "Text",
    "pdf",
    "printed",
]
