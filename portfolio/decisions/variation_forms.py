"""The forms of variations: asking for one, approving or refusing it, and narrowing their list."""

from collections.abc import Iterable

from portfolio.decisions.asked import AskedState
from portfolio.decisions.moves import Place
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import FinancialYear
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs, PoundsField


class VariationForm(Form):
    """Money to be moved from one award's stream to another's."""

    from_line = OneOf("From", blank="Unallocated")
    to_line = OneOf("To", blank="Unallocated")
    amount = PoundsField("Amount", missing="Enter the amount to move")
    reason = Paragraphs(
        "Reason",
        missing="Give the reason for the variation",
        most=2_000,
        hint="Who decides on it has only this to go by",
    )

    def offer(self, places: Iterable[Place]) -> None:
        """Offer what carries money to give, and every stream of every award that is funded to receive it."""
        found = list(places)
        self.from_line.choices = [
            (place.value, f"{place.words}, {format_pounds(place.carried)}") for place in found if place.carried > ZERO
        ]
        self.to_line.choices = [(place.value, place.words) for place in found if place.funded]
        for field in (self.from_line, self.to_line):
            field.flags.optional = False


class ApprovalForm(Form):
    """When a variation was approved, and by what reference it is known."""

    approved_on = DateParts(
        "Approved on", missing="Enter the date of the approval", hint="The day of the meeting, or of today"
    )
    reference = Line("Reference", most=60, hint="Left empty, it gets the next of the year")


class RefusalForm(Form):
    """Why what somebody asked for is refused."""

    because = Paragraphs("Why you refuse it", missing="", most=3_000, hint="Who asked for it is told this.")


class VariationFilter(AddressForm):
    """Narrows the list of variations; it stands in the address."""

    year = OneOf("Year", blank="All years")
    state = OneOf("State", AskedState, blank="All states")

    def offer(self, years: Iterable[FinancialYear]) -> None:
        """Offer the years in which there are proposals to see."""
        self.year.choices = [(year.slug, str(year)) for year in years]
        for field in (self.year, self.state):
            field.flags.optional = False
