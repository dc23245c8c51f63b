"""Changes a few places of an XML part and leaves every other byte as it was sent."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from xml.parsers import expat

from portfolio.uploads.packages import MOST_MARKS, NotAWorkbook, damage_told, no_definitions

OPENING = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")

_DECLARED = 1024  # bytes in which a part says how it is encoded, if at all
_MOST_FOUND = 200_000  # the comments of 200 awards, each cell of theirs wrong, are 20,000

Edit = tuple[int, int, bytes]
"""From where to where, and what to put there instead."""


TOO_MUCH = "This workbook holds too much to be marked. Put it right in a new download, and upload that"


@dataclass(frozen=True)
class Element:
    """A tag of a part: where it starts, its content starts, its content ends, and it ends, in bytes."""

    name: str
    namespace: str
    values: dict[str, str]
    depth: int
    start: int
    inner: int
    outer: int
    end: int

    @property
    def is_short(self) -> bool:
        """Whether it is written without an end of its own, as `<dxfs/>`."""
        return self.inner == self.end

    def covers(self, other: "Element") -> bool:
        """Whether the other one stands in it."""
        return self.start < other.start and other.end <= self.end


def in_utf8(xml: bytes) -> bytes:
    """The part in UTF-8, which places in bytes are counted in."""
    if xml.count(b"<") > MOST_MARKS:
        raise NotAWorkbook(TOO_MUCH)
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = no_definitions
    parser.XmlDeclHandler = lambda version, encoding, standalone: found.append(encoding or "")
    with damage_told():
        parser.Parse(xml[:_DECLARED], False)
        encoding = found[0].lower() if found else ""
        if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        if encoding in ("", "utf-8"):
            return xml.removeprefix(b"\xef\xbb\xbf")
        return re.sub(r"^<\?xml[^>]*\?>", "", xml.decode(encoding)).encode()


def elements(xml: bytes, deeper: Collection[str] = ()) -> list[Element]:
    """The root, its children, and whatever else is called by one of the names further in, in the order they start."""
    found: list[Element | None] = []
    open_: list[tuple[int, str, dict[str, str], int]] = []
    parser = expat.ParserCreate(namespace_separator="|")
    parser.StartDoctypeDeclHandler = no_definitions

    def start(tag: str, values: dict[str, str]) -> None:
        keep = len(open_) < 2 or tag.rpartition("|")[2] in deeper
        open_.append((len(found) if keep else -1, tag, values, parser.CurrentByteIndex))
        if keep:
            found.append(None)
        if len(found) > _MOST_FOUND:
            raise NotAWorkbook(TOO_MUCH)

    def end(_: str) -> None:
        place, tag, values, begin = open_.pop()
        if place < 0:
            return
        opening = OPENING.match(xml, begin)
        if opening is None:
            raise ValueError("a tag that cannot be measured")
        namespace, _, name = tag.rpartition("|")
        if opening[0].endswith(b"/>"):
            outer = last = opening.end()
        else:
            outer = parser.CurrentByteIndex
            last = xml.index(b">", outer) + 1
        found[place] = Element(name, namespace, values, len(open_), begin, opening.end(), outer, last)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with damage_told():
        parser.Parse(xml, True)
    return [element for element in found if element is not None]


def grouped(found: Iterable[Element], name: str) -> list[list[Element]]:
    """Each element of a name, with whatever stands in it after it; `found` is in the order that elements start."""
    groups: list[list[Element]] = []
    for element in found:
        if element.name == name:
            groups.append([element])
        elif groups and groups[-1][0].covers(element):
            groups[-1].append(element)
    return groups


def spliced(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with every edit made; several at one place stand in the order given."""
    pieces: list[bytes] = []
    done = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += (xml[done:start], new)
        done = end
    return b"".join((*pieces, xml[done:]))


def appended(xml: bytes, element: Element, new: bytes) -> Edit:
    """The edit that puts something at the end of an element's content, however the element is written."""
    if not element.is_short:
        return element.outer, element.outer, new
    opening = xml[element.start : element.end]
    name = re.match(rb"<([^\s/>]+)", opening)
    if name is None:
        raise ValueError("a tag without a name")
    return element.start, element.end, opening[:-2].rstrip() + b">" + new + b"</" + name[1] + b">"
