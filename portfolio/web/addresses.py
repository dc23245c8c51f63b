"""Financial years and quarters as addresses write them: `/years/2025-26`, `/spend/SVD-25-01/dorset/2025-26/q2`."""

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from portfolio.db import LAST_ROW
from portfolio.errors import PortfolioError
from portfolio.quarters import FinancialYear, Quarter


class YearInAddress(BaseConverter):
    """`<year:year>`: a FinancialYear from `2025-26`; anything else is no page of ours."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> FinancialYear:
        """Read it."""
        try:
            return FinancialYear.parse(value)
        except PortfolioError as error:
            raise ValidationError(error.sentence) from error

    def to_url(self, value: FinancialYear) -> str:
        """Write it."""
        return value.slug


class QuarterInAddress(BaseConverter):
    """`<quarter:quarter>`: a Quarter from `2025-26/q2`."""

    regex = r"\d{4}-\d{2}/q[1-4]"
    part_isolating = False

    def to_python(self, value: str) -> Quarter:
        """Read it."""
        year, _, name = value.partition("/")
        try:
            return Quarter.parse(FinancialYear.parse(year), name)
        except PortfolioError as error:
            raise ValidationError(error.sentence) from error

    def to_url(self, value: Quarter) -> str:
        """Write it."""
        return value.slug


class RowInAddress(IntegerConverter):
    """`<int:person_id>`: a row's number, of no more digits than a row can have."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LAST_ROW, **options})


def holds_a_key() -> bool:
    """Whether this address opens something by itself, like a link from an e-mail: no log and no other site is told."""
    return "key" in (request.view_args or {})


def _refuse_nul() -> None:
    """No text of ours holds the NUL character, and PostgreSQL cannot even compare with it."""
    asked = (request.path, *(value for values in request.args.listvalues() for value in values))
    if any("\0" in text for text in asked):
        abort(400)


def register(app: Flask) -> None:
    """Let every room's addresses hold years and quarters, and nothing that the database cannot be asked."""
    app.url_map.converters["int"] = RowInAddress
    app.url_map.converters["year"] = YearInAddress
    app.url_map.converters["quarter"] = QuarterInAddress
    app.before_request(_refuse_nul)
