"""What is entered about match."""

from collections.abc import Iterable

from portfolio.funding_years.models import FundingYear, Organisation
from portfolio.match_funding.rules import Lack
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, PoundsField


class MatchForm(Form):
    """What a funder pledged, and what of it is secured."""

    pledged = PoundsField("Pledged")
    secured = PoundsField("Secured", hint="What is certain by now, in writing. Enter 0 if nothing is yet.")
    secured_on = DateParts("Secured on", missing="", hint="The day of the funder's letter, for example 30 6 2025")
    basis = Line("How it was valued", missing="", hint="For match in kind, like “60 hours at £25”")


class NewMatchForm(MatchForm):
    """A funder that an award did not have yet."""

    funder = OneOf("Funder", kind=int, blank="Choose one", missing="Select who gives it")
    kind = OneOf("Kind", MatchKind, missing="Select whether it is in cash or in kind")

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Offer the organisations there are."""
        self.funder.choices = [(row.id, row.name) for row in organisations]


class ReceiptForm(Form):
    """What came in a quarter, all of it."""

    quarter = OneOf("Quarter", kind=int, missing="Select the quarter it came in")
    amount = PoundsField("Received in that quarter", hint="All of it: the amount replaces what was said before.")

    def offer(self, quarters: Iterable[Quarter]) -> None:
        """Offer an award's quarters, counted from the first."""
        self.quarter.choices = [(place, str(quarter)) for place, quarter in enumerate(quarters)]


class YearFilter(AddressForm):
    """Which year's match a page shows; it stands in the address."""

    year = OneOf("Funding year", kind=int, missing="")

    def offer(self, years: Iterable[FundingYear]) -> None:
        """Offer the funding years within reach."""
        self.year.choices = [(row.id, f"{row.programme.name}, {row.police_area.name}, {row.year}") for row in years]


class ProjectFilter(YearFilter):
    """Which of a year's projects with match a page shows."""

    lack = OneOf("Match", Lack, blank="All match", missing="")


class FunderFilter(YearFilter):
    """Whether funders are shown of one year, or of all."""

    year = OneOf("Funding year", kind=int, blank="All years", missing="")


class PromiseFilter(AddressForm):
    """Whose promises are held against what came."""

    funder = OneOf("Funder", kind=int, blank="All funders", missing="")

    def offer(self, funders: Iterable[Organisation]) -> None:
        """Offer who gives match within reach."""
        self.funder.choices = [(row.id, row.name) for row in funders]
