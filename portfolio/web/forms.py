"""Forms and their fields: what people type is read here into pounds, dates and words of the field, and kept as typed.

Text is trimmed, line breaks are made one kind, and control characters (which no keyboard means) are left out.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, Form, SelectField, StringField
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length
from wtforms.widgets import TextInput

from portfolio.errors import PortfolioError
from portfolio.money import BlankMoney, format_plain, parse_pounds
from portfolio.quarters import EARLIEST, LATEST

MOST_TEXT = 10_000
"""The longest answer a text box takes; a cell of a return holds 32,767 characters."""


def tidy(typed: Any) -> Any:
    """Trim a text, give it plain line breaks, and leave control characters out."""
    if not isinstance(typed, str):
        return typed
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or letter.isspace()).strip()


class _Meta(DefaultMeta):
    """Text fields are tidied without each of them saying so; passwords are left as they are."""

    locales = ("en_GB", "en")

    def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
        """Bind a field, adding the tidying to plain text."""
        if unbound_field.field_class.__name__ in ("StringField", "TextAreaField", "EmailField", "SearchField", "Text"):
            filters = (tidy, *unbound_field.kwargs.get("filters", ()))
            options = {**options, "filters": filters}
        return unbound_field.bind(form=form, **options)


class Form_(FlaskForm):
    pass
