"""The sheet that lists what is wrong in a workbook of claims."""

from collections.abc import Sequence
from html import escape

from portfolio.spend.workbooks.faults import Fault, Severity
from portfolio.uploads.areas import place_of
from portfolio.uploads.cells import letters

LIST = "To put right"
"""The sheet's title; whoever reads the workbook back passes over it."""
MOST_LISTED = 20_000
"""Faults that are marked and listed: every cell of 200 awards, and less than the links that a sheet may have."""

FONTS = (
    '<font><sz val="11"/><name val="Arial"/><family val="2"/></font>',
    '<font><b/><sz val="11"/><name val="Arial"/><family val="2"/></font>',
    '<font><b/><sz val="16"/><name val="Arial"/><family val="2"/></font>',
    '<font><u/><sz val="11"/><color rgb="FF0B5CAD"/><name val="Arial"/><family val="2"/></font>',
)
LOOKS = tuple(
    f'<xf numFmtId="49" fontId="{{{font}}}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" '
    f'applyAlignment="1"><alignment vertical="top" wrapText="{wrap}"/></xf>'
    for font, wrap in ((0, 1), (1, 1), (2, 0), (3, 1), (0, 0))
)


def list_of(main: str, faults: Sequence[Fault], titles: set[str], looks: Sequence[int]) -> str:
    """The sheet that lists what is wrong: a row each, with a link to the cell."""
    plain, bold, big, link, long = looks
    must = sum(fault.severity is Severity.MUST for fault in faults)
    count = f"{must} to put right, {len(faults) - must} worth a look"
    first = f" These are the first {MOST_LISTED:,}." if len(faults) > MOST_LISTED else ""
    rows = [
        [(LIST, big)],
        [(f"{count}. Put them right in this workbook, and upload it again.{first}", long)],
        [(heading, bold) for heading in ("Sheet", "Cell", "What is wrong", "How much it matters")],
    ]
    links = ""
    for fault in faults[:MOST_LISTED]:
        sheet, cell, severity = fault.sheet or "", fault.cell or "", str(fault.severity).capitalize()
        linked = sheet in titles and place_of(cell) is not None
        place = (cell or ("Whole sheet" if sheet else "All"), link if linked else plain)
        rows.append([(sheet or "Whole workbook", plain), place, (fault.sentence, plain), (severity, plain)])
        if linked:
            where = escape("'" + sheet.replace("'", "''") + f"'!{cell}")
            links += f'<hyperlink ref="B{len(rows)}" location="{where}" display="{cell}"/>'
    body = "".join(
        f'<row r="{number}" ht="{_height(row)}" customHeight="1">'
        + "".join(
            f'<c r="{letters(column)}{number}" s="{look}" t="inlineStr">'
            f'<is><t xml:space="preserve">{_text(text)}</t></is></c>'
            for column, (text, look) in enumerate(row, start=1)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    widths = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in enumerate((18, 9, 96, 22), start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{main}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="3" topLeftCell="A4" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}</cols><sheetData>{body}</sheetData>"
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + '<pageMargins left="0.5" right="0.5" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _height(row: Sequence[tuple[str, int]]) -> int:
    """Points that a row needs: not every program fits rows to their texts."""
    if len(row) == 1:
        return 24 if row[0][0] == LIST else 15
    return 15 * max(1, -(-len(row[2][0]) // 90))


def _text(text: str) -> str:
    return escape("".join(mark for mark in text if mark >= " " or mark in "\n\t"), quote=False)
