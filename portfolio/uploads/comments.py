"""Comments on a sheet's cells: ours are added and taken away again, other people's stay."""

import html
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from portfolio.uploads.areas import Place, address_of, place_of
from portfolio.uploads.splicing import Edit, Element, appended, elements, grouped, in_utf8, spliced

BEGINS = "To put right:"
"""How every comment of ours begins, which is how it is known again after another program saved it."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_NO_DRAWING = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_KIND = (
    b'<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def with_comments(listed: bytes | None, wanted: Mapping[Place, str]) -> tuple[bytes, set[Place]]:
    """A sheet's comments with ours as wanted and no others of ours, and the cells that have no comment any more."""
    xml = in_utf8(listed or f'<comments xmlns="{_MAIN}"><authors/><commentList/></comments>'.encode())
    found = elements(xml, deeper={"author", "comment", "text", "t", "rPh"})
    own = f'xmlns="{found[0].namespace}"'
    edits: list[Edit] = []
    gone: set[Place] = set()
    new = dict(wanted)
    for comment, *inside in grouped(found, "comment"):
        place = place_of(comment.values.get("ref", ""))
        text = next((one for one in inside if one.name == "text"), None)
        if place is None or text is None:
            continue
        said = _said(xml, inside, text)
        others, ours, _ = said.partition(BEGINS)
        ours_now = new.pop(place, "")
        if not ours:
            if ours_now:
                more = f"<r {own}><t {_KEPT}>{_written(chr(10) + chr(10) + ours_now)}</t></r>"
                edits.append(appended(xml, text, more.encode()))
            continue
        kept = "\n\n".join(filter(None, (others.strip(), ours_now)))
        if kept:
            edits.append((text.start, text.end, f"<text {own}><t {_KEPT}>{_written(kept)}</t></text>".encode()))
        else:
            edits.append((comment.start, comment.end, b""))
            gone.add(place)
    if new:
        authors = next(element for element in found if element.name == "authors")
        author = sum(1 for element in found if element.name == "author")
        edits.append(appended(xml, authors, f"<author {own}>{escape(BEGINS)}</author>".encode()))
        entries = "".join(
            f'<comment {own} ref="{address_of(place)}" authorId="{author}">'
            f"<text><t {_KEPT}>{_written(said)}</t></text></comment>"
            for place, said in sorted(new.items())
        )
        edits.append(appended(xml, next(one for one in found if one.name == "commentList"), entries.encode()))
    return spliced(xml, edits), gone


_KEPT = 'xml:space="preserve"'


def _said(xml: bytes, found: list[Element], text: Element) -> str:
    said = [one for one in found if one.name == "t" and text.covers(one)]
    spoken = [one for one in found if one.name == "rPh" and text.covers(one)]
    plain = b"".join(xml[one.inner : one.outer] for one in said if not any(other.covers(one) for other in spoken))
    return html.unescape(plain.decode())


def _written(text: str) -> str:
    return escape("".join(mark for mark in text if mark >= " " or mark == "\n"))


def with_shapes(drawing: bytes | None, wanted: Mapping[Place, str], gone: set[Place]) -> bytes:
    """The drawing that comments are shown by, with a shape for each of ours and none for a comment that went."""
    there: set[Place] = set()
    drawn = drawing or _NO_DRAWING
    pieces: list[bytes] = []
    done = 0
    while (start := drawn.find(b"<v:shape ", done)) >= 0 and (end := drawn.find(b"</v:shape>", start)) >= 0:
        end += len(b"</v:shape>")
        place = _cell_of(drawn[start:end])
        pieces.append(drawn[done : start if place in gone else end])
        if place is not None:
            there.add(place)
        done = end
    kept = b"".join((*pieces, drawn[done:]))
    shapes = b"" if b'id="_x0000_t202"' in kept else _KIND
    shapes += b"".join(_shape(place, said) for place, said in sorted(wanted.items()) if place not in there)
    end = kept.rfind(b"</xml>")
    return kept[:end] + shapes + kept[end:]


def _cell_of(shape: bytes) -> Place | None:
    """The cell whose comment a shape shows; None where it shows something else."""
    row, column = (re.search(rb"<x:%s>\s*(\d+)\s*</x:%s>" % (name, name), shape) for name in (b"Row", b"Column"))
    if row is None or column is None or b'ObjectType="Note"' not in shape:
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def _shape(place: Place, said: str) -> bytes:
    row, column = place
    lines = sum(1 + len(line) // 42 for line in said.split("\n"))
    anchor = f"{column}, 15, {max(row - 2, 0)}, 4, {column + 4}, 31, {max(row - 2, 0) + max(4, lines)}, 9"
    return (
        '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel" id="mark_{row}_{column}" type="#_x0000_t202" '
        'style="position:absolute;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
        f"<x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    ).encode()
