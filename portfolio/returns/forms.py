"""What is entered about a return: why a new version, who certifies, questions and answers."""

from collections import Counter
from collections.abc import Sequence
from typing import cast

from wtforms import HiddenField

from portfolio.funding_years.models import FundingYear
from portfolio.quarters import Quarter
from portfolio.returns.points import Point
from portfolio.returns.rules import NeedsReason
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs

PREPARED_MEANWHILE = "Somebody else prepared this return at the same moment. Open it, and go on from theirs"
for constraint in (
    "uq_return_funding_year_id_kind_csp_id_quarter_version",
    "uq_return_funding_year_id_kind_quarter_version",
    "uq_return_whole_area",
):
    constraint_means(constraint, PREPARED_MEANWHILE)


def year_choices(years: Sequence[FundingYear]) -> list[tuple[int, str]]:
    """Funding years to choose from; with their police area where there are several."""
    areas = {one.police_area_id for one in years}
    return [
        (one.id, f"{one.programme.name} {one.year}" + (f", {one.police_area.name}" if len(areas) > 1 else ""))
        for one in years
    ]


class LookForm(AddressForm):
    """Chooses the funding year and the quarter whose returns are shown."""

    year = OneOf("Funding year", kind=int, missing="Choose a funding year")
    quarter = OneOf("Quarter", missing="Choose a quarter")

    def offer(self, years: list[FundingYear], year: FundingYear, quarter: Quarter) -> None:
        """The years within reach and the quarters, with those that are looked at chosen."""
        self.year.choices = year_choices(years)
        self.quarter.choices = [(one.name.lower(), str(one)) for one in year.year.quarters]
        self.year.data, self.quarter.data = year.id, quarter.name.lower()


class ChangesForm(AddressForm):
    """Chooses what a return is compared with, and which of the differences are shown."""

    against = OneOf("Compared with", missing="Choose a return")
    sheet = OneOf("Sheet", missing="Choose a sheet")
    show = OneOf("Differences", missing="Choose which")

    def offer(self, against: str, returns: list[tuple[str, str]], sheets: list[str], *, sheet: str, show: str) -> None:
        """The returns and the sheets that there are, with what is asked for chosen."""
        self.against.choices, self.against.data = returns, against
        self.sheet.choices = [("", "All sheets"), *((name, name) for name in sheets)]
        self.sheet.data = sheet if sheet in sheets else ""
        self.show.choices = [
            ("figures", "Figures"),
            ("unexpected", "Only what is unexpected"),
            ("unexplained", "Only what is not explained"),
            ("all", "Figures and words"),
        ]
        self.show.data = show if show in dict(self.show.choices) else "figures"


class PrepareForm(Form):
    """Prepares a return; a version after an issued one says why."""

    reason = Paragraphs("Why is a new version needed?", hint="It stands on the cover of the new version.")

    def ask_for_a_reason(self) -> None:
        """A new version needs its reason."""
        self.reason.missing = NeedsReason().sentence
        self.reason.flags.optional = False


class SeenForm(Form):
    """Something that is said of a return as it was looked at."""

    seen = HiddenField()


class ConfirmForm(SeenForm):
    """Says yes, and nothing else."""


class CheckForm(SeenForm):
    """Accepts what is open in a return, with a reason for each point or one for all of a sort."""

    @property
    def reasons(self) -> dict[str, str]:
        """What was typed, by the box's name."""
        return {field.name: field.data for field in self if isinstance(field, Paragraphs) and field.data}

    def box(self, name: str) -> Paragraphs | None:
        """A point's or a sort's box; None where a sort has one point only."""
        return cast("Paragraphs | None", self._fields.get(name))


def check_form(points: Sequence[Point]) -> CheckForm:
    """The form for a return's open points: a box for each, and one for each sort that has several."""
    numbers = Counter(point.sort for point in points)
    boxes = {sort: Paragraphs("One reason for all of these", missing=None) for sort in numbers if numbers[sort] > 1}
    boxes |= {point.key: Paragraphs(f"Why it is accepted: {point.about}", missing=None) for point in points}
    return cast(CheckForm, type("CheckForm", (CheckForm,), boxes)())


class CertifyForm(SeenForm):
    """Signs the certificate."""

    name = Line("Name of who certifies", missing="Enter the certifier's name")
    role = Line("Role", missing="Enter the certifier's role", hint="For example, Chief Finance Officer.")
    on = DateParts("Date signed", missing="Enter the day it was signed")


class ForwardForm(Form):
    """Says to whom a return was sent on, and when."""

    to = Line("Sent to", missing="Enter whom it was sent to")
    on = DateParts("Date sent", missing="Enter the day it was sent")


class QueryForm(Form):
    """Puts a question to a return."""

    question = Paragraphs("What do you want to know?", missing="Enter the question")


class AnswerForm(SeenForm):
    """Answers the question."""

    answer = Paragraphs("Answer", missing="Enter the answer")
