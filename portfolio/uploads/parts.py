"""What a workbook's parts say of each other, and where in them something new belongs."""

import posixpath
import re
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from portfolio.uploads.packages import NotAWorkbook, Package
from portfolio.uploads.splicing import Element, appended, elements, in_utf8, spliced

DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = re.findall(
    r"\w+",
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations "
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing",
)
_BOOK = re.findall(
    r"\w+",
    "fileVersion fileSharing workbookPr AlternateContent revisionPtr workbookProtection bookViews sheets "
    "functionGroups externalReferences definedNames calcPr",
)
_STYLES = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"]


def place_in_sheet(found: Sequence[Element], name: str) -> int:
    """Where a new child of a sheet belongs: after all that the format wants before it."""
    return _place(found, _SHEET, name)


def place_in_workbook(found: Sequence[Element], name: str) -> int:
    """Where a new child of the workbook's main part belongs."""
    return _place(found, _BOOK, name)


def _place(found: Sequence[Element], order: Sequence[str], name: str) -> int:
    before = order[: order.index(name) + 1]
    return max((child.end for child in found if child.depth == 1 and child.name in before), default=found[0].inner)


def with_styles(xml: bytes, into: str, new: Sequence[str]) -> tuple[bytes, list[int]]:
    """Styles with some added to one of their lists (such as `fonts`), and the numbers that cells call them by.

    A style that the list holds already, as it is written here, is not added again.
    """
    of_one = {"fonts": "font", "fills": "fill", "cellXfs": "xf", "dxfs": "dxf"}[into]
    found = elements(xml, deeper={of_one})
    own = quoteattr(found[0].namespace)
    written = [re.sub(r"^<\w+", lambda tag: f"{tag[0]} xmlns={own}", style).encode() for style in new]
    held = next((element for element in found if element.depth == 1 and element.name == into), None)
    if held is None:
        body = f'<{into} xmlns={own} count="{len(new)}">'.encode() + b"".join(written) + f"</{into}>".encode()
        place = _place(found, _STYLES, into)
        return spliced(xml, [(place, place, body)]), list(range(len(new)))
    there = [xml[one.start : one.end] for one in found if one.depth == 2 and one.name == of_one and held.covers(one)]
    missing = [style for style in written if style not in there]
    numbers = [(there + missing).index(style) for style in written]
    longer = spliced(xml, [appended(xml, held, b"".join(missing))])
    opening = longer[held.start : held.inner]
    counted = re.sub(rb'count\s*=\s*(["\'])\d+\1', b'count="%d"' % len(there + missing), opening, count=1)
    return spliced(longer, [(held.start, held.inner, counted)]), numbers


def relations_part(part: str) -> str:
    """The name of the part that lists another part's relations."""
    folder, own = posixpath.split(part)
    return posixpath.join(folder, "_rels", own + ".rels")


def with_relation(listed: bytes | None, part: str, kind: str, target: str) -> tuple[bytes, str]:
    """A list of a part's relations with one added, and the id that it has there."""
    xml = in_utf8(listed or f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>'.encode())
    found = elements(xml)
    taken = {element.values.get("Id") for element in found}
    key = next(f"rIdMark{number}" for number in range(len(taken) + 1) if f"rIdMark{number}" not in taken)
    address = posixpath.relpath("/" + target, posixpath.join("/", posixpath.dirname(part)))
    new = (
        f'<Relationship xmlns="{_PACKAGE}/relationships" Id="{key}" Type="{DOCUMENT}/{kind}" '
        f"Target={quoteattr(address)}/>"
    )
    return spliced(xml, [appended(xml, found[0], new.encode())]), key


def with_types(listed: bytes, overrides: dict[str, str], defaults: dict[str, str]) -> bytes:
    """The package's list of kinds with some parts' (and some endings') kinds added where they are not told."""
    xml = in_utf8(listed)
    found = elements(xml)
    names = {element.values.get("PartName", "").lower() for element in found}
    endings = {element.values.get("Extension", "").lower() for element in found}
    own = f'xmlns="{_PACKAGE}/content-types"'
    new = [
        f'<Default {own} Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in defaults.items()
        if ending not in endings
    ]
    new += [
        f'<Override {own} PartName={quoteattr("/" + part)} ContentType="{kind}"/>'
        for part, kind in overrides.items()
        if f"/{part}".lower() not in names
    ]
    return spliced(xml, [appended(xml, found[0], "".join(new).encode())])


def new_name(package: Package, changes: Sequence[str], pattern: str) -> str:
    """A name that no part has yet, such as xl/comments.xml or xl/comments7.xml from xl/comments{}.xml."""
    for number in range(10_000):
        name = pattern.format(number or "")
        if name not in package and name not in changes:
            return name
    raise NotAWorkbook("This workbook holds too many parts to be marked")
