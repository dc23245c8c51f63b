"""What a workbook's styles make of its numbers: days, times, percentages."""

import re
from datetime import date, datetime, time, timedelta

from portfolio.uploads.packages import COPY, NotAWorkbook, Package, parser_of, tags

MOST_FORMATS = 65_536
"""Formats of cells, which is about the limit of Excel itself."""

_DATE_CODES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENT_CODES = {9: "0%", 10: "0.00%"}
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY = 86_400  # seconds: a clock time is a fraction of a day, seldom an exact one
_MIDNIGHT = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone


class Formats:
    """What a workbook's styles say of its numbers: which are dates, and from which day they count."""

    def __init__(self, package: Package, part: str | None, epoch_1904: bool) -> None:
        codes: dict[int, str] = {}
        numbers: list[int] = []
        inside = False
        cell_formats, code, form = tags("cellXfs"), tags("numFmt"), tags("xf")

        def start(tag: str, values: dict[str, str]) -> None:
            nonlocal inside
            if tag in code:
                codes[int(values["numFmtId"])] = values.get("formatCode", "")[:255]
            elif tag in cell_formats:
                inside = True
            elif inside and tag in form:
                numbers.append(int(values.get("numFmtId", 0)))
                if len(numbers) > MOST_FORMATS:
                    raise NotAWorkbook(f"This workbook has more than {MOST_FORMATS:,} formats of cells. {COPY}")

        def end(tag: str) -> None:
            nonlocal inside
            if tag in cell_formats:
                inside = False

        if part is not None and part in package:
            parser = parser_of(start)
            parser.EndElementHandler = end
            package.walk(part, parser)
        known = {number: codes.get(number, _PERCENT_CODES.get(number, "")) for number in set(numbers)}
        self.codes = [known[number] for number in numbers]
        dates = {number for number, code in known.items() if number in _DATE_CODES or _is_date(code)}
        self._dates = [number in dates for number in numbers]
        self._days = 1462 if epoch_1904 else 0

    def code(self, style: int) -> str:
        """The format code of a style, as 0.00 or dd/mm/yyyy; nothing where it has none of its own."""
        return self.codes[style] if style < len(self.codes) else ""

    def is_date(self, style: int) -> bool:
        """Whether a style shows its number as a day or a time."""
        return style < len(self._dates) and self._dates[style]

    def shown(self, number: float, style: int) -> float | date | time:
        """The number, or the day or time that its style makes of it."""
        if not self.is_date(style):
            return number
        if 0 <= number < 1:
            return (_MIDNIGHT + timedelta(seconds=round(number * _DAY) % _DAY)).time()
        days = number + self._days
        if not 0 <= days < 2_958_466:  # dates end with the year 9999
            return number
        # The format's first epoch has a 29 February 1900, which never was.
        found = _MIDNIGHT + timedelta(seconds=round((days if days >= 60 else days + 1) * _DAY))
        return found if found.time() != time() else found.date()


def _is_date(code: str) -> bool:
    shown = _NOT_SHOWN.sub("", code).lower().partition(";")[0].replace("general", "")
    return any(letter in shown for letter in "dmyhs")
