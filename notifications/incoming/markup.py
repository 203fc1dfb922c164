"""HTML that came by mail: made harmless for a page, and put into plain lines with its quotations marked."""

import re
from html import unescape

import nh3
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from lxml import html as lxml_html
from lxml.etree import ParserError, XMLSyntaxError

#: What a page may show of a mail: words and their order; nothing that loads, runs or looks like ours.
_TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "hr", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "*": {"dir", "lang"}}
#: HTML that is nested deeper than this is read without its quotations: the readers call themselves.
_DEPTH_MAX = 120

_BEGINS, _ENDS = "\ue0f0", "\ue0f1"
_MARKS = re.compile(f"[{_BEGINS}{_ENDS}]")
#: Elements in which mail programs put what they quote.
_QUOTED = (
    "//blockquote",
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]",
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote_container ')]",
    "//*[contains(concat(' ', @class, ' '), ' gmail_attr ')]",
    "//*[contains(concat(' ', @class, ' '), ' yahoo_quoted ')]",
    "//*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]",
    "//*[contains(concat(' ', @class, ' '), ' protonmail_quote ')]",
    "//*[contains(concat(' ', @class, ' '), ' zmail_extra ')]",
)
#: Elements from which on everything is quoted.
_QUOTED_FROM = (
    "//*[@id='divRplyFwdMsg']",
    "//*[@id='appendonsend']",
    "//*[@id='mail-editor-reference-message-container']",
    "//div[contains(@style, 'border-top:solid #E1E1E1') or contains(@style, 'border-top:solid #B5C4DF')]",
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|mso-hide\s*:\s*all", re.IGNORECASE
)


def harmless(text: str) -> str:
    """The HTML as a page may show it: no picture, script, style, form or frame, and no link that opens."""
    try:
        return nh3.clean(text, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, strip_comments=True)
    except Exception:  # a page without the mail's looks is better than none
        return ""


def plain_lines(text: str, *, is_own_only: bool = False) -> str:
    """The HTML as plain lines, those within a quotation beginning with "> ".

    is_own_only   what is quoted is only marked as such: its words are known from elsewhere, and it is most of
                  what there is to read
    """
    text = _MARKS.sub("", text)
    try:
        tree = lxml_html.document_fromstring(_for_lxml(text))
        if _depth(tree) > _DEPTH_MAX:
            return _words_only(text)
        _mark_quotations(tree, is_own_only)
        _drop_hidden(tree)
        marked = get_text(lxml_html.tostring(tree, encoding="unicode"), ParserConfig(display_images=False))
    except (ParserError, XMLSyntaxError):
        return ""
    except Exception:  # hostile HTML finds faults in every reader
        return _words_only(text)
    return _quoted(marked)


def _for_lxml(text: str) -> str:
    # A declared encoding in a text that is decoded already makes the parser refuse it.
    return re.sub(r"<\?xml[^>]*\?>", "", text, count=1).replace("\x00", "") or "<p></p>"


def _depth(tree: "lxml_html.HtmlElement") -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        element, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in element]
    return deepest


def _mark_quotations(tree: "lxml_html.HtmlElement", is_own_only: bool) -> None:
    for path in _QUOTED:
        for element in tree.xpath(path):
            if is_own_only and len(element):
                # Between two marks still stands something: a quotation of nothing would be none.
                del element[:]
                element.text = "..."
            _put_before(element, _BEGINS)
            element.tail = _ENDS + (element.tail or "")
    for path in _QUOTED_FROM:
        for element in tree.xpath(path)[:1]:
            _put_before(element, _BEGINS)


def _put_before(element: "lxml_html.HtmlElement", sign: str) -> None:
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + sign
    elif element.getparent() is not None:
        parent = element.getparent()
        parent.text = (parent.text or "") + sign


def _drop_hidden(tree: "lxml_html.HtmlElement") -> None:
    """What nobody sees must not be read as somebody's words."""
    for element in tree.xpath("//*[@style or @hidden]"):
        is_hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style", ""))
        if is_hidden and element.getparent() is not None:
            element.drop_tree()
    for element in tree.xpath(
        "//script|//style|//head|//title|//template|//noscript|//object|//textarea|//select"
    ):
        if element.getparent() is not None:
            element.drop_tree()


def _quoted(marked: str) -> str:
    depth, lines = 0, []
    for line in marked.split("\n"):
        opened = depth
        # Own words before a quotation on the same line stay own; those after it are told apart by the next.
        for piece in re.split(f"([{_BEGINS}{_ENDS}])", line):
            if piece == _BEGINS:
                depth += 1
            elif piece == _ENDS:
                depth = max(depth - 1, 0)
            elif piece.strip():
                lines.append(("> " if depth else "") + piece.strip())
        if not _MARKS.sub("", line).strip():
            lines.append(">" if opened and depth else "")
    return "\n".join(lines).strip("\n")


def _words_only(text: str) -> str:
    try:
        bare = nh3.clean(text, tags=set(), attributes={}, strip_comments=True)
    except Exception:
        bare = re.sub(r"<[^>]*>", " ", text)
    return unescape(bare)
