"""The form of a proposal: everything that it says, in one page that can be saved unfinished."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wtforms import FormField, ValidationError

from portfolio.funding_years.models import CSP, FundingYear, Organisation
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.proposals.actions import Asked, Contents, Offered
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import Level, MatchKind, ProposalKind
from portfolio.quarters import Quarter
from portfolio.web.errors import constraint_means
from portfolio.web.forms import DateParts, Form, Line, OneOf, Paragraphs, Part, PoundsField, Several, SeveralOf
from portfolio.words import begin

constraint_means("uq_proposal_reference", "Somebody has just used this reference. Save again to get the next one")

LINES, OFFERS, MOST_LINES = 4, 2, 100
MORE = 4


class WhichYearForm(Form):
    """Which funding year a new proposal is for."""

    class Meta:
        """It changes nothing, so it carries no token."""

        csrf = False

    year = OneOf("Funding year", kind=int, blank="Choose a funding year", missing="Choose a funding year")


class AskPart(Part):
    """One line of what is asked for."""

    stream = OneOf("Stream", kind=int, blank="Choose a stream")
    category = OneOf("Category", kind=int, blank="All categories")
    quarter = OneOf("Quarter", kind=int, blank="Whole year")
    amount = PoundsField("Amount", missing=None)

    def validate_stream(self, field: OneOf) -> None:
        """An amount is of a stream."""
        if self.amount.data and field.data is None:
            raise ValidationError("Choose the stream that this amount is asked of")

    def validate_amount(self, field: PoundsField) -> None:
        """Money is asked for, not given."""
        if field.data is not None and field.data < ZERO:
            raise ValidationError("A request cannot be negative. Enter an amount of zero or more")


class OfferPart(Part):
    """One offer of match."""

    funder = OneOf("Funder", kind=int, blank="Choose a funder")
    kind = OneOf("Kind", MatchKind, blank="Cash or in kind")
    pledged = PoundsField("Amount", missing=None)

    def validate_funder(self, field: OneOf) -> None:
        """Match has a giver."""
        if self.pledged.data and field.data is None:
            raise ValidationError("Choose who would give this match")

    def validate_kind(self, field: OneOf) -> None:
        """Match is in cash or in kind."""
        if self.pledged.data and field.data is None:
            raise ValidationError("Choose cash or in kind")

    def validate_pledged(self, field: PoundsField) -> None:
        """Match is given, not taken."""
        if field.data is not None and field.data < ZERO:
            raise ValidationError("Match cannot be negative. Enter an amount of zero or more")


@dataclass(frozen=True)
class Offer:
    """What a proposal's form offers to choose from."""

    year: FundingYear
    organisations: Sequence[Organisation]
    people: Sequence[Person]
    earlier: Sequence[Proposal]
    own_csps: frozenset[int]
    """The partnerships that the person acts for: a proposal asks at least one of them."""


class ProposalForm(Form):
    """A proposal."""

    title = Line("Title", missing="")
    lead = OneOf("Lead organisation", kind=int, blank="Choose an organisation", missing="Choose the lead organisation")
    lead_person = OneOf(
        "Lead person", kind=int, blank="Nobody yet", hint="They see this proposal, and enter the claims if it is funded"
    )
    kind = OneOf("Is this new?", ProposalKind, missing="Select whether this is new")
    continues = OneOf("The proposal that it continues", kind=int, blank="None")
    asked_of = SeveralOf("Partnerships asked", kind=int, missing="Select at least one partnership")
    levels = SeveralOf(
        "Prevention levels",
        Level,
        hint="Universal is for everybody, targeted for those at risk, focused for those already involved in violence",
    )
    summary = Paragraphs("Summary", missing="", most=2_000, hint="What would be done, and for whom")
    need = Paragraphs("Need", hint="What shows that it is needed here")
    activity_type = Line("Type of activity", hint="For example, mentoring")
    evidence_rating = Line(
        "Evidence", hint="From the Youth Endowment Fund Toolkit: impact, evidence and cost; or “not in the Toolkit”"
    )
    outcomes_promised = Paragraphs("Outcomes promised", hint="What will be different, and how it will be measured")
    starts_on = DateParts("Start", missing="Enter the start date")
    ends_on = DateParts("End", missing="Enter the end date")
    asks = Several(FormField(AskPart), min_entries=LINES, max_entries=MOST_LINES)
    offers = Several(FormField(OfferPart), min_entries=OFFERS, max_entries=MOST_LINES)

    offer: Offer

    def validate_asked_of(self, field: SeveralOf) -> None:
        """Who enters a proposal acts for a partnership that it asks."""
        if not self.offer.own_csps.intersection(field.data):
            raise ValidationError("Select a partnership that you act for, beside any others")

    def lengthen(self) -> None:
        """Give room for more lines and offers."""
        for _ in range(MORE):
            self.asks.append_entry()
        for _ in range(OFFERS):
            self.offers.append_entry()
        self._offer_in_lines()

    def show(self, offer: Offer) -> None:
        """Say what there is to choose from."""
        self.offer = offer
        self.lead.choices = [(row.id, row.name) for row in offer.organisations]
        self.lead_person.choices = [(row.id, row.name) for row in offer.people]
        self.continues.choices = [(row.id, f"{row.reference} {row.title}") for row in offer.earlier]
        self.asked_of.choices = [(row.id, row.name) for row in offer.year.police_area.csps]
        self._offer_in_lines()

    def _offer_in_lines(self) -> None:
        programme, quarters = self.offer.year.programme, self.offer.year.year.quarters
        for entry in self.asks.entries:
            part = entry.form
            part.stream.choices = [(row.id, begin(row.name)) for row in programme.streams]
            part.category.choices = [(row.id, begin(row.name)) for row in programme.categories]
            part.quarter.choices = [(quarter.number, str(quarter)) for quarter in quarters]
        for offered in self.offers.entries:
            offered.form.funder.choices = [(row.id, row.name) for row in self.offer.organisations]

    def contents(self) -> Contents:
        """What was entered, as the actions read it."""
        year = self.offer.year
        organisations = {row.id: row for row in self.offer.organisations}
        csps = {row.id: row for row in year.police_area.csps}
        earlier = {row.id: row for row in self.offer.earlier}
        return Contents(
            title=self.title.data,
            lead=organisations[self.lead.data],
            kind=self.kind.data,
            summary=self.summary.data,
            asks=list(self._asked()),
            asked_of=[csps[number] for number in self.asked_of.data],
            levels=self.levels.data,
            offers=[
                Offered(organisations[part.funder.data], part.kind.data, part.pledged.data)
                for part in (entry.form for entry in self.offers.entries)
                if part.pledged.data
            ],
            continues=earlier.get(self.continues.data),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            lead_person_id=self.lead_person.data,
            need=self.need.data or None,
            activity_type=self.activity_type.data or None,
            evidence_rating=self.evidence_rating.data or None,
            outcomes_promised=self.outcomes_promised.data or None,
        )

    def _asked(self) -> Iterable[Asked]:
        programme, year = self.offer.year.programme, self.offer.year.year
        streams = {row.id: row for row in programme.streams}
        categories = {row.id: row for row in programme.categories}
        for part in (entry.form for entry in self.asks.entries):
            if part.amount.data:
                quarter = Quarter(year, part.quarter.data) if part.quarter.data else None
                yield Asked(streams[part.stream.data], part.amount.data, categories.get(part.category.data), quarter)

    def total(self) -> Decimal:
        """What the lines come to, in pounds, as far as they can be read."""
        return sum((entry.form.amount.data or ZERO for entry in self.asks.entries), ZERO)

    def places(self) -> dict[str, str]:
        """Where the rules' places are on the form: what is wrong with a stream's request is on its first line."""
        found = {"requested": f"{self.asks.entries[0].name}-amount"}
        streams = {row.id: row.name for row in self.offer.year.programme.streams}
        for entry in self.asks.entries:
            if entry.form.stream.data in streams:
                found.setdefault(f"requested.{streams[entry.form.stream.data]}", f"{entry.name}-amount")
        return found


def as_typed(proposal: Proposal) -> dict[str, Any]:
    """What a draft says, as its form begins with it."""
    return {
        "title": proposal.title,
        "lead": proposal.lead_organisation_id,
        "lead_person": proposal.lead_person_id,
        "kind": proposal.kind,
        "continues": proposal.continues_id,
        "asked_of": [asked.csp_id for asked in proposal.asked_of],
        "levels": [each.level for each in proposal.levels],
        "summary": proposal.summary,
        "need": proposal.need,
        "activity_type": proposal.activity_type,
        "evidence_rating": proposal.evidence_rating,
        "outcomes_promised": proposal.outcomes_promised,
        "starts_on": proposal.starts_on,
        "ends_on": proposal.ends_on,
        "asks": [
            {
                "stream": ask.stream_id,
                "category": ask.category_id,
                "quarter": ask.quarter.number if ask.quarter else None,
                "amount": ask.amount,
            }
            for ask in proposal.asks
        ],
        "offers": [
            {"funder": offer.funder_id, "kind": offer.kind, "pledged": offer.pledged} for offer in proposal.match_offers
        ],
    }


def to_begin_with(year: FundingYear, own_csps: Iterable[CSP]) -> dict[str, Any]:
    """What a new proposal's form begins with: the year's dates, and the only partnership the person acts for."""
    own = [csp.id for csp in own_csps]
    return {
        "starts_on": year.year.first_day,
        "ends_on": year.year.last_day,
        "asked_of": own if len(own) == 1 else [],
    }
