"""What a page shows of what would be published: each award, what it lacks, and why it is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear
from portfolio.open_data.actions import Parcel, parcel_of
from portfolio.open_data.grants import PATHS, as_grant, value_at
from portfolio.open_data.issued import grants_of
from portfolio.open_data.models import Exemption, Publication
from portfolio.open_data.queries import exemptions_of, publisher_of, versions_of
from portfolio.open_data.rules import Grant, Missing, Publisher, missing_of, names_few
from portfolio.people.rules import Within
from portfolio.remembering import Remembered

_DIGESTS: Remembered[str] = Remembered(8)


class State(StrEnum):
    """What becomes of an award with the next version."""

    READY = "to be published"
    HELD = "held back"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Line:
    """One award of the preview."""

    grant: Grant
    missing: Sequence[Missing]
    exemption: Exemption | None

    @property
    def state(self) -> State:
        """What becomes of it: one that lacks a fact stands in the registers, and not in the 360Giving data."""
        if self.exemption is not None:
            return State.LEFT_OUT
        return State.HELD if self.missing else State.READY

    @property
    def names_few(self) -> bool:
        """Whether a count of fewer than five people was found in its texts, and is published otherwise."""
        grant = self.grant
        return names_few([grant.title, grant.purpose, grant.conditions, grant.reasons])


@dataclass(frozen=True)
class Preview:
    """What would be published of a year, as far as somebody reaches it."""

    publisher: Publisher
    lines: Sequence[Line]
    parcel: Parcel
    digest: str
    """The parcel's, by which publishing knows that it is what was looked at."""
    versions: Sequence[Publication]

    def count(self, state: State) -> int:
        """How many awards of those shown are in a state."""
        return sum(line.state is state for line in self.lines)

    @property
    def next_version(self) -> int:
        """The number of the version that would be published now."""
        return self.versions[0].version + 1 if self.versions else 1

    @property
    def is_new(self) -> bool:
        """Whether a version published now would say something else than the last."""
        return not self.versions or self.versions[0].figures != self.digest


def preview(session: Session, year: FundingYear, within: Within) -> Preview:
    """Every award of a year that stands in an issued return and within somebody's reach."""
    publisher, left_out = publisher_of(session, year.police_area), exemptions_of(session, year)
    lines = [
        Line(grant, missing_of(grant, publisher), left_out.get(grant.award_id))
        for grant in grants_of(session, year)
        if within.holds(grant.csp_id, year.police_area_id)
    ]
    parcel = parcel_of(session, year)
    digest = _DIGESTS.find(session, year.id, lambda: parcel.digest)
    return Preview(publisher, lines, parcel, digest, versions_of(session, year))


def line_of(session: Session, award: Award) -> Line | None:
    """One award as the preview has it; None where no issued return holds it."""
    year = award.proposal.funding_year
    grant = next((one for one in grants_of(session, year) if one.award_id == award.id), None)
    if grant is None:
        return None
    publisher = publisher_of(session, year.police_area)
    return Line(grant, missing_of(grant, publisher), exemptions_of(session, year).get(award.id))


def fields_of(line: Line, publisher: Publisher) -> list[tuple[str, str]]:
    """An award's fields by the standard's titles, as they would be published."""
    told = as_grant(line.grant, publisher.prefix or "360G-…")
    return [(title, str(value)) for title, path in PATHS if (value := value_at(told, path)) is not None]
