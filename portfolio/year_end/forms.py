"""What is entered about assets, and about the assurance of a year."""

from collections.abc import Iterable
from enum import StrEnum

from portfolio.funding_years.models import FundingYear, Stream
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs, PoundsField
from portfolio.words import begin
from portfolio.year_end.actions import Bought
from portfolio.year_end.rules import Opinion

SHORT = 1_000


class Kept(StrEnum):
    """Which assets a list shows."""

    STILL = "still kept"
    DISPOSED = "disposed of"


class AssetForm(Form):
    """Something bought with the grant that outlives the project."""

    description = Line("What was bought", missing="Enter what was bought", hint="For example “Laptop, 14 inch”")
    stream = OneOf("Stream that paid for it", kind=int, missing="Select the stream that paid for it")
    cost = PoundsField("What it cost", hint="The part that the grant paid, without VAT that is recovered.")
    bought_on = DateParts("Bought on", missing="Enter the day it was bought", hint="For example 12 5 2025")
    serial = Line("Serial or inventory number", most=120)
    kept_at = Line("Where it is kept", hint="Organisation or building, like “Dorset Council, Dorchester”")

    def offer(self, streams: Iterable[Stream]) -> None:
        """Offer the streams that the award has money of."""
        self.stream.choices = [(stream.id, begin(stream.name)) for stream in streams]

    def told(self) -> Bought:
        """What was entered."""
        return Bought(
            self.stream.data,
            self.description.data,
            self.serial.data,
            self.kept_at.data,
            self.cost.data,
            self.bought_on.data,
        )


class DisposalForm(Form):
    """What became of an asset."""

    disposed_on = DateParts("Day it went", missing="Enter the day it went", hint="For example 3 2 2026")
    proceeds = PoundsField("Money that came of it", hint="Enter 0 if none did. The funder may ask for its share.")
    because = Paragraphs(
        "What became of it", missing="Say what became of it", most=SHORT, hint="For example “Sold at auction, lot 114”"
    )


class AssuranceForm(Form):
    """The independent assurance of a year's statement."""

    reference = Line("Reference", missing="Enter the reference of the report", most=120, hint="For example IA/2026/114")
    given_by = Line("Given by", missing="Enter who gave it", hint="The auditor or the body, not the preparer")
    given_on = DateParts("Given on", missing="Enter the day on the report", hint="For example 14 9 2026")
    opinion = OneOf("Opinion", Opinion, missing="Select what the auditor came to")
    note = Paragraphs("What was found, and what is done about it", missing="", most=SHORT)


class RegisterFilter(AddressForm):
    """Which assets of which year a page shows; it stands in the address."""

    year = OneOf("Funding year", kind=int, missing="")
    kept = OneOf("Assets", Kept, blank="All assets", missing="")

    def offer(self, years: Iterable[FundingYear]) -> None:
        """Offer the funding years within reach."""
        self.year.choices = [(row.id, f"{row.programme.name}, {row.police_area.name}, {row.year}") for row in years]
