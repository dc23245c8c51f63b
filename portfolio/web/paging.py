"""Long lists in pages: the rows of one, and the way to the next."""

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select

from portfolio.web.database import session

Row = TypeVar("Row")
PAGE = 50


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
        return _address(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after; None on the last."""
        return _address(self.number + 1) if self.number < self.pages else None


def paged(rows: Select[Row], size: int = PAGE) -> tuple[list[Row], Page]:
    """The rows of the page that `?page=` asks for, and that page; a page beyond the last is the last."""
    total = session().scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    asked = request.args.get("page", 1, type=int)
    page = Page(min(max(asked, 1), max(1, -(-total // size))), size, total)
    return list(session().scalars(rows.limit(size).offset((page.number - 1) * size))), page


def _address(number: int) -> str:
    values: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": number}
    return url_for(str(request.endpoint), **values)
