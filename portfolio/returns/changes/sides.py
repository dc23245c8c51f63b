"""Which two returns are compared: versions as they were issued, or a return as it stands now."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.db import LAST_ROW
from portfolio.errors import NotFound
from portfolio.people.rules import Within
from portfolio.returns.models import Return
from portfolio.returns.pages import Shown, shown, shown_now
from portfolio.returns.queries import Place, find_latest, get_return, place_of, returns_within
from portfolio.returns.rules import HAVE_LEFT
from portfolio.returns.why.then import issued_at
from reports.content import ReturnContent

AS_IT_STANDS = "now"
"""How an address names a return as it stands now."""
STILL_OPEN = LAST_ROW
"""Stands for the last entry that the history will ever have."""
MOST_CHOICES = 60


@dataclass(frozen=True)
class Side:
    """One of two returns that are compared: a version that was issued, or (`row` None) the return as it stands now."""

    place: Place
    row: Return | None

    @property
    def name(self) -> str:
        """`OPCC return, Q1 2025/26, version 1`."""
        return f"{self.place.name}, {self.place.quarter.short}, {self.version}"

    @property
    def version(self) -> str:
        """Its version, or that it is none."""
        return "as it stands now" if self.row is None else f"version {self.row.version}"

    @property
    def choice(self) -> str:
        """How an address names it, beside a return of its own place or any other."""
        return AS_IT_STANDS if self.row is None else str(self.row.id)

    @property
    def file_part(self) -> str:
        """What of a file's name names it: `opcc_2025-26_Q1_v1`."""
        version = "now" if self.row is None else f"v{self.row.version}"
        return f"{self.place.slug}_{self.place.quarter.year.slug}_{self.place.quarter.name}_{version}"

    @property
    def order(self) -> tuple[int, int, int]:
        """Earlier quarters before later ones, versions in their order, what stands now last."""
        when = self.place.quarter.year.start * 10 + self.place.quarter.number
        return when, STILL_OPEN if self.row is None else self.row.version, 0 if self.row is None else self.row.id

    def content(self, session: Session) -> ReturnContent:
        """What it says."""
        return self.shown(session).content

    def shown(self, session: Session) -> Shown:
        """The same as pages show it."""
        place = self.place
        if self.row is not None:
            return shown(session, place, self.row)
        return shown_now(session, place, find_latest(session, place.year, place.quarter, place.kind, place.csp))

    def last_entry(self, session: Session) -> int:
        """The number of the last entry of the history that its figures know of."""
        entry = None if self.row is None else issued_at(session, self.row.id)
        return STILL_OPEN if entry is None else entry


def side_of(row: Return) -> Side:
    """A return as it was issued; as it stands now where it was not."""
    return Side(place_of(row), row if row.status.has_left else None)


def choices(session: Session, place: Place, within: Within) -> list[Side]:
    """What a return can be compared with: what was issued of its year and area, and itself as it stands now."""
    rows = session.scalars(
        select(Return)
        .where(Return.funding_year_id == place.year.id, Return.status.in_(HAVE_LEFT), returns_within(within))
        .where((Return.csp_id.is_(None)) | (Return.csp_id == (place.csp.id if place.csp else None)))
        .order_by(Return.kind, Return.quarter.desc(), Return.version.desc())
        .limit(MOST_CHOICES)
    )
    return [Side(place, None), *(Side(place_of(row), row) for row in rows)]


def chosen(session: Session, side: Side, asked: str | None, within: Within) -> Side | None:
    """What a return is to be compared with: what the address asks for, or else what one would look at first.

    That is the version before, the quarter before in its last issued version, or the return as it stands now. None
    where there is nothing to compare with; raises NotFound for what is not there, beyond reach, or itself.
    """
    if not asked:
        return _before(session, side, within)
    if asked == AS_IT_STANDS:
        other = Side(side.place, None)
    else:
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        other = side_of(get_return(session, number, within))
    if other == side:
        raise NotFound("A return cannot be compared with itself")
    return other


def _before(session: Session, side: Side, within: Within) -> Side | None:
    found = choices(session, side.place, within)
    same = [one for one in found if (one.place.kind, one.place.csp) == (side.place.kind, side.place.csp)]
    earlier = [one for one in same if one.row is not None and one.order < side.order]
    if earlier:
        return max(earlier, key=lambda one: one.order)
    later = [one for one in found if one != side and (one.row is None or one in same)]
    return later[0] if later else None


def in_order(one: Side, other: Side, session: Session) -> tuple[Side, Side]:
    """The earlier of two returns first; of one quarter's two kinds, the one that was issued first."""
    if one.place.quarter == other.place.quarter and one.place.kind is not other.place.kind:
        first, second = sorted((one, other), key=lambda side: side.last_entry(session))
    else:
        first, second = sorted((one, other), key=lambda side: side.order)
    return first, second


def cover_the_same(one: Side, other: Side) -> bool:
    """Whether two returns cover the same ground, so that their totals are of the same things."""
    return one.place.csp == other.place.csp and one.place.year.id == other.place.year.id
