"""What is entered about the money of returns: received, recovered, withheld; and which of it is looked at."""

from collections.abc import Sequence

from wtforms import ValidationError

from portfolio.funding_years.models import FundingYear, Stream
from portfolio.people.rules import Within
from portfolio.returns.dues import Age
from portfolio.returns.forms import year_choices
from portfolio.returns.money_in import NAMES, Chosen
from portfolio.returns.rules import ReturnKind
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs, PoundsField
from portfolio.words import begin


class MoneyForm(Form):
    """Something about the money of one stream of a return."""

    stream = OneOf("Stream", kind=int, missing="Choose the stream")
    reference = Line("Reference", hint="For example, the remittance number or the letter's.")

    def offer(self, year: FundingYear) -> None:
        """The programme's streams."""
        self.stream.choices = [(stream.id, begin(stream.name)) for stream in year.programme.streams]

    def chosen(self, year: FundingYear) -> Stream:
        """The stream chosen."""
        return next(stream for stream in year.programme.streams if stream.id == self.stream.data)


class PaymentForm(MoneyForm):
    """Records money that was received."""

    amount = PoundsField("Amount received")
    received_on = DateParts("Date received", missing="Enter the day the money came")

    def validate_amount(self, field: PoundsField) -> None:
        """Money taken back has a page of its own, which asks why."""
        if field.data is not None and field.data < 0:
            raise ValidationError(
                "Enter what was received, without a minus. Money that the funder took back is recorded as recovered"
            )


class RecoveryForm(MoneyForm):
    """Records money that the funder took back."""

    amount = PoundsField("Amount recovered", hint="What was taken back, without a minus.")
    received_on = DateParts("Date recovered", missing="Enter the day the money went")
    because = Paragraphs("Why was it recovered?", missing="Say why the funder recovered it")
    kept = OneOf(
        "Is it still due?",
        choices=[("kept", "No, the funder keeps it"), ("due", "Yes, it is to be paid again")],
        missing="Say whether it is still due",
    )


class WithholdingForm(MoneyForm):
    """Records what the funder says it will not pay, or pays after all."""

    said = OneOf(
        "What did the funder say?",
        choices=[("withholds", "It will not pay this amount"), ("lets-go", "It pays what it withheld before")],
        missing="Say what the funder said",
    )
    amount = PoundsField("Amount", hint="What the funder named, without a minus.")
    told_on = DateParts("Date", missing="Enter the day the funder said so", hint="The day of its letter or message.")
    because = Paragraphs("What reason did it give?", missing="Say what reason the funder gave")

    def validate_amount(self, field: PoundsField) -> None:
        """Which way it goes is chosen, not typed."""
        if field.data is not None and field.data < 0:
            raise ValidationError("Enter the amount without a minus, and choose what the funder said")


ALL = "all"


class MoneyInFilter(AddressForm):
    """Narrows the list of what is due."""

    year = OneOf("Funding year", kind=int, blank="All years", missing="")
    kind = OneOf(
        "Claimed", choices=[(kind.name, name) for kind, name in NAMES.items()], blank="At every level", missing=""
    )
    stream = OneOf("Stream", blank="All streams", missing="")
    age = OneOf("Outstanding", choices=Age, blank="Of any age", missing="")
    show = OneOf("Show", choices=[("open", "What is outstanding"), (ALL, "What is settled, too")], missing="")

    def offer(self, years: Sequence[FundingYear], streams: Sequence[str]) -> None:
        """The years within reach and the streams in which something was claimed."""
        self.year.choices = year_choices(years)
        self.stream.choices = [(name, begin(name)) for name in streams]

    def chosen(self, within: Within) -> Chosen:
        """What is looked at."""
        return Chosen(
            within,
            year_id=self.year.data,
            kind=ReturnKind[self.kind.data] if self.kind.data else None,
            stream=self.stream.data or None,
            age=self.age.data,
            settled=self.show.data == ALL,
        )

    def read(self) -> tuple[tuple[str, str], ...]:
        """What was chosen, in words."""
        fields = (self.year, self.kind, self.stream, self.age, self.show)
        return tuple(
            (field.label.text, next((text for _, text, is_chosen, _ in field.iter_choices() if is_chosen), ""))
            for field in fields
        )
