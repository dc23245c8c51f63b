"""What is entered about the ledger: a file, what its columns and accounts are, timing differences, withdrawals."""

from collections.abc import Iterable, Mapping, Sequence

from wtforms import FormField, HiddenField

from portfolio.funding_years.models import CSP, CostCategory, FundingYear
from portfolio.ledger.columns import Columns, Holds
from portfolio.quarters import Quarter
from portfolio.uploads.cells import letters
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, Form, Line, OneOf, Paragraphs, Part, PoundsField, Several
from portfolio.web.uploading import OneFile
from portfolio.words import begin, tidy

MEANWHILE = "Somebody else has just said what these are. Look at it again, then save yours if it differs"
constraint_means("uq_ledger_mapping_police_area_id_headings_sha256", MEANWHILE)
constraint_means("uq_ledger_account_police_area_id_programme_id_code", MEANWHILE)

NO_SPEND = 0
"""Chosen in the place of a category."""


class LookForm(AddressForm):
    """Which quarter's ledger a page shows, and of whom; it stands in the address."""

    year = OneOf("Funding year", kind=int, missing="")
    quarter = OneOf("Quarter", missing="")
    csp = OneOf("Partnership", kind=int, blank="All partnerships", missing="")
    show = OneOf("Show", [("open", "With something unexplained")], blank="All projects", missing="")

    def offer(self, years: Iterable[FundingYear], year: FundingYear, quarter: Quarter) -> None:
        """Offer the years within reach, and of one of them the quarters and partnerships."""
        self.year.choices = [(row.id, f"{row.programme.name}, {row.police_area.name}, {row.year}") for row in years]
        self.quarter.choices = [(one.name.lower(), str(one)) for one in year.year.quarters]
        self.csp.choices = [(csp.id, csp.name) for csp in year.police_area.csps]
        self.year.data, self.quarter.data = year.id, quarter.name.lower()
        for field in (self.csp, self.show):
            if field.data not in {value for value, _ in field.choices}:
                field.data = None


class UploadForm(Form):
    """An extract of a ledger."""

    file = OneFile("The extract", missing="Choose the file that the ledger wrote", hint="CSV or Excel (.xlsx)")
    csp = OneOf(
        "Whose ledger it is",
        kind=int,
        blank="All partnerships together",
        missing="",
        hint="Choose a partnership where each council has a ledger of its own",
    )

    def offer(self, csps: Iterable[CSP]) -> None:
        """Offer the year's partnerships."""
        self.csp.choices = [(csp.id, csp.name) for csp in csps]


class ColumnsForm(Form):
    """What the columns of a ledger hold; the names are those of `Columns`."""

    date = OneOf("Date", kind=int, blank="Choose one", missing="Choose the column of the dates")
    centre = OneOf("Cost centre", kind=int, blank="Choose one", missing="Choose the column of the cost centres")
    account = OneOf(
        "Account code",
        kind=int,
        blank="Choose one",
        missing="Choose the column of the account codes",
        hint="Also called subjective, nominal or detail code: it says what kind of cost it is",
    )
    amount = OneOf("Amount", kind=int, blank="None: debits and credits apart", missing="", hint="Positive is spent")
    debit = OneOf("Debits", kind=int, blank="None: one column of amounts", missing="")
    credit = OneOf(
        "Credits", kind=int, blank="None: one column of amounts", missing="", hint="They are taken off the debits"
    )
    description = OneOf(
        "Description",
        kind=int,
        blank="Leave it out",
        hint="Leave it out where it names people whom nobody else may see",
    )
    reference = OneOf("Reference", kind=int, blank="Leave it out")

    def offer(self, headings: Sequence[str], seems: Mapping[Holds, int]) -> None:
        """Offer the columns by letter and heading; to begin with, what they seem to hold."""
        choices = [
            (place, f"{letters(place)}: {heading.strip()[:60] or 'no heading'}")
            for place, heading in enumerate(headings, start=1)
        ]
        for holds in Holds:
            field = self[holds.value]
            field.choices = choices
            if not self.is_submitted():
                field.data = seems.get(holds)

    @property
    def columns(self) -> Columns:
        """What was chosen."""
        return Columns(**{holds.value: self[holds.value].data for holds in Holds})


class AccountPart(Part):
    """One account code, and its cost category."""

    code = HiddenField()
    category = OneOf("Cost category", kind=int, blank="Not decided yet", missing="")


class AccountsForm(Form):
    """Account codes and their cost categories."""

    accounts = Several(FormField(AccountPart))

    def offer(self, categories: Iterable[CostCategory]) -> None:
        """Offer the programme's categories, and that it is no spend."""
        choices = [*((one.id, begin(one.name)) for one in categories), (NO_SPEND, "No spend: income or a transfer")]
        for entry in self.accounts.entries:
            entry.form.category.choices = choices

    @property
    def chosen(self) -> dict[str, int | None]:
        """The category of each code that one was chosen for; None: it is no spend."""
        return {
            tidy(str(entry.form.code.data)): entry.form.category.data or None
            for entry in self.accounts.entries
            if entry.form.category.data is not None
        }


class TimingForm(Form):
    """A timing difference of an award's quarter."""

    category = OneOf("Cost category", kind=int, blank="Choose one", missing="Select the cost category")
    amount = PoundsField(
        "Amount",
        missing="Enter the difference, above or below zero",
        hint="Positive: it is in this quarter’s ledger and claimed in another. "
        "Negative, like −250.00: it is claimed in this quarter and in another’s ledger.",
    )
    belongs_to = OneOf("The other quarter", blank="Choose one", missing="Select the other quarter")
    reason = Paragraphs("Reason", missing="Say what it is, like “Invoice of March, paid in April”", most=1_000)

    def offer(self, categories: Iterable[CostCategory], quarters: Iterable[Quarter]) -> None:
        """Offer the programme's categories, and the quarters that it can lie between."""
        self.category.choices = [(one.id, begin(one.name)) for one in categories]
        self.belongs_to.choices = [(one.slug, str(one)) for one in quarters]


class CentreForm(Form):
    """The cost centre by which the ledger knows a project."""

    cost_centre = Line("Cost centre", most=60, hint="As the ledger has it. Spaces and leading zeros do not matter.")


class WithdrawForm(Form):
    """Why an extract is to count no more."""

    because = Paragraphs("Why it is withdrawn", missing="Say why it is withdrawn", most=1_000)


class TakeForm(Form):
    """The button under what taking a ledger over would do: by what it carries, that alone is confirmed."""

    seen = HiddenField()
