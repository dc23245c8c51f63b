"""What is entered about a return: why a new version, who certifies, questions and answers, money received."""

from portfolio.funding_years.models import FundingYear
from portfolio.quarters import Quarter
from portfolio.returns.rules import NeedsReason
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs, PoundsField
from portfolio.words import begin

PREPARED_MEANWHILE = "Somebody else prepared this return at the same moment. Open it, and go on from theirs"
for constraint in (
    "uq_return_funding_year_id_kind_csp_id_quarter_version",
    "uq_return_funding_year_id_kind_quarter_version",
    "uq_return_whole_area",
):
    constraint_means(constraint, PREPARED_MEANWHILE)


class LookForm(AddressForm):
    """Chooses the funding year and the quarter whose returns are shown."""

    year = OneOf("Funding year", kind=int, missing="Choose a funding year")
    quarter = OneOf("Quarter", missing="Choose a quarter")

    def offer(self, years: list[FundingYear], year: FundingYear, quarter: Quarter) -> None:
        """The years within reach and the quarters, with those that are looked at chosen."""
        areas = {one.police_area_id for one in years}
        self.year.choices = [
            (one.id, f"{one.programme.name} {one.year}" + (f", {one.police_area.name}" if len(areas) > 1 else ""))
            for one in years
        ]
        self.quarter.choices = [(one.name.lower(), str(one)) for one in year.year.quarters]
        self.year.data, self.quarter.data = year.id, quarter.name.lower()


class PrepareForm(Form):
    """Prepares a return; a version after an issued one says why."""

    reason = Paragraphs("Why is a new version needed?", hint="It stands on the cover of the new version.")

    def ask_for_a_reason(self) -> None:
        """A new version needs its reason."""
        self.reason.missing = NeedsReason().sentence
        self.reason.flags.optional = False


class ConfirmForm(Form):
    """Says yes, and nothing else."""


class CertifyForm(Form):
    """Signs the certificate."""

    name = Line("Name of who certifies", missing="Enter the certifier's name")
    role = Line("Role", missing="Enter the certifier's role", hint="For example, Chief Finance Officer.")
    on = DateParts("Date signed", missing="Enter the day it was signed")


class QueryForm(Form):
    """Puts a question to a return."""

    question = Paragraphs("What do you want to know?", missing="Enter the question")


class AnswerForm(Form):
    """Answers the question."""

    answer = Paragraphs("Answer", missing="Enter the answer")


class PaymentForm(Form):
    """Records money that was received or recovered."""

    stream = OneOf("Stream", kind=int, missing="Choose the stream")
    amount = PoundsField("Amount", hint="Money that the funder recovered is a negative amount, like -250.00.")
    received_on = DateParts("Date received", missing="Enter the day the money came")
    reference = Line("Reference", hint="For example, the remittance number.")

    def offer(self, year: FundingYear) -> None:
        """The programme's streams."""
        self.stream.choices = [(stream.id, begin(stream.name)) for stream in year.programme.streams]
