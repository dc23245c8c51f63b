"""What a sheet's formulas came to when it was last saved, taken out: of a form that is filled it is no longer true.

Excel works every formula out when it is told to. LibreOffice and what shows a file without opening it go by the results
that the file carries, and would show the totals of the empty form; they work out a formula that carries none.
"""

import re

from portfolio.uploads.packages import MAIN
from portfolio.uploads.splicing import OPENING, Edit, elements, spliced

_RESULT = re.compile(rb"\s*<(?:[\w.-]+:)?v\b[^>]*(?:/>|>[^<]*</(?:[\w.-]+:)?v\s*>)")
_KIND = re.compile(rb"""\s+t\s*=\s*("[^"]*"|'[^']*')""")
_RICH = re.compile(rb"\svm\s*=")  # a result that is told of in another part too
_ELSEWHERE = re.compile(rb"\[\d+\][^\[\],]*!")  # [1]Sheet!A1: of another file, whose figures nobody here has


def without_results(xml: bytes) -> bytes:
    """A sheet's XML (UTF-8) whose formulas carry no result; those that read another file keep theirs."""
    edits: list[Edit] = []
    elsewhere: set[str] = set()
    for formula in elements(xml, deeper={"f"}):
        if formula.name != "f" or f"{formula.namespace}|" not in MAIN:
            continue
        shared = formula.values.get("si", "")
        if _ELSEWHERE.search(xml, formula.inner, formula.outer):
            elsewhere.add(shared)
            continue
        result = _RESULT.match(xml, formula.end)
        cell = OPENING.match(xml, xml.rindex(b"<", 0, formula.start))
        if result is None or cell is None or _RICH.search(cell[0]) or (shared and shared in elsewhere):
            continue
        edits += [(cell.start(), cell.end(), _KIND.sub(b"", cell[0])), (*result.span(), b"")]
    return spliced(xml, edits)
