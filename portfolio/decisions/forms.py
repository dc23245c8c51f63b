"""The forms of deciding, declaring an interest, withdrawing a proposal and describing an award; and the filters."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, HiddenField

from portfolio.decisions.listing import STANDINGS
from portfolio.decisions.models import Decision
from portfolio.decisions.rules import DecidedMeanwhile, Outcome, Ruling
from portfolio.funding_years.models import CSP, Stream
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.quarters import FinancialYear
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs, PoundsField, SeveralOf

SOMEBODY_ELSE = DecidedMeanwhile().sentence
constraint_means("uq_decision_supersedes_id", SOMEBODY_ELSE)
constraint_means("uq_decision_first", SOMEBODY_ELSE)
constraint_means("uq_decision_proposal_id_csp_id", SOMEBODY_ELSE)
constraint_means("uq_interest_proposal_id_person_id", "This interest is declared already", "nature")


class Filter(AddressForm):
    """Narrows a page, by its address alone."""

    year = OneOf("Year", blank="All years")
    csp = OneOf("Partnership", blank="All partnerships")

    def offer_places(self, years: Iterable[FinancialYear], csps: Iterable[CSP]) -> None:
        """Offer years and partnerships."""
        self.year.choices = [(year.slug, str(year)) for year in years]
        self.csp.choices = [(csp.key, csp.name) for csp in csps]
        for field in self:
            field.flags.optional = False


class ListFilter(Filter):
    """Narrows the list of proposals."""

    standing = OneOf("Outcome", STANDINGS, blank="All outcomes")


class DecideForm(Form):
    """What a partnership decided, with a box for each stream of the programme."""

    outcome = OneOf("What was decided?", Outcome, missing="Select what was decided")
    reason = Paragraphs(
        "Reason",
        missing="",
        most=2_000,
        hint="Needed unless it is funded in full. The applicant will read it, and next year’s panel",
    )
    conditions = Paragraphs("Conditions", most=2_000)
    above_because = Paragraphs(
        "Why it awards more than its allocation",
        missing="",
        most=2_000,
        hint="Needed where the awards of a stream come to more than its allocation: what the partnership counts on",
    )
    body = Line("Who decided", missing="Enter which meeting decided", hint="As it will stand in the return")
    met_on = DateParts("Date of the meeting", missing="Enter the date of the meeting")
    minute = Line("Minute", hint="For example, 6.5 (a)")
    deciders = SeveralOf("Who took part", kind=int, hint="Who declared an interest, or leads it, cannot take part")
    seen = HiddenField()
    """The decision that the page showed, by its number; empty where there was none."""

    streams: tuple[Stream, ...]

    def __iter__(self) -> Iterator[Field]:
        """The fields in the order of the page, which is that of the error summary: the boxes follow the outcome."""
        above = [self.above_because] if self.above_because else []
        first = [self.outcome, *(self.box(stream) for stream in self.streams), *above]
        return iter([*first, *(field for field in super().__iter__() if field not in first)])

    def box(self, stream: Stream) -> Any:
        """The box of a stream's award."""
        return self[f"awarded-{stream.id}"]

    def ruling(self) -> Ruling:
        """What was entered, as the rules read it; a blank amount is nothing."""
        return Ruling(
            self.outcome.data,
            self.body.data,
            {stream.name: self.box(stream).data or ZERO for stream in self.streams},
            self.reason.data,
            self.conditions.data,
            self.met_on.data,
            self.minute.data,
            self.above_because.data if self.above_because else None,
        )

    def places(self) -> dict[str, str]:
        """Where the rules' places are on the form."""
        boxes = {f"awarded.{stream.name}": self.box(stream).name for stream in self.streams}
        return {**boxes, "awarded": next(iter(boxes.values()), ""), "decided_by": "deciders"}


def decide_form(
    streams: Sequence[Stream],
    people: Iterable[Person],
    csp: CSP,
    before: Decision | None = None,
    *,
    tolerates_more: bool = False,
) -> DecideForm:
    """The form for a programme's streams; it begins with the decision that stands, where there is one.

    Only a programme that tolerates awards above an allocation asks why they are made.
    """
    standing = {each.stream_id: each.amount for each in before.amounts} if before else {}
    fields: dict[str, Any] = {"streams": tuple(streams)}
    for stream in streams:
        fields[f"awarded-{stream.id}"] = PoundsField(
            f"Award, {stream.name}", missing=None, default=standing.get(stream.id)
        )
    if not tolerates_more:
        fields["above_because"] = None
    begin = {
        "body": before.body if before else csp.name,
        "conditions": before.conditions if before else None,
        "above_because": before.above_because if before else None,
        "seen": str(before.id) if before else "",
    }
    form: DecideForm = type("DecideForm", (DecideForm,), fields)(data=begin)
    form.deciders.choices = [(person.id, person.name) for person in people]
    return form


class InterestForm(Form):
    """An interest in a proposal, one's own or somebody's on whose behalf it is recorded."""

    person = OneOf("Whose interest", kind=int, blank="My own")
    nature = Line(
        "What the interest is", missing="Say what the interest is", hint="For example, trustee of the applicant"
    )


class WithdrawForm(Form):
    """Why a proposal is taken back."""

    because = Paragraphs(
        "Why it is withdrawn", missing="Say why it is withdrawn", most=2_000, hint="Everybody who reads it sees this"
    )


class AwardForm(Form):
    """Who leads an award, and what finance needs to know of it."""

    lead_person = OneOf(
        "Lead person", kind=int, blank="Nobody yet", hint="They enter the claims. Invite them first, under People"
    )
    agreement_signed_on = DateParts("Grant agreement signed")
    cost_centre = Line("Cost centre", most=60)
    provisional = BooleanField("The amount is provisional: a pay award is pending")
