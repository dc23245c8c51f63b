"""What a comparison can be narrowed to, by its address alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portfolio.comparison.figures import ORDERS
from portfolio.comparison.rules import COSTS, SCORES, UNDECIDED, Band
from portfolio.comparison.slices import Narrowed
from portfolio.decisions.forms import Filter
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, Programme
from portfolio.proposals.rules import Level, ProposalKind, ToolkitImpact
from portfolio.quarters import FinancialYear
from portfolio.web.forms import Line, OneOf
from portfolio.words import begin

NOT_DECIDED = "not-decided"


class CompareFilter(Filter):
    """Says what is compared; everything stands in the address, so that a view can be mailed."""

    since = OneOf("Back to", blank="That year alone")
    stream = OneOf("Stream", blank="All streams")
    programme = OneOf("Programme", blank="All programmes")
    outcome = OneOf(
        "Outcome", [*((one.value, begin(one.value)) for one in Outcome), (NOT_DECIDED, begin(UNDECIDED))], blank="All"
    )
    text = Line("Words of title, summary or lead", most=80)
    lead = Line("Lead organisation", most=80)
    kind = OneOf("New or continued", ProposalKind, blank="All")
    level = OneOf("Prevention level", Level, blank="All")
    theme = Line("Theme", most=80)
    area = Line("Area", most=80)
    toolkit = OneOf("Toolkit impact", ToolkitImpact, blank="All")
    score = OneOf("Panel’s score", [(band.slug, band.name) for band in SCORES], blank="All")
    cost = OneOf("Asked", [(band.slug, band.name) for band in COSTS], blank="All")
    order = OneOf("Order", list(ORDERS.items()), blank=None)

    MORE = ("lead", "kind", "level", "theme", "area", "toolkit", "score", "cost")
    """What stands behind “Narrow it down further”."""

    def offer(self, years: Mapping[FinancialYear, bool], csps: Sequence[CSP], programmes: Iterable[Programme]) -> None:
        """Offer years (newest first, each with whether anything of it is decided), partnerships and grants.

        Where no year is chosen it is the newest of which something is decided, or else the newest.
        """
        offered = list(programmes)
        names = dict.fromkeys(stream.name for grant in offered for stream in grant.streams)
        self.stream.choices = [(name, begin(name)) for name in names]
        self.programme.choices = [(code, code) for code in dict.fromkeys(grant.code for grant in offered)]
        self.offer_places(years, csps)
        self.since.choices = self.year.choices[1:]
        self.year.blank, self.year.data = (
            None,
            self.year.data or next((year for year, decided in years.items() if decided), next(iter(years))).slug,
        )
        self.order.data = self.order.data or next(iter(ORDERS))
        if len(csps) == 1 and not self.csp.data:
            self.csp.data = csps[0].key

    def years(self) -> tuple[FinancialYear, ...]:
        """The years that were chosen, oldest first; the wrong way round they are the same years."""
        last = FinancialYear.parse(self.year.data)
        first = FinancialYear.parse(self.since.data) if self.since.data else last
        begin_, end = sorted((first.start, last.start))
        return tuple(FinancialYear(start) for start in range(begin_, end + 1))

    def narrowed(self) -> Narrowed:
        """What else was chosen."""
        outcome = self.outcome.data
        return Narrowed(
            lead=self.lead.data or None,
            kind=self.kind.data,
            level=self.level.data,
            theme=self.theme.data or None,
            area=self.area.data or None,
            toolkit=self.toolkit.data,
            text=self.text.data or None,
            score=_band(SCORES, self.score.data),
            cost=_band(COSTS, self.cost.data),
            outcome=None if outcome is None else UNDECIDED if outcome == NOT_DECIDED else Outcome(outcome),
        )

    def chosen(self) -> dict[str, str]:
        """Everything that was chosen, as an address says it."""
        return {field.name: str(field.data) for field in self if field.data and field is not self.order} | (
            {"order": self.order.data} if self.order.data != next(iter(ORDERS)) else {}
        )

    def read(self) -> list[tuple[str, str]]:
        """Everything that was chosen, as people read it, but for years and partnership."""
        places = (self.year, self.since, self.csp)
        return [(field.label.text, _read(field)) for field in self if field.data and field not in places]

    def further(self) -> list[str]:
        """What of the further choices was made, in words: `Theme: mentoring`."""
        return [f"{self[name].label.text}: {_read(self[name])}" for name in self.MORE if self[name].data]


def _band(bands: Iterable[Band], slug: str | None) -> Band | None:
    return next((band for band in bands if band.slug == slug), None)


def _read(field: Any) -> str:
    """What was chosen, as people read it."""
    return str(dict(getattr(field, "choices", ())).get(field.data, field.data))
