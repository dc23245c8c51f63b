"""What people type, read and shown again."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict

from portfolio.web.forms import DateParts, Form, Line, OneOf, Paragraphs, PoundsField, Several, SeveralOf


class Colour(StrEnum):
    """Something to choose."""

    RED = "red"
    DARK_BLUE = "dark blue"


class Everything(Form):
    """Every kind of field, each required."""

    title = Line("Title", missing="Enter a title", most=20)
    story = Paragraphs("Story", missing="Enter a story")
    amount = PoundsField("Amount")
    met_on = DateParts("Decision date", missing="Enter the decision date")
    colour = OneOf("Colour", Colour, missing="Select a colour")
    row = OneOf("Row", [(1, "One"), (2, "Two")], kind=int, blank="Choose one", missing="Select a row")
    colours = SeveralOf("Colours", Colour, missing="Select a colour or more")


class Anything(Form):
    """Every kind of field, none required."""

    title = Line("Title")
    story = Paragraphs("Story")
    amount = PoundsField("Amount", missing=None)
    met_on = DateParts("Decision date")
    colour = OneOf("Colour", Colour)
    colours = SeveralOf("Colours", Colour)


RIGHT: dict[str, Any] = {
    "title": "  A title\x00\x07 ",
    "story": " One\r\nTwo\rThree\t. ",
    "amount": "£1,234.50",
    "met_on": ["13", "Mar", "2025"],
    "colour": "dark blue",
    "row": "2",
    "colours": ["red", "dark blue"],
}


def filled(app: Flask, kind: type[Form], typed: dict[str, Any]) -> Any:
    """A form with what was typed, validated."""
    with app.test_request_context(method="POST", data=MultiDict(typed)):
        form = kind()
        form.validate()
        return form


def test_what_is_right_is_read(app: Flask) -> None:
    form = filled(app, Everything, RIGHT)
    assert form.errors == {}
    assert form.title.data == "A title"
    assert form.story.data == "One\nTwo\nThree\t."
    assert form.amount.data == Decimal("1234.50")
    assert form.met_on.data == date(2025, 3, 13)
    assert form.colour.data is Colour.DARK_BLUE
    assert form.row.data == 2
    assert form.colours.data == [Colour.RED, Colour.DARK_BLUE]


@pytest.mark.parametrize("typed", [{}, {"title": " ", "amount": " ", "met_on": ["", "", ""], "row": "", "colour": ""}])
def test_what_is_missing_is_asked_for_in_its_own_words(app: Flask, typed: dict[str, Any]) -> None:
    assert filled(app, Everything, typed).errors == {
        "title": ["Enter a title"],
        "story": ["Enter a story"],
        "amount": ["Enter a value, even if it is zero"],
        "met_on": ["Enter the decision date"],
        "colour": ["Select a colour"],
        "row": ["Select a row"],
        "colours": ["Select a colour or more"],
    }


@pytest.mark.parametrize("typed", [{}, {"title": " ", "amount": " ", "met_on": ["", "", ""], "colour": ""}])
def test_what_may_be_blank_is_never_zero(app: Flask, typed: dict[str, Any]) -> None:
    form = filled(app, Anything, typed)
    assert form.errors == {}
    data = {field.name: field.data for field in form}
    assert data == {"title": "", "story": "", "amount": None, "met_on": None, "colour": None, "colours": []}
    assert all(field.flags.optional for field in form)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("amount", "12.345", "“12.345” has more than two decimals. Enter pounds and pence, like 1234.50"),
        ("amount", "lots", "“lots” is not an amount. Enter pounds and pence, like 1234.50"),
        ("met_on", ["13", "", "2025"], "Decision date must include a month"),
        ("met_on", ["", "3", ""], "Decision date must include a day and year"),
        ("met_on", ["30", "2", "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "13", "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "ma", "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["one", "2", "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["9" * 19, "2", "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "9" * 19, "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "1" * 5000, "2025"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "2", "25"], "Decision date must have a year of 4 numbers, like 2025"),
        ("met_on", ["1", "2", "abcd"], "Decision date must be a real date, like 30 6 2025"),
        ("met_on", ["1", "2", "1025"], "Decision date must be between 1990 and 2100"),
        ("met_on", ["1", "2"], "Decision date must include a year"),
        ("colour", "green", "Choose one of those offered"),
        ("row", "3", "Choose one of those offered"),
        ("row", "x", "Choose one of those offered"),
        ("colours", ["red", "green"], "Choose one of those offered"),
        ("title", "x" * 21, "Shorten this to 20 characters or fewer"),
        ("story", "x" * 10_001, "Shorten this to 10,000 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said(app: Flask, field: str, typed: Any, sentence: str) -> None:
    form = filled(app, Everything, RIGHT | {field: typed})
    assert form.errors == {field: [sentence]}


def test_what_was_typed_is_shown_again_and_a_value_to_begin_with_too(app: Flask) -> None:
    shown = (
        '{% from "_macros/forms.html" import text, money, select, radios, checkboxes, date_parts, textarea %}'
        "{{ text(form.title) }}{{ textarea(form.story) }}{{ money(form.amount) }}{{ date_parts(form.met_on) }}"
        "{{ radios(form.colour) }}{{ select(form.row) }}{{ checkboxes(form.colours) }}"
    )
    wrong = {"amount": "lots", "met_on": ["31", "Feb", "25"], "row": "2", "colour": "red", "colours": ["dark blue"]}
    with app.test_request_context(method="POST", data=MultiDict(wrong)):
        form = Everything()
        form.validate()
        page = render_template_string(shown, form=form)
    for part in ('value="lots"', 'value="31"', 'value="Feb"', 'value="25"', '<option value="2" selected>Two'):
        assert part in page
    assert '<option value="">Choose one</option>' in page
    assert 'value="dark blue" checked' in page
    assert "Dark blue" in page
    with app.test_request_context():
        begun = Everything(data={"amount": Decimal("-73.11"), "met_on": date(2025, 6, 16), "row": 1, "colour": "red"})
        page = render_template_string(shown, form=begun)
    for part in ('value="-73.11"', 'value="16"', 'value="2025"', '<option value="1" selected>One'):
        assert part in page
    assert page.count("checked") == 1


def test_choices_may_come_later_and_a_field_may_become_optional(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"row": "5"}):
        form = Everything()
        form.row.choices = [(5, "Five")]
        form.title.missing = None
        form.validate()
        assert "row" not in form.errors
        assert "title" not in form.errors
        assert form.row.data == 5


class Listed(Form):
    """A list of lines."""

    names = Several(Line("Name"))


def test_a_list_takes_the_numbers_that_pages_write_and_no_others(app: Flask) -> None:
    sent = {f"names-{number}": number for number in ("1", "0", "\u00b2", "\u0663", "-1", "9" * 5000, "", "x")}
    assert filled(app, Listed, sent).names.data == ["0", "1"]
