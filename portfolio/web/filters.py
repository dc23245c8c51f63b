"""How templates show amounts, days and moments: in one way everywhere."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import cast

from flask import Flask, g

from portfolio.clock import LONDON
from portfolio.money import format_plain, format_pounds, format_whole_pounds
from portfolio.people.actions import naming
from portfolio.people.browsers import browser_in_words
from portfolio.quarters import Quarter, format_day
from portfolio.web import database
from portfolio.words import begin, count, file_size


def percent(value: Decimal) -> str:
    """`12.5%`, `−8.0%`."""
    sign = "−" if round(value, 1) < 0 else ""
    return f"{sign}{abs(value):,.1f}%"


def moment(value: datetime) -> str:
    """`13 March 2025, 9:30am`, in London."""
    local = value.astimezone(LONDON)
    half = "am" if local.hour < 12 else "pm"
    return f"{format_day(local)}, {local.hour % 12 or 12}:{local:%M}{half}"


def moment_in_numbers(value: datetime) -> str:
    """`2025-03-13 09:30:00`, in London: as spreadsheet programs read and sort it."""
    return f"{value.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"


def quarter(value: Quarter) -> str:
    """`Q1 2025/26: Apr 2025 - Jun 2025`."""
    return str(value)


def is_negative(value: Decimal) -> bool:
    """An amount below zero: a refund, a correction or an underspend."""
    return value < 0


def who(mark: str) -> str:
    """The present name of whom the record means by `person 12`; anything else as it is. One query a request."""
    if "naming" not in g:
        g.naming = naming(database.session())
    return cast(Callable[[str], str], g.naming)(mark)


def register(app: Flask) -> None:
    """Give templates the filters and tests."""
    app.jinja_env.filters.update(
        pounds=format_pounds,
        whole_pounds=format_whole_pounds,
        plain=format_plain,
        percent=percent,
        day=format_day,
        moment=moment,
        file_size=file_size,
        quarter=quarter,
        who=who,
        browser=browser_in_words,
        sentence=begin,
        counted=count,
    )
    app.jinja_env.tests["negative"] = is_negative
