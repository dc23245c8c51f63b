"""Long lists in pages: the rows of one, and the way to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from flask import request
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portfolio.db import LAST_ROW
from portfolio.web.database import session

Row = TypeVar("Row")
MappedColumn = InstrumentedAttribute[Any]
PAGE = 50
PLACES = frozenset({"page", "before", "after"})
"""What an address says of the place in a list, beside what it is narrowed to."""


@dataclass(frozen=True)
class Page:
    """Which rows of how many, and the addresses of the pages before and after."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; one where there is nothing."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.total, self.number * self.size)

    @property
    def previous(self) -> str | None:
        """The address of the page before; None on the first."""
        return _address(page=self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after; None on the last."""
        return _address(page=self.number + 1) if self.number < self.pages else None


def paged(rows: Select[Row], size: int = PAGE) -> tuple[list[Row], Page]:
    """The rows of the page that `?page=` asks for, and that page; a page beyond the last is the last."""
    page = page_of(session().scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0, size)
    return list(session().scalars(rows.limit(size).offset((page.number - 1) * size))), page


def paged_list(rows: Sequence[Row], size: int = PAGE) -> tuple[list[Row], Page]:
    """Of rows that are all here already, those of the page that `?page=` asks for, and that page."""
    page = page_of(len(rows), size)
    return list(rows[(page.number - 1) * size : page.number * size]), page


def page_asked_for() -> int:
    """The page that the address asks for, whether there is one or not; the first where it asks for none."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_ROW)


def page_of(total: int, size: int = PAGE) -> Page:
    """The page of so many rows that the address asks for; one beyond the last is the last."""
    return Page(min(page_asked_for(), max(1, -(-total // size))), size, total)


@dataclass(frozen=True)
class Stretch:
    """Some rows of very many, which nobody counts: the addresses of the newer and of the older ones, or None."""

    newer: str | None
    older: str | None


def newest_first(
    rows: Select[Row], at: MappedColumn, number: MappedColumn, size: int = PAGE
) -> tuple[list[Row], Stretch]:
    """The newest rows, or those before or after the one that `?before=` or `?after=` names.

    It takes as long on the thousandth page as on the first, because none is counted and none is passed over.
    """
    before, after = (request.args.get(side, type=_row_number) for side in ("before", "after"))
    moment = session().scalar(select(at).where(number == (before or after)))
    ordered = rows.order_by(at.desc(), number.desc())
    if moment is None:
        found = list(session().scalars(ordered.limit(size + 1)))
        return found[:size], Stretch(None, _past("before", found, size, number))
    if before:
        earlier = and_(at <= moment, or_(at < moment, number < before))
        found = list(session().scalars(ordered.where(earlier).limit(size + 1)))
        newer = _address(after=getattr(found[0], number.key)) if found else _address()
        return found[:size], Stretch(newer, _past("before", found, size, number))
    later = and_(at >= moment, or_(at > moment, number > after))
    found = list(session().scalars(rows.order_by(at, number).where(later).limit(size + 1)))
    older = _address(before=getattr(found[0], number.key)) if found else _address()
    return found[:size][::-1], Stretch(_past("after", found, size, number), older)


def _row_number(typed: str) -> int:
    number = int(typed)
    if not 0 < number <= LAST_ROW:
        raise ValueError(typed)
    return number


def _past(side: str, found: list[Any], size: int, number: MappedColumn) -> str | None:
    """The address of what comes behind the last row shown, where there is more."""
    return _address(**{side: getattr(found[size - 1], number.key)}) if len(found) > size else None


def _address(**place: int) -> str:
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in PLACES}
    return f"{quote(request.path)}?{urlencode({**kept, **place}, doseq=True)}"
