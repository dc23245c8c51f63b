"""The steps in which a proposal is written, but for its money: the project, the work, the match."""

from dataclasses import replace
from typing import Any

from wtforms import FormField, ValidationError

from portfolio.funding_years.models import FundingYear, Organisation
from portfolio.money import ZERO
from portfolio.proposals.actions import Contents, Offered
from portfolio.proposals.forms.offering import Offer, StepForm, begun_with
from portfolio.proposals.rules import ACTIVITY_TYPES, Level, MatchKind, ProposalKind, ToolkitImpact, received_later
from portfolio.web.errors import constraint_means
from portfolio.web.forms import DateParts, Line, OneOf, Paragraphs, Part, PoundsField, Several, SeveralOf

constraint_means("uq_proposal_reference", "Somebody has just used this reference. Save again to get the next one")
constraint_means("uq_organisation_key", "An organisation of a name like this is in the list. Choose it", "other_lead")

OFFERS, MOST_LINES = 2, 100
BODIES = ("council", "police", "NHS", "school", "charity", "company", "other")
"""What kind of body an organisation is that is not in the list yet."""


class ProjectForm(StepForm):
    """Who proposes what, for when, and to whom."""

    title = Line("Title", missing="")
    lead = OneOf("Lead organisation", kind=int, blank="Choose an organisation", missing="")
    other_lead = Line("Its name, if it is not in the list", hint="As it should stand in decisions and returns")
    other_kind = OneOf("What kind of body it is", [(kind, kind) for kind in BODIES], blank="Choose one")
    lead_person = OneOf(
        "Lead person", kind=int, blank="Nobody yet", hint="They see this proposal, and enter the claims if it is funded"
    )
    kind = OneOf("Is this new?", ProposalKind, missing="Select whether this is new")
    continues = OneOf("The proposal that it continues", kind=int, blank="None")
    asked_of = SeveralOf("Partnerships asked", kind=int, missing="Select at least one partnership")
    starts_on = DateParts("Start", missing="Enter the start date")
    ends_on = DateParts("End", missing="Enter the end date")
    received_on = DateParts(
        "Day it came on paper", hint="Only where you enter it for somebody: by this day it is in time or late"
    )

    def validate_lead(self, field: OneOf) -> None:
        """The lead is chosen, or named."""
        if field.data is None and not self.other_lead.data:
            raise ValidationError("Choose the lead organisation, or write its name below")

    def validate_other_lead(self, field: Line) -> None:
        """It is one or the other."""
        if field.data and self.lead.data is not None:
            raise ValidationError("Choose the organisation or write its name, not both")

    def validate_other_kind(self, field: OneOf) -> None:
        """An organisation that is new here is of a kind."""
        if self.other_lead.data and field.data is None:
            raise ValidationError("Choose what kind of body it is")

    def validate_asked_of(self, field: SeveralOf) -> None:
        """Whoever enters it for others acts for a partnership that it asks."""
        if self.offer.on_behalf and not self.offer.own_csps.intersection(field.data):
            raise ValidationError("Select a partnership that you act for, beside any others")

    def validate_received_on(self, field: DateParts) -> None:
        """Nothing has come yet that comes tomorrow."""
        later = received_later(field.data, self.offer.today)
        if later is not None:
            raise ValidationError(later.sentence)

    def show(self, offer: Offer) -> None:
        """Say what there is to choose from; who leads, and when paper came, only officers say."""
        super().show(offer)
        self.lead.choices = [(row.id, row.name) for row in offer.organisations]
        self.continues.choices = [(row.id, f"{row.reference} {row.title}") for row in offer.earlier]
        self.asked_of.choices = [(row.id, row.name) for row in offer.csps]
        if offer.on_behalf:
            self.lead_person.choices = [(row.id, row.name) for row in offer.people]
        else:
            del self.lead_person, self.received_on

    def find_lead(self) -> Organisation | None:
        """The organisation chosen; None where one is named that is not in the list."""
        return next((row for row in self.offer.organisations if row.id == self.lead.data), None)

    def into(self, contents: Contents) -> Contents:
        """With what was entered, but for the organisation, which may have to be added first."""
        said = replace(
            contents,
            title=self.title.data,
            kind=self.kind.data,
            continues=next((row for row in self.offer.earlier if row.id == self.continues.data), None),
            asked_of=[row for row in self.offer.csps if row.id in self.asked_of.data],
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )
        if not self.offer.on_behalf:
            return replace(said, lead_person_id=contents.lead_person_id or self.offer.lead_person_id)
        return replace(said, lead_person_id=self.lead_person.data, received_on=self.received_on.data)


def project_of(contents: Contents, year: FundingYear) -> dict[str, Any]:
    """How the project's step begins with a proposal."""
    starts_on, ends_on = contents.dates(year)
    return {
        **begun_with(contents, "title", "kind", "received_on"),
        "lead": contents.lead.id,
        "lead_person": contents.lead_person_id,
        "continues": contents.continues.id if contents.continues else None,
        "asked_of": [csp.id for csp in contents.asked_of],
        "starts_on": starts_on,
        "ends_on": ends_on,
    }


def new_project(offer: Offer) -> dict[str, Any]:
    """How it begins without one: the year's dates, and the only partnership that there is to ask."""
    own = [csp.id for csp in offer.csps if csp.id in offer.own_csps] or [csp.id for csp in offer.csps]
    return {
        "starts_on": offer.year.year.first_day,
        "ends_on": offer.year.year.last_day,
        "asked_of": own if len(own) == 1 else [],
    }


class WorkForm(StepForm):
    """What would be done, why, and what would come of it."""

    summary = Paragraphs("Summary", missing="", most=2_000, hint="What would be done, and for whom")
    need = Paragraphs("Need", hint="What shows that it is needed here")
    levels = SeveralOf(
        "Prevention levels",
        Level,
        hint="Universal is for everybody, targeted for those at risk, focused for those already involved in violence",
    )
    activity_type = Line(
        "Type of activity", hint="Choose one that is suggested, so that like is called alike, or your own"
    )
    area = Line("Where it works", hint="For example, Weymouth and Portland, or the whole of Dorset")
    toolkit_impact = OneOf(
        "Impact, by the Youth Endowment Fund Toolkit",
        ToolkitImpact,
        blank="Not said",
        hint="What the Toolkit says of this type of activity’s effect on violence",
    )
    evidence_rating = Line("Evidence", hint="How good the evidence is, and what else speaks for it")
    outcomes_promised = Paragraphs("Outcomes promised", hint="What will be different, and how it will be measured")

    suggestions = ACTIVITY_TYPES

    def into(self, contents: Contents) -> Contents:
        """With what was entered."""
        return replace(
            contents,
            summary=self.summary.data,
            need=self.need.data or None,
            levels=self.levels.data,
            activity_type=self.activity_type.data or None,
            area=self.area.data or None,
            toolkit_impact=self.toolkit_impact.data,
            evidence_rating=self.evidence_rating.data or None,
            outcomes_promised=self.outcomes_promised.data or None,
        )


def work_of(contents: Contents) -> dict[str, Any]:
    """How the step begins with a proposal."""
    names = ("summary", "need", "levels", "activity_type", "area", "toolkit_impact", "evidence_rating")
    return begun_with(contents, *names, "outcomes_promised")


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
        """Match is given, not taken, and an offer says how much."""
        if field.data is not None and field.data < ZERO:
            raise ValidationError("Match cannot be negative. Enter an amount of zero or more")
        if field.data is None and (self.funder.data is not None or self.kind.data is not None):
            raise ValidationError("Enter the amount, or empty this line")


class MatchForm(StepForm):
    """What others would give."""

    offers = Several(FormField(OfferPart), min_entries=OFFERS, max_entries=MOST_LINES)

    def show(self, offer: Offer) -> None:
        """Offer every organisation as a giver."""
        super().show(offer)
        for entry in self.offers.entries:
            entry.form.funder.choices = [(row.id, row.name) for row in offer.organisations]

    def lengthen(self) -> None:
        """Give room for more offers."""
        for _ in range(min(OFFERS, MOST_LINES - len(self.offers.entries))):
            self.offers.append_entry()
        self.show(self.offer)

    def into(self, contents: Contents) -> Contents:
        """With what was entered; a line without an amount offers nothing."""
        organisations = {row.id: row for row in self.offer.organisations}
        parts = [entry.form for entry in self.offers.entries]
        return replace(
            contents,
            offers=[
                Offered(organisations[part.funder.data], part.kind.data, part.pledged.data)
                for part in parts
                if part.pledged.data
            ],
        )


def match_of(contents: Contents) -> dict[str, Any]:
    """How the step begins with a proposal."""
    return {
        "offers": [
            {"funder": offer.funder.id, "kind": offer.kind, "pledged": offer.pledged} for offer in contents.offers
        ]
    }
