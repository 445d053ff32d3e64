"""HTML of strangers made safe to show, and read as plain words."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

MOST_HTML = 1_000_000
"""Characters that are looked at; what is longer stays in the original."""
MOST_SHOWN = 200_000
DEEPEST = 1_000
"""Elements within one another: the time to clean them grows with the square of it."""
_TAGS = {
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q",
    "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"}, "a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"},
    "td": {"colspan", "rowspan", "align"}, "th": {"colspan", "rowspan", "align"}, "font": {"color"},
    "table": {"border", "cellpadding", "cellspacing"},
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})")
_NOT_NESTED = frozenset(
    {"br", "hr", "img", "meta", "link", "input", "p", "li", "td", "tr", "th", "dd", "dt", "col", "wbr"}
)
_BLOCKS = frozenset({
    "address", "article", "center", "dd", "div", "dl", "dt", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
})  # fmt: skip


def sanitised(html: str, files: Mapping[str, int | str] | None = None) -> str:
    """Without scripts, styles, forms, frames: it runs nothing and asks nobody. Images that lie elsewhere have no
    address any more, those that came along (`cid:`) what their file is called in `files`, by Content-ID (`cid:3`), so
    that whoever shows it finds it. Empty: it is too long or too deep to be shown."""
    if len(html) > MOST_HTML or _depth(html) > DEEPEST:
        return ""

    def kept(tag: str, attribute: str, value: str) -> str | None:
        is_image = tag == "img" and attribute == "src"
        if not is_image:
            return None if attribute == "href" and _is_of_mails_own(value) else value
        return (_came_along(value[4:], files) if value[:4].lower() == "cid:" else "") or None

    schemes = {"http", "https", "mailto", "tel", "cid", "data"}
    cleaned = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=kept, url_schemes=schemes,
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip
    cleaned = cleaned.replace("\0", "")
    return cleaned if len(cleaned) <= MOST_SHOWN else ""


def _came_along(content_id: str, files: Mapping[str, int | str] | None) -> str:
    """Where the image is found; empty: it is not there."""
    if files is None:
        return f"cid:{content_id}"
    number = files.get(content_id) or files.get(unquote(content_id))
    return f"cid:{number}" if number else ""


def _is_of_mails_own(link: str) -> bool:
    """A link to what the link itself holds, or the mail does: a page of a stranger's that would seem to be ours."""
    return link.strip().lower().startswith(("data:", "cid:"))


def plain(html: str) -> str:
    """The words of sanitised HTML, lines as they are shown; what is quoted begins with `>`, as in a plain mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines()).strip("\n")


def _depth(html: str) -> int:
    deepest = depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _NOT_NESTED:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = [(0, "")]
        self._quoted = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "blockquote":
            self._break()
            self._quoted += 1
            self._lines[-1] = (self._quoted, "")
        elif tag == "br":
            self._lines.append((self._quoted, ""))
        elif tag in _BLOCKS:
            self._break()
            self._preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._break()
            self._quoted = max(0, self._quoted - 1)
            self._lines[-1] = (self._quoted, "")
        elif tag in _BLOCKS:
            self._preformatted = max(0, self._preformatted - (tag == "pre"))
            self._break(blank=tag == "p")

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            first, *others = data.split("\n")
            self._add(first)
            self._lines += [(self._quoted, line) for line in others]
            return
        self._add(re.sub(r"\s+", " ", data))

    def lines(self) -> list[str]:
        found: list[str] = []
        for quoted, line in self._lines:
            text = line.replace("\xa0", " ").strip()
            shown = f"{'>' * quoted} {text}".rstrip() if quoted else text
            if shown or (found and found[-1]):
                found.append(shown)
        return found

    def _add(self, text: str) -> None:
        quoted, line = self._lines[-1]
        self._lines[-1] = (quoted, line + text)

    def _break(self, *, blank: bool = False) -> None:
        if self._lines[-1][1].strip():
            self._lines.append((self._quoted, ""))
            if blank:
                self._lines.append((self._quoted, ""))
