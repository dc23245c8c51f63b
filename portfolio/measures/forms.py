"""What is entered about measures and indicators."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portfolio.decisions.forms import Filter
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.measures.models import MeasureDefinition
from portfolio.measures.rules import IndicatorKind, parse_figure
from portfolio.quarters import Quarter
from portfolio.web.errors import constraint_means
from portfolio.web.forms import FigureBox, Form, Line, OneOf, Paragraphs
from portfolio.words import figure as in_words

SHORT_TEXT = 2_000
SOMEBODY_ELSE = "Somebody else has just recorded this quarter. Look at their figure before you record another"
constraint_means("uq_observation_supersedes_id", SOMEBODY_ELSE)
constraint_means("uq_measure_programme_id_police_area_id_code", "This code is taken by another measure", "code")
constraint_means(
    "uq_measure_definition_measure_id_version",
    "Somebody else has just defined this measure anew. Read theirs before you write another",
)
constraint_means("uq_indicator_award_id_name", "This project has an indicator of that name already", "name")
constraint_means("uq_indicator_result_indicator_id_quarter", SOMEBODY_ELSE)


class FigureField(FigureBox):
    """A count or rate."""

    def read(self, typed: str) -> Decimal:
        """The figure; raises NotAFigure."""
        return parse_figure(typed)

    def written(self, figure: Decimal) -> str:
        """`1,204`, `12.5`."""
        return in_words(figure)


class Availability(StrEnum):
    """Whether a quarter has a figure."""

    FIGURE = "a figure"
    NONE = "not available"


class ObservationForm(Form):
    """A quarter's figure, or that there is none, and why."""

    version = OneOf("Which definition it is counted by", kind=int, missing="Select a definition")
    available = OneOf("What is known", Availability, missing="Select whether there is a figure")
    value = FigureField("Figure", missing="", hint="A number, like 41. Zero is a figure; “not available” is not zero.")
    unavailable = Paragraphs(
        "Why it is not available", missing="", most=SHORT_TEXT, hint="The return says it instead of a figure."
    )

    def offer(self, definitions: Iterable[MeasureDefinition]) -> None:
        """Offer the versions of a measure's definition; where there is one only, it is that."""
        self.version.choices = [(row.version, f"Version {row.version}: {row.text}") for row in definitions]
        if len(self.version.choices) == 1:
            self.version.data = self.version.choices[0][0]

    def validate(self, *rest: Any, **named: Any) -> bool:
        """A figure is asked for only where there is one."""
        sound = bool(super().validate(*rest, **named))
        if sound and self.available.data is Availability.FIGURE and self.value.data is None:
            self.value.errors = ["Enter the figure, even if it is zero"]
            return False
        return sound


class DefinitionForm(Form):
    """What a measure counts, where, and from which source."""

    text = Paragraphs("What is counted", missing="", most=SHORT_TEXT)
    geography = Line("Where", missing="", hint="For example police area")
    source = Line("Source")


class RedefinitionForm(DefinitionForm):
    """What a measure counts from now on, and why that changed."""

    because = Paragraphs(
        "Why it is defined anew",
        missing="",
        most=SHORT_TEXT,
        hint="The series breaks there: figures before and after are not compared.",
    )


class MeasureForm(DefinitionForm):
    """A new measure."""

    programme = OneOf("Programme", kind=int, missing="Select a programme")
    area = OneOf("Police area", kind=int, missing="Select a police area")
    code = Line("Code", missing="", most=40, hint="A short name for tables, like SVD-A")
    name = Line("Name", missing="")

    def offer(self, programmes: Iterable[Programme], areas: Iterable[PoliceArea]) -> None:
        """Offer the programmes, and the police areas within reach."""
        self.programme.choices = [(row.id, row.name) for row in programmes]
        self.area.choices = [(row.id, row.name) for row in areas]


class AbandonForm(Form):
    """Why something is no longer measured."""

    because = Paragraphs("Why it is no longer measured", missing="", most=SHORT_TEXT, id="abandoned-because")


class IndicatorForm(Form):
    """An output or an outcome that a project promised."""

    kind = OneOf("Kind", IndicatorKind, missing="Select output or outcome")
    name = Line("What is counted", missing="", hint="For example mentors trained")
    unit = Line("Unit", missing="", most=60, hint="For example people")
    target = FigureField("Target for the whole award", hint="Leave it empty where none was agreed")


class ChangeIndicatorForm(Form):
    """An indicator said anew."""

    name = Line("What is counted", missing="")
    unit = Line("Unit", missing="", most=60)
    target = FigureField("Target for the whole award", hint="Leave it empty where none was agreed")
    because = Paragraphs(
        "Why the target changes, and who agreed to it", missing="", most=SHORT_TEXT, hint="Needed where it changes."
    )


class ProjectsFilter(Filter):
    """Narrows the list of outputs and outcomes."""

    kind = OneOf("Kind", IndicatorKind, blank="Outputs and outcomes")


class ResultForm(Form):
    """What an indicator came to in a quarter."""

    quarter = OneOf("Quarter", kind=int, missing="Select a quarter")
    value = FigureField("Figure", missing="Enter the figure, even if it is zero")

    def offer(self, quarters: Iterable[Quarter]) -> None:
        """Offer an award's quarters, counted from the first."""
        self.quarter.choices = [(place, str(quarter)) for place, quarter in enumerate(quarters)]
