"""What is entered about funders' forms: the blank, what a cell is bound to, a table, words, a note."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from wtforms import FormField

from portfolio.funder_forms.bindings import MOST_WORD, BoundTable
from portfolio.funder_forms.rounded import IN_UNITS
from portfolio.funder_forms.rules import MOST_TEXT, NoColumns
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind
from portfolio.web.carried import Carried, SeenForm
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, FigureBox, Form, Line, OneOf, Paragraphs, Part, Several, SeveralOf
from portfolio.web.uploading import OneFile
from portfolio.words import begin

ACCEPT = ".xlsx,.xlsm"
constraint_means(
    "uq_funder_form_police_area_id_name", "A form of that name is here already. Open it, or choose another name", "name"
)


class NumberBox(FigureBox):
    """A whole number of rows."""

    def read(self, typed: str) -> int:
        """The number; raises ValueError with a sentence."""
        if not typed.isdecimal() or not typed.isascii() or not 1 <= len(typed) <= 4 or not int(typed):
            raise ValueError("Enter a whole number of rows, like 20")
        return int(typed)


class BlankForm(Form):
    """Another edition of a form."""

    file = OneFile(
        "The blank form",
        missing="Choose the blank that the funder sent",
        hint="An Excel workbook, .xlsx or .xlsm. Macros in it are kept and never run.",
    )
    label = Line("Edition", missing="Enter what this edition is called, like 2025/26", most=120, hint="Like 2025/26.")


class NewForm(BlankForm):
    """A form that was not here before."""

    name = Line("Name of the form", missing="Enter a name, like Home Office quarterly claim", most=120)
    programme = OneOf("Programme", kind=int, missing="Select the programme that it reports on")
    area = OneOf("Police area", kind=int, missing="Select the police area that it is for")
    kind = OneOf(
        "Filled from",
        [(kind.value, f"The {kind} return") for kind in (ReturnKind.OPCC, ReturnKind.HOME_OFFICE, ReturnKind.CSP)],
        kind=ReturnKind,
        missing="Select the return that has its figures",
    )

    def offer(self, programmes: Iterable[Programme], areas: Iterable[PoliceArea]) -> None:
        """Offer the programmes and the police areas within reach."""
        self.programme.choices = [(row.id, row.name) for row in programmes]
        self.area.choices = [(row.id, row.name) for row in areas]


class DraftForm(Form):
    """Beginning a version."""

    note = Paragraphs(
        "Why the binding changes", missing="", most=MOST_TEXT, hint="For example: the funder moved a row."
    )


class CellForm(SeenForm):
    """What goes into one cell."""

    figure = OneOf("Figure", missing="")
    says = Paragraphs("Text", missing="", most=MOST_TEXT)
    do = Carried()


class CellAskedForm(AddressForm):
    """A cell, asked for in the address."""

    cell = Line("Another cell", most=10, missing="", hint="Like C7: also one that is locked, or holds something.")


class ChooseForm(AddressForm):
    """A table of the return, asked for in the address."""

    table = OneOf("Table of the return", missing="Select a table")

    def offer(self, tables: Iterable[tuple[str, str]]) -> None:
        """Offer the tables."""
        self.table.choices = list(tables)


class ColumnForm(Part):
    """What goes into one column of a list."""

    letters = Carried()
    takes = OneOf("Takes", blank="nothing")


class TableForm(SeenForm):
    """Which table's rows go into the rows of the form."""

    rows = NumberBox("Rows that the form has for it", missing="Enter how many rows the form has, like 20")
    word = OneOf("Only rows of", blank="all of them", missing="")
    columns = Several(FormField(ColumnForm))
    do = Carried()

    def offer(self, words: Iterable[tuple[str, str]], columns: Iterable[str]) -> None:
        """Offer what the table's rows can be narrowed to, and its columns."""
        self.word.choices = list(words)
        offered = [(column, column) for column in columns]
        for entry in self.columns.entries:
            entry.form.takes.choices = offered

    def bound(self, sheet: str, first_row: int, table: str) -> BoundTable:
        """The list as it was entered; raises NoColumns where nothing goes into it."""
        columns = {
            entry.form.letters.data: entry.form.takes.data for entry in self.columns.entries if entry.form.takes.data
        }
        if not columns:
            raise NoColumns
        heading, _, word = (self.word.data or "").partition("=")
        return BoundTable(
            sheet, first_row, self.rows.data, table, tuple(columns.items()), ((heading, word),) if word else ()
        )


class SettingsForm(SeenForm):
    """How the form wants its amounts."""

    unit = OneOf(
        "Amounts in the form",
        [(unit, begin(words)) for unit, words in IN_UNITS.items()],
        kind=Decimal,
        missing="Select how the form wants its amounts",
    )


class SuggestedForm(SeenForm):
    """Which suggestions are taken."""

    take = SeveralOf("Take")

    def offer(self, places: Sequence[str]) -> None:
        """Offer the cells that something is suggested for."""
        self.take.choices = [(place, place) for place in places]


class WordForm(SeenForm):
    """Which of the form's words stands for one of ours."""

    ours = Carried()
    theirs = Line("The form's word", most=MOST_WORD)


class ImportForm(SeenForm):
    """A binding that was downloaded, here or elsewhere."""

    file = OneFile(
        "A binding as a file", missing="Choose a binding that was downloaded", hint="A file ending in .json."
    )


class FillForm(Form):
    """Which return fills the form."""

    of = OneOf("Return", kind=int, missing="Select the return that fills it")

    def offer(self, returns: Iterable[Return]) -> None:
        """Offer the issued returns."""
        self.of.choices = [(row.id, named(row)) for row in returns]


def named(row: Return) -> str:
    """`Q2 2025/26, version 1`; with the partnership where it is one's."""
    whose = "" if row.csp is None else f"{row.csp.name}, "
    return f"{whose}{row.quarter.short}, version {row.version}"
