"""The forms of opening, copying, confirming and changing a funding year, and of a programme's terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio.funding_years.actions import USUAL, Terms
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea, Programme, Stream
from portfolio.funding_years.rules import DEFAULT_DEADLINES, ROUNDINGS, MatchBase
from portfolio.money import ZERO
from portfolio.quarters import FinancialYear
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, PercentField, PoundsField, WholeNumber

constraint_means(
    "uq_funding_year_programme_id_police_area_id_year", "Somebody has just opened this year. Look for it in the list"
)


class NewYearForm(AddressForm):
    """Which year to open: asked first, because the streams and partnerships follow from it."""

    programme = OneOf("Programme", kind=int, blank="Choose a programme", missing="Choose a programme")
    area = OneOf("Police area", kind=int, blank="Choose a police area", missing="Choose a police area")
    year = Line("Financial year", missing="Enter a financial year, like 2025/26", hint="For example, 2025/26")

    def offer(self, programmes: Iterable[Programme], areas: Iterable[PoliceArea]) -> None:
        """Offer the programmes there are and the areas within reach; the only one is chosen already."""
        for field, rows in ((self.programme, programmes), (self.area, areas)):
            field.choices = [(row.id, row.name) for row in rows]
            if len(field.choices) == 1:
                field.data = field.choices[0][0]


class ConfirmForm(Form):
    """The funder's letter."""

    confirmed_on = DateParts("Date of the funder's letter", missing="Enter the date of the funder's letter")
    reference = Line("Reference", hint="As it stands on the letter")


class CopyForm(Form):
    """The year that gets the same allocations and shares."""

    year = Line("Financial year to open", missing="Enter a financial year, like 2026/27")


@dataclass(frozen=True)
class AmountBoxes:
    """Which box of an allocations form holds which amount: names of fields by stream, and by partnership and stream."""

    streams: tuple[Stream, ...]
    csps: tuple[CSP, ...]

    def of_stream(self, stream: Stream) -> str:
        """The box of a stream's allocation."""
        return f"allocation-{stream.id}"

    def of_share(self, csp: CSP, stream: Stream) -> str:
        """The box of a partnership's share."""
        return f"share-{csp.id}-{stream.id}"

    def places(self) -> dict[str, str]:
        """Where the rules' places are on the form."""
        stream_places = {f"allocation.{stream.name}": self.of_stream(stream) for stream in self.streams}
        share_places = {
            f"shares.{csp.key}.{stream.name}": self.of_share(csp, stream)
            for csp in self.csps
            for stream in self.streams
        }
        return {**stream_places, **share_places}


class AllocationsForm(Form):
    """An amount for every stream, and for every partnership's share of it."""

    boxes: AmountBoxes

    def allocation(self) -> dict[str, Decimal]:
        """What was entered by stream, in pounds."""
        return {stream.name: self[self.boxes.of_stream(stream)].data for stream in self.boxes.streams}

    def shares(self) -> dict[str, dict[str, Decimal]]:
        """What was entered by partnership's key and stream, in pounds."""
        return {
            csp.key: {stream.name: self[self.boxes.of_share(csp, stream)].data for stream in self.boxes.streams}
            for csp in self.boxes.csps
        }


def allocations_form(
    streams: Iterable[Stream],
    csps: Iterable[CSP],
    allocation: Mapping[str, Decimal] | None = None,
    shares: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> AllocationsForm:
    """The form for these streams and partnerships, with the amounts to begin with where there are any."""
    boxes = AmountBoxes(tuple(streams), tuple(csps))
    begin = allocation is not None
    fields: dict[str, Any] = {"boxes": boxes}
    for stream in boxes.streams:
        amount = (allocation or {}).get(stream.name, ZERO) if begin else None
        fields[boxes.of_stream(stream)] = PoundsField(f"Allocation, {stream.name}", default=amount)
    for csp in boxes.csps:
        for stream in boxes.streams:
            amount = (shares or {}).get(csp.key, {}).get(stream.name, ZERO) if begin else None
            fields[boxes.of_share(csp, stream)] = PoundsField(f"{csp.name}, {stream.name}", default=amount)
    form: AllocationsForm = type("AllocationsForm", (AllocationsForm,), fields)()
    return form


def suggested(last: FundingYear) -> str:
    """The year after one, as it is typed."""
    return str(FinancialYear(last.year.start + 1))


YES_OR_NO = (("yes", "Yes"), ("no", "No"))
BASES = ((MatchBase.GRANT.value, "The grant"), (MatchBase.TOTAL.value, "Grant and match together"))


class TermsForm(Form):
    """What a programme's funder sets."""

    statutory_power = Line("Statutory power", hint="For example, Police, Crime, Sentencing and Courts Act 2022")
    in_arrears = OneOf("Is it paid in arrears?", choices=YES_OR_NO, missing="Say whether it is paid in arrears")
    carry_over = OneOf(
        "May underspend be carried over to the next year?",
        choices=YES_OR_NO,
        missing="Say whether underspend may be carried over",
    )
    claim_deadlines = Line(
        "Last days for claims",
        missing="Enter the four deadlines",
        hint=f"A day and a month for each quarter, like {DEFAULT_DEADLINES}",
    )
    tolerance_percent = PercentField(
        "Tolerance above an allocation, %",
        missing="Enter a percentage, 0 for none",
        hint="How far a partnership may award more than its allocation.",
    )
    variance_percent = PercentField(
        "A variance is explained above, %", missing="Enter a percentage", hint="Of the quarter’s profile."
    )
    variance_floor = PoundsField(
        "A variance is explained above, in pounds", hint="Both must be passed before an explanation is asked for."
    )
    match_percent = PercentField("Match that the funder asks for, %", hint="Leave it blank where it asks for none.")
    match_base = OneOf("Match is a percentage of", choices=BASES, missing="Say what match is a percentage of")
    match_in_kind_counts = OneOf(
        "Does support in kind count as match?", choices=YES_OR_NO, missing="Say whether support in kind counts"
    )
    asset_threshold = PoundsField(
        "Assets are declared from",
        missing=None,
        hint="What cost this much or more stands on the statement. Leave it blank where the funder sets no threshold.",
    )
    rounds_to = OneOf(
        "The funder’s figures are",
        choices=[(unit, words) for unit, words in ROUNDINGS.items()],
        kind=int,
        blank="Exact, to the penny",
        missing="",
        hint="Returns to the OPCC and the Home Office get one more sheet, on which rounded figures add up.",
    )
    retention_years = WholeNumber("Records are kept for, in years", missing="Enter a number of years")

    @classmethod
    def of(cls, terms: Terms) -> "TermsForm":
        """The form, with the terms as they stand."""
        started = {
            name: ("yes" if value else "no") if isinstance(value, bool) else value
            for name, value in vars(terms).items()
        }
        return cls(data={**started, "match_base": terms.match_base.value})

    def terms(self) -> Terms:
        """What was entered."""
        said = {name: self[name].data for name in vars(USUAL)}
        said |= {name: said[name] == "yes" for name in ("in_arrears", "carry_over", "match_in_kind_counts")}
        said |= {"match_base": MatchBase(said["match_base"]), "statutory_power": said["statutory_power"] or None}
        return Terms(**said)
