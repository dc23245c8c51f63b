"""Forms and their fields: what people type is read here into text, pounds, dates and choices, and shown again as typed.

Every field says itself whether it may be blank. With `missing`, the sentence that asks for it, it may not; without, it
may, its label says "(optional)", and its value is None (text: ""). `missing=""` is for a field that is needed at times:
its label says nothing, and a rule asks for it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, FieldList, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Length, StopValidation
from wtforms.widgets import TextInput

from portfolio.errors import PortfolioError
from portfolio.money import BlankMoney, format_plain, parse_pounds
from portfolio.quarters import EARLIEST, LATEST
from portfolio.words import begin, tidy

MOST_LINE = 200
MOST_TEXT = 10_000
"""The longest answer of a large box; a cell of a return holds 32,767 characters."""

NOT_OFFERED = "Choose one of those offered"

Choices = type[StrEnum] | Iterable[tuple[Any, str]]


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A page's form, with its CSRF token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How it is read."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent as text; a file is an answer to `uploading.OneFile` alone, which fetches it itself."""
            sent = super().wrap_formdata(form, formdata)
            return request.form if isinstance(sent, CombinedMultiDict) else sent


class AddressForm(Form):
    """A form that changes nothing: what was chosen stands in the address, which may be passed on."""

    class Meta:
        """No token, which guards changes."""

        csrf = False


class ButtonForm(Form):
    """A button: nothing to fill in, and what it is about the address says."""


class Part(PlainForm):
    """A form inside a form (FormField, FieldList): the token is the whole form's."""


class Said(Field):
    """A field that knows what to say when nothing is there."""

    missing: str | None

    def _settle(self, missing: str | None) -> None:
        self.missing = missing
        self.flags.optional = missing is None

    def pre_validate(self, form: Any) -> None:
        """Ask for it when nothing is there; what else could be said of it is of no interest then."""
        if self.missing and self.data in (None, "", []) and not self.process_errors:
            raise StopValidation(self.missing)


class _TidyText(Said, StringField):
    data: str

    def process_data(self, value: str | None) -> None:
        """The text to begin with."""
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed, tidied."""
        self.data = tidy(valuelist[0]) if valuelist else ""


class Line(_TidyText):
    """One line of text."""

    def __init__(
        self, label: str, *, missing: str | None = None, most: int = MOST_LINE, hint: str = "", **rest: Any
    ) -> None:
        super().__init__(label, [_at_most(most)], description=hint, **rest)
        self._settle(missing)


class Paragraphs(_TidyText, TextAreaField):
    """A longer text; the page says how much room is left."""

    def __init__(
        self, label: str, *, missing: str | None = None, most: int = MOST_TEXT, hint: str = "", **rest: Any
    ) -> None:
        super().__init__(label, [_at_most(most)], description=hint, **rest)
        self._settle(missing)


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"Shorten this to {most:,} characters or fewer")


class FigureBox(Said):
    """A figure in a box, shown again as it was typed; each kind says how it is read and how it is written."""

    widget = TextInput()

    def __init__(self, label: str, *, missing: str | None = None, hint: str = "", **rest: Any) -> None:
        super().__init__(label, description=hint, **rest)
        self._settle(missing)

    def read(self, typed: str) -> Any:
        """The figure that was typed; raises PortfolioError where it is none."""
        raise NotImplementedError

    def written(self, figure: Any) -> str:
        """A figure as its box shows it to begin with."""
        return str(figure)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the figure, or say what is wrong with it."""
        self.data = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        try:
            self.data = self.read(typed)
        except BlankMoney:
            return
        except PortfolioError as error:
            raise ValueError(error.sentence) from error


class PoundsField(FigureBox):
    """An amount in pounds, read by `money.parse_pounds`; a blank is never zero (E5)."""

    def __init__(self, label: str, *, missing: str | None = BlankMoney().sentence, hint: str = "", **rest: Any) -> None:
        super().__init__(label, missing=missing, hint=hint, **rest)

    def read(self, typed: str) -> Decimal:
        """The amount; raises NotMoney."""
        return parse_pounds(typed)

    def written(self, figure: Decimal) -> str:
        """`1234.50`."""
        return format_plain(figure)


class PercentField(FigureBox):
    """A percentage from 0 to 100 of at most two decimals, or with `whole` of none."""

    def __init__(self, label: str, *, whole: bool = False, hint: str = "", **rest: Any) -> None:
        super().__init__(label, hint=hint, **rest)
        self.whole = whole

    def read(self, typed: str) -> Decimal | None:
        """The percentage, with or without its sign; raises ValueError."""
        number = typed.removesuffix("%").strip()
        if not number:
            return None
        if not (_WHOLE_PERCENT if self.whole else _HUNDREDTHS).fullmatch(number) or Decimal(number) > 100:
            like = "70" if self.whole else "4.5"
            kind = "whole number" if self.whole else "number of at most two decimals"
            raise ValueError(f"{self.label.text} must be a {kind} from 0 to 100, like {like}")
        return Decimal(number)

    def written(self, figure: Decimal) -> str:
        """`4.5`."""
        return plain_percent(figure)


_HUNDREDTHS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_WHOLE_PERCENT = re.compile(r"\d{1,3}", re.ASCII)


def plain_percent(value: Decimal) -> str:
    """`4.5`, as a box or an address has a percentage."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class WholeNumber(FigureBox):
    """A number without decimals, zero or more."""

    def read(self, typed: str) -> int:
        """The number, with or without a per cent sign; raises ValueError."""
        number = typed.rstrip("%").rstrip()
        if not _WHOLE.fullmatch(number):
            raise ValueError("Enter a whole number, like 25")
        return int(number.partition(".")[0])


_WHOLE = re.compile(r"\d{1,6}(?:\.0+)?", re.ASCII)


class Several(FieldList):  # type: ignore[type-arg]  # only the stubs know what it is a list of
    """Fields or parts of one kind, each numbered in the names of its boxes; numbers of no page of ours are passed over.

    A number of five thousand digits, or a superscript two, would otherwise be ours to stumble over.
    """

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """The numbers in names like `lines-12-amount`."""
        numbered = (_NUMBERED.match(name, len(prefix)) for name in formdata if name.startswith(prefix))
        return (int(found[1]) for found in numbered if found is not None)


_NUMBERED = re.compile(r"-(\d{1,4})(?:-|$)", re.ASCII)


MONTHS = {name: number for number in range(1, 13) for name in (f"{date(2000, number, 1):%B}".lower(),)}


class DateParts(Said):
    """A day in three boxes, day, month and year; the month may be typed as a name."""

    def __init__(self, label: str, *, missing: str | None = None, hint: str = "", **rest: Any) -> None:
        super().__init__(label, description=hint, **rest)
        self._settle(missing)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say which part is not there or not right."""
        self.data = None
        parts = dict(zip(("day", "month", "year"), (str(part).strip() for part in valuelist), strict=False))
        absent = [name for name in ("day", "month", "year") if not parts.get(name)]
        if len(absent) == 3:
            return
        name = self.label.text
        if absent:
            raise ValueError(f"{name} must include a {' and '.join(absent)}")
        if len(parts["year"]) != 4:
            raise ValueError(f"{name} must have a year of 4 numbers, like 2025")
        try:
            read = date(int(parts["year"]), _month(parts["month"]), int(parts["day"]))
        except (ValueError, OverflowError):
            raise ValueError(f"{name} must be a real date, like 30 6 2025") from None
        if not EARLIEST <= read.year <= LATEST:
            raise ValueError(f"{name} must be between {EARLIEST} and {LATEST}")
        self.data = read


def _month(typed: str) -> int:
    """A month's number, or 0 for what is no month."""
    if typed.isdecimal():
        return int(typed)
    named = [number for name, number in MONTHS.items() if len(typed) >= 3 and name.startswith(typed.lower())]
    return named[0] if named else 0


class _Chosen(Said):
    """A field whose values are offered."""

    choices: list[tuple[Any, str]]

    def __init__(
        self,
        label: str,
        choices: Choices = (),
        *,
        kind: Callable[[str], Any] = str,
        blank: str | None = None,
        missing: str | None = None,
        hint: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(label, description=hint, **rest)
        self.choices = pairs(choices)
        self.kind = choices if isinstance(choices, type) else kind
        self.blank = blank
        self._settle(missing)

    def has_groups(self) -> bool:
        """Choices come in one list."""
        return False

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, str]]]:
        """Value, text and whether it is chosen, as the macros read them."""
        chosen = {str(value) for value in self._values()} or {""}
        offered = self.choices if self.blank is None else [("", self.blank), *self.choices]
        return ((str(value), text, str(value) in chosen, {}) for value, text in offered)

    def pre_validate(self, form: Any) -> None:
        """Ask for a choice; one that was not offered is refused."""
        super().pre_validate(form)
        offered = {str(value) for value, _ in self.choices}
        if any(str(value) not in offered for value in self._values()):
            raise StopValidation(NOT_OFFERED)

    def _values(self) -> list[Any]:
        values = self.data if isinstance(self.data, list) else [self.data]
        return [value for value in values if value is not None]

    def _read(self, sent: str) -> Any:
        try:
            return self.kind(sent)
        except (ValueError, ArithmeticError):  # the latter of a Decimal
            raise ValueError(NOT_OFFERED) from None


class OneOf(_Chosen):
    """One of several: `select` (then say what the `blank` choice reads) or `radios`. None where nothing is chosen.

    Choices are the members of an enum, or pairs of value and text, which the view may set later; `kind` makes the
    value again from what the browser sends (`int` for numbers of rows).
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The value chosen."""
        self.data = None
        if valuelist and valuelist[0]:
            self.data = self._read(valuelist[0])


class SeveralOf(_Chosen):
    """Any number of choices, as `checkboxes`; a list, empty where nothing is chosen."""

    def process_data(self, value: Iterable[Any] | None) -> None:
        """The values to begin with."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The values chosen."""
        self.data = []
        self.data = [self._read(sent) for sent in valuelist]


def pairs(choices: Choices) -> list[tuple[Any, str]]:
    """Choices as value and text; an enum's words begin with a capital."""
    if isinstance(choices, type):
        return [(member.value, begin(member.value)) for member in choices]
    return list(choices)
