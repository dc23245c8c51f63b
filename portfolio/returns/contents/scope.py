"""What a return covers, and the names and the order in which everything stands in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.words import begin
from reports.content import Kind

Rows = Select[*tuple[Any, ...]]
"""A selection of rows of whatever columns."""

COMBINED = (Kind.OPCC, Kind.HOME_OFFICE, Kind.STATEMENT)
"""The returns of a whole police area."""


@dataclass(frozen=True)
class Scope:
    """A funding year's quarter, for one partnership or for the whole police area."""

    session: Session
    year: FundingYear
    quarter: Quarter
    kind: Kind
    csp: CSP | None

    @property
    def only(self) -> ColumnElement[bool] | None:
        """The condition on `Award` that narrows the figures; None for the whole area."""
        return None if self.csp is None else Award.csp_id == self.csp.id

    def of_awards(self, *columns: Any) -> Rows:
        """A selection over the awards covered, joined with their proposals."""
        return self.narrowed(
            select(*columns)
            .select_from(Award)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == self.year.id),
            Award.csp_id,
        )

    def narrowed(self, selection: Rows, csp_id: Any) -> Rows:
        """A selection narrowed to the partnership, where the return is one partnership's."""
        return selection if self.csp is None else selection.where(csp_id == self.csp.id)

    @cached_property
    def streams(self) -> dict[int, str]:
        """The programme's streams by number, in their order."""
        return {stream.id: stream.name for stream in self.year.programme.streams}

    @cached_property
    def categories(self) -> dict[int, str]:
        """The programme's cost categories by number, in their order."""
        return {category.id: category.name for category in self.year.programme.categories}

    @cached_property
    def csps(self) -> dict[int, str]:
        """The partnerships covered by number, in the order in which they were entered."""
        covered = self.year.police_area.csps if self.csp is None else [self.csp]
        return {csp.id: csp.name for csp in covered}

    def place_of_stream(self, stream_id: int) -> int:
        """Where a stream comes among the programme's."""
        return self._stream_places[stream_id]

    @cached_property
    def _stream_places(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self.streams)}

    def place_of_category(self, category_id: int) -> int:
        """Where a category comes among the programme's."""
        return self._category_places[category_id]

    @cached_property
    def _category_places(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self.categories)}


def words(said: Iterable[str]) -> str:
    """Several words as one cell says them: `Universal, targeted`."""
    return begin(", ".join(said))


def who(reference: str, csp: str, stream: str | None = None) -> str:
    """What a note or a variation is about: `SVD-25-01 (Dorset Community Safety Partnership), labour`."""
    return f"{reference} ({csp})" + (f", {stream}" if stream else "")
