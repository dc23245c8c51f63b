"""What an address asks to compare: read here for every page, chart and file of the comparison."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request, url_for

from portfolio.comparison.figures import Found, compare
from portfolio.comparison.forms import CompareFilter
from portfolio.comparison.slices import Slice, unseen_by, years_compared
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.funding_years.queries import csps_of, csps_within, programmes
from portfolio.people.rules import Act
from portfolio.remembering import Remembered
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("comparison", __name__)
MOST = 200
"""So many views are remembered: a panel goes back and forth between them, and a chart stands beside each table."""


@dataclass(frozen=True)
class Look:
    """What the address asks to compare, and the form that says so."""

    form: CompareFilter
    at: Slice
    csp: CSP | None
    within: frozenset[int]
    """The partnerships within reach, by number: what is compared depends on them."""
    unseen: tuple[str, ...]
    """The references of the proposals whose scores are not shown: whoever looks takes no part in them."""

    def found(self, page: int, size: int) -> Found:
        """The figures, and the proposals of a page; worked out once for as long as nothing is changed."""
        order = self.form.order.data
        asked = (self.within, self.at.unseen, *sorted(self.form.chosen().items()), order, page, size)
        remembered: Remembered[Found] = current_app.extensions.setdefault("portfolio_compared", Remembered(MOST))
        return remembered.find(session(), asked, lambda: compare(session(), self.at, page, size, order))

    def address(self, endpoint: str, **more: str) -> str:
        """The same view at another address."""
        chosen: dict[str, Any] = {**self.form.chosen(), **more}
        return url_for(endpoint, **chosen)

    @property
    def years(self) -> str:
        """`2025/26`, or `2023/24 to 2025/26`."""
        first, last = self.at.years[0], self.at.years[-1]
        return str(last) if first == last else f"{first} to {last}"

    @property
    def name(self) -> str:
        """Whose comparison it is, and of when."""
        return f"{self.csp.name if self.csp else 'All partnerships'}, {self.years}"


def something_at() -> Look:
    """What to draw or to hand out; raises NotFound where there is nothing."""
    look = look_at()
    if look is None:
        raise NotFound("There is nothing to compare yet")
    return look


def look_at() -> Look | None:
    """What to compare, as the address says; the newest year where it does not. None where nothing is to be seen."""
    reach = viewer().within(Act.COMPARE)
    years, csps = years_compared(session(), csps_within(reach)), csps_of(session(), reach)
    if not years:
        return None
    form = CompareFilter(formdata=request.args)
    form.offer(years, csps, programmes(session()))
    csp = next((row for row in csps if row.key == form.csp.data), None)
    within = csps_within(reach) if csp is None else CSP.id == csp.id
    if not form.validate():
        raise NotFound("There is nothing of that kind to compare")
    unseen = unseen_by(session(), viewer().person_id, form.years(), leads=viewer().may(Act.CLAIM))
    return Look(
        form,
        Slice(form.years(), within, form.stream.data, form.programme.data, form.narrowed(), tuple(unseen)),
        csp,
        frozenset(row.id for row in csps),
        tuple(unseen.values()),
    )
