"""CSPs' and streams' names as formulas look for them."""

import re
from collections.abc import Iterable

from reports.cells import LONGEST_NAME, as_text
from reports.content import ReturnContent
from reports.sheets import Sheet


class Names:
    """CSPs' and streams' names as they stand in cells, so that a formula that looks for one finds no other.

    Spreadsheets compare names without regard to capitals, and only so many characters of them: names that would be
    taken for one another are numbered.
    """

    def __init__(self, content: ReturnContent) -> None:
        keys = [(row.csp, row.stream) for row in content.summary]
        keys += [(row.csp, row.stream) for row in content.interventions]
        keys += [(row.csp, row.stream) for row in content.categories]
        keys += [(row.csp, row.stream) for row in content.decisions]
        self._csps = _distinct(csp for csp, _ in keys)
        in_statement = [row.stream for row in content.statement.rows] if content.statement else []
        self._streams = _distinct([*(stream for _, stream in keys), *in_statement])
        self.plain = not any(_SEARCHED.search(name) for name in (*self._csps.values(), *self._streams.values()))
        """No name has a character that means something in a search."""

    def csp(self, name: str) -> str:
        """A CSP's name; one that no figure belongs to is shown as it is."""
        return self._csps.get(name, name)

    def stream(self, name: str) -> str:
        """A stream's name."""
        return self._streams.get(name, name)


_SEARCHED = re.compile("^[<>=]|[*?~]")


def _distinct(names: Iterable[str]) -> dict[str, str]:
    shown: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        plain = candidate = as_text(name, LONGEST_NAME) or "Not stated"
        count = 1
        while candidate.casefold() in taken:
            count += 1
            candidate = f"{plain} ({count})"
        taken.add(candidate.casefold())
        shown[name] = candidate
    return shown


def sums_where(source: Sheet, column: str, names: Names, **where: str) -> str:
    """The formula that adds up a sheet's column where its CSP or stream is that of a cell.

    Wildcards and operators in a name are disarmed; nearly all names have none, and the formula is easier to read.
    """
    criteria = "".join(
        f",{source.range(heading)},{cell if names.plain else _DISARMED.format(cell)}" for heading, cell in where.items()
    )
    return f"ROUND(SUMIFS({source.range(column)}{criteria}),2)"


_DISARMED = '"="&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({},"~","~~"),"*","~*"),"?","~?")'
