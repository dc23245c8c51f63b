"""What the steps of a proposal have in common: what they offer to choose from, and how they begin and end."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import HiddenField

from portfolio.funding_years.models import CSP, FundingYear, Organisation
from portfolio.people.models import Person
from portfolio.proposals.actions import Contents
from portfolio.proposals.models import Proposal
from portfolio.web.forms import Form


@dataclass(frozen=True)
class Offer:
    """What a proposal's forms offer to choose from, to one person."""

    year: FundingYear
    organisations: Sequence[Organisation]
    csps: Sequence[CSP]
    """The partnerships that can be asked."""
    today: date
    earlier: Sequence[Proposal] = ()
    people: Sequence[Person] = ()
    own_csps: frozenset[int] = frozenset()
    """The partnerships that the person acts for: they enter a proposal on somebody's behalf, and ask one of them."""
    lead_person_id: int | None = None
    """Who leads what a project lead enters: they themselves."""

    @property
    def on_behalf(self) -> bool:
        """Whether it is entered by an officer, for somebody else."""
        return bool(self.own_csps)


class StepForm(Form):
    """One step in which a proposal is written: what it says of it, and nothing else."""

    seen = HiddenField()
    """What the step said as it was opened, as a digest."""

    offer: Offer

    def show(self, offer: Offer) -> None:
        """Say what there is to choose from."""
        self.offer = offer

    def into(self, contents: Contents) -> Contents:
        """What the proposal says with what was entered here."""
        raise NotImplementedError

    def places(self) -> dict[str, str]:
        """Where the rules' places are on the form."""
        return {}

    def lengthen(self) -> None:
        """Give room for more, where the step has lines."""

    def digest(self) -> str:
        """By this two openings of a step are told apart: the same for the same entries."""
        entries = sorted((name, repr(value)) for name, value in self.data.items() if name not in ("seen", "csrf_token"))
        return hashlib.sha256(json.dumps(entries).encode()).hexdigest()


def begun_with(contents: Contents, *names: str) -> dict[str, Any]:
    """Fields that begin with what a proposal says under the same name."""
    return {name: getattr(contents, name) for name in names}
