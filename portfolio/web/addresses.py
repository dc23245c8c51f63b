"""Financial years and quarters as addresses write them: `/years/2025-26`, `/spend/SVD-25-01/dorset/2025-26/q2`."""

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

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
        return f"{value.year.slug}/{value.name.lower()}"


def register(app: Flask) -> None:
    """Let every room's addresses hold years and quarters."""
    app.url_map.converters["year"] = YearInAddress
    app.url_map.converters["quarter"] = QuarterInAddress
