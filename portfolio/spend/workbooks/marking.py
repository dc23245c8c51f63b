"""Hands a lead's own workbook back with what is wrong in it marked, commented and listed, and nothing else changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape, unescape

from portfolio.spend.workbooks.faults import Fault, Severity
from portfolio.spend.workbooks.listing import FONTS, LIST, LOOKS, MOST_LISTED, list_of
from portfolio.uploads.areas import Place, place_of
from portfolio.uploads.cells import letters
from portfolio.uploads.comments import BEGINS, with_comments, with_shapes
from portfolio.uploads.opening import Book, Sheet, opened
from portfolio.uploads.packages import NotAWorkbook, damage_told
from portfolio.uploads.parts import (
    DOCUMENT,
    new_name,
    place_in_sheet,
    relations_part,
    with_relation,
    with_styles,
    with_types,
)
from portfolio.uploads.splicing import TOO_MUCH, Edit, Element, appended, elements, grouped, in_utf8, spliced
from portfolio.words import MEGABYTE

_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_MARK = f'"{LIST}"<>""'  # a condition that always holds, and says whose it is after any program saved it
_REFERENCES = 200  # cells named in one condition


MOST_MARKED = 32 * MEGABYTE
"""Bytes of all parts together, which are in memory twice while they are marked; 200 awards have 10 million."""


def marked(content: bytes, faults: Sequence[Fault]) -> bytes:
    """The workbook with each bad cell marked and commented, and a last sheet that lists every fault with a link.

    Values, formulas, formats, protection and other people's comments stay as they are; marks of an earlier upload go.
    Raises NotAWorkbook.
    """
    with opened(content, most_rows=_LAST_ROW, most_columns=_LAST_COLUMN) as book, damage_told():
        if book.package.unpacked > MOST_MARKED:
            raise NotAWorkbook(TOO_MUCH)
        return _Marking(book, faults).done()


_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


class _Marking:
    """The changes to one workbook's parts, by the part's name."""

    def __init__(self, book: Book, faults: Sequence[Fault]) -> None:
        self._book = book
        self._faults = faults
        self._changes: dict[str, bytes | None] = {}
        self._kinds: dict[str, str] = {}

    def done(self) -> bytes:
        styles = next((one.target for one in self._book.relations.values() if one.kind == "styles"), None)
        if styles is None or styles not in self._book.package:
            styles = self._new("xl/styles{}.xml", "styles", "styles+xml", _NO_STYLES)
        xml = in_utf8(self._part(styles))
        xml, fonts = with_styles(xml, "fonts", FONTS)
        xml, looks = with_styles(xml, "cellXfs", [look.format(*fonts) for look in LOOKS])
        xml, colours = with_styles(xml, "dxfs", [_colour(*colour) for colour in _COLOURS])
        self._changes[styles] = xml

        listed = next((sheet for sheet in self._book.sheets if sheet.title.strip().lower() == LIST.lower()), None)
        for sheet in self._book.sheets:
            if sheet is not listed:
                self._mark(sheet, dict(zip(Severity, colours, strict=True)))
        self._list(listed, looks)
        self._changes["[Content_Types].xml"] = with_types(
            self._part("[Content_Types].xml"), self._kinds, {"vml": _DRAWING}
        )
        return self._book.package.rewritten(self._changes)

    def _part(self, name: str) -> bytes:
        changed = self._changes.get(name)
        return self._book.package.read(name) if changed is None else changed

    def _new(self, pattern: str, kind: str, media: str, content: bytes, of: str | None = None) -> str:
        """A new part, told of by the part it belongs to (the list of sheets, where nothing else is named)."""
        name = new_name(self._book.package, list(self._changes), pattern)
        self._changes[name] = content
        if media:
            self._kinds[name] = _KINDS + media
        self._tell(of or self._book.main, kind, name)
        return name

    def _tell(self, of: str, kind: str, name: str) -> str:
        listed = relations_part(of)
        known = self._part(listed) if listed in self._book.package or listed in self._changes else None
        self._changes[listed], key = with_relation(known, of, kind, name)
        return key

    def _mark(self, sheet: Sheet, colours: Mapping[Severity, int]) -> None:
        wrong: dict[Place, list[Fault]] = {}
        for fault in self._faults[:MOST_LISTED]:
            place = place_of(fault.cell or "")
            if fault.sheet == sheet.title and place is not None:
                wrong.setdefault(place, []).append(fault)
        xml = in_utf8(self._part(sheet.part))
        found = elements(xml, deeper={"sheetView", "cfRule"})
        main = found[0].namespace
        edits: list[Edit] = []
        for view in (one for one in found if one.name == "sheetView"):
            # The list is what opens; two sheets that are chosen together would both take what is typed.
            opening = re.sub(rb'\stabSelected\s*=\s*["\'][^"\']*["\']', b"", xml[view.start : view.inner])
            edits.append((view.start, view.inner, opening))
        edits += _conditions(xml, found, wrong, colours)
        said = {cell: _said(faults) for cell, faults in wrong.items()}
        shown = next((one for one in found if one.name == "legacyDrawing"), None)
        drawn = self._comment(sheet, said, shown.values.get(f"{DOCUMENT}|id", "") if shown else "")
        if drawn:
            at = place_in_sheet(found, "legacyDrawing")
            edits.append((at, at, f'<legacyDrawing xmlns="{main}" xmlns:r="{DOCUMENT}" r:id="{drawn}"/>'.encode()))
        self._changes[sheet.part] = spliced(xml, edits)

    def _comment(self, sheet: Sheet, said: Mapping[Place, str], shown: str) -> str | None:
        """Write a sheet's comments, which a drawing shows; gives the id of the drawing where it is new."""
        relations = self._book.package.relations(sheet.part)
        comments = next((one.target for one in relations.values() if one.kind == "comments"), None)
        if comments is None and not said:
            return None
        written, gone = with_comments(self._part(comments) if comments else None, said)
        if comments is None:
            comments = self._new("xl/comments{}.xml", "comments", "comments+xml", written, sheet.part)
        self._changes[comments] = written
        if shown in relations:
            drawing = relations[shown].target
            self._changes[drawing] = with_shapes(self._part(drawing), said, gone)
            return None
        name = new_name(self._book.package, list(self._changes), "xl/drawings/vmlDrawing{}.vml")
        self._changes[name] = with_shapes(None, said, gone)
        return self._tell(sheet.part, "vmlDrawing", name)

    def _list(self, listed: Sheet | None, looks: Sequence[int]) -> None:
        titles = {sheet.title for sheet in self._book.sheets}
        xml = in_utf8(self._part(self._book.main))
        found = elements(xml, deeper={"workbookView", "sheet"})
        main = found[0].namespace
        content = list_of(main, self._faults, titles, looks).encode()
        edits: list[Edit] = []
        if listed is not None:
            index = listed.index
            self._changes[listed.part] = content
            if relations_part(listed.part) in self._book.package:
                self._changes[relations_part(listed.part)] = None
        else:
            sheets = [one for one in found if one.name == "sheet"]
            index = len(sheets)
            number = 1 + max((int(one.values.get("sheetId", 0)) for one in sheets), default=0)
            part = new_name(self._book.package, list(self._changes), "xl/worksheets/sheet{}.xml")
            self._changes[part] = content
            self._kinds[part] = _KINDS + "worksheet+xml"
            key = self._tell(self._book.main, "worksheet", part)
            new = f'<sheet xmlns="{main}" xmlns:r="{DOCUMENT}" name="{LIST}" sheetId="{number}" r:id="{key}"/>'
            edits.append(appended(xml, next(one for one in found if one.name == "sheets"), new.encode()))
        for view in (one for one in found if one.name == "workbookView"):
            opening = re.sub(rb'\s(?:activeTab|firstSheet)\s*=\s*["\']\d*["\']', b"", xml[view.start : view.inner])
            end = -2 if view.is_short else -1
            edits.append((view.start, view.inner, opening[:end].rstrip() + b' activeTab="%d"' % index + opening[end:]))
        self._changes[self._book.main] = spliced(xml, edits)


def _said(faults: Iterable[Fault]) -> str:
    return BEGINS + "".join(f"\n{fault.sentence}" for fault in faults)


def _conditions(
    xml: bytes, found: Sequence[Element], wrong: Mapping[Place, Sequence[Fault]], colours: Mapping[Severity, int]
) -> Iterator[Edit]:
    """A format on condition for the bad cells, before all others: it lies over the lead's own and can be taken off."""
    main = found[0].namespace
    groups: list[tuple[int, list[str]]] = []
    for severity, colour in colours.items():
        cells = [
            f"{letters(column)}{row}"
            for (row, column), faults in sorted(wrong.items())
            if severity is min((fault.severity for fault in faults), key=list(Severity).index)
        ]
        groups += [(colour, cells[first : first + _REFERENCES]) for first in range(0, len(cells), _REFERENCES)]
    for rules, *parts in grouped(found, "conditionalFormatting"):
        ours = [one for one in parts if _MARK in unescape(xml[one.start : one.end].decode())]
        if ours and len(ours) == len(parts):
            yield rules.start, rules.end, b""
            continue
        for one in parts:
            later = b'priority="%d"' % (int(one.values.get("priority", 1)) + len(groups))
            opening = re.sub(rb"""\bpriority\s*=\s*(["'])\d+\1""", later, xml[one.start : one.inner])
            yield one.start, one.end if one in ours else one.inner, b"" if one in ours else opening
    place = place_in_sheet(found, "conditionalFormatting")
    for priority, (colour, cells) in enumerate(groups, start=1):
        yield (
            place,
            place,
            (
                f'<conditionalFormatting xmlns="{main}" sqref="{" ".join(cells)}">'
                f'<cfRule type="expression" dxfId="{colour}" priority="{priority}">'
                f"<formula>{escape(_MARK, quote=False)}</formula></cfRule></conditionalFormatting>"
            ).encode(),
        )


_COLOURS = (("FFFFD5CC", "FFB10E1E", "thin"), ("FFD6E8FA", "FF0B4A8F", "dashed"))


def _colour(fill: str, line: str, style: str) -> str:
    sides = "".join(
        f'<{side} style="{style}"><color rgb="{line}"/></{side}>' for side in ("left", "right", "top", "bottom")
    )
    pattern = f'<patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor rgb="{fill}"/></patternFill>'
    return f'<dxf><font><b/><color rgb="{line}"/></font><fill>{pattern}</fill><border>{sides}</border></dxf>'


_NO_STYLES = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Arial"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    b'<cellXfs count="1"><xf xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
