"""What one cell can hold: text made safe for a spreadsheet, and figures as the doubles that a spreadsheet keeps.

Text stays text and is shown as typed; only what no spreadsheet can hold is shown another way, visibly.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from portfolio.quarters import format_day

Value = str | Decimal | int | date | None
"""What a content says."""

Cell = str | float | datetime
"""What stands in the file."""

LONGEST = 32_767
"""UTF-16 units that Excel keeps in one cell."""
LONGEST_NAME = 120
"""Characters of a name that formulas look for: a search text in Excel ends at 255, and each may need an escape."""
CUT = "… (cut)"
FIRST_DAY = date(1901, 1, 1)
"""Spreadsheets count days from 1900, and disagree about that year."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def as_text(typed: str, longest: int = LONGEST) -> str:
    """A text as a cell can hold it: a control character becomes its picture (␀), and too long a text is cut.

    XML cannot hold control characters, and lone surrogates and non-characters are no text: those become "�".
    """
    text = typed.strip()
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(_picture, text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.startswith("<r>"):
        text = " " + text  # XlsxWriter takes text between <r> and </r> for ready-made markup
    return _cut(text, longest) if len(text) > longest // 2 else text


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def _cut(text: str, longest: int) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * longest:
        return text
    return units[: 2 * (longest - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def as_cell(value: Value, blank: str) -> Cell:
    """The cell that a value becomes: `blank` says why where there is none. Zero is zero, never blank."""
    if isinstance(value, str):
        return as_text(value) or blank
    if value is None:
        return blank
    if isinstance(value, date):
        if value < FIRST_DAY:
            return format_day(value)
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day in a cell has no time zone
    return float(value) + 0.0  # the double nearest to the pence, which no two amounts share; and no minus zero
