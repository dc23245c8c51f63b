"""Money in: what the issued returns claim, what came of it, was recovered or is withheld, and how long the rest is due.

A return is counted once, by the last version that was issued; what was recorded against any of its versions counts for
it, and its age runs from the day on which it was first issued: a new version does not make an old debt young.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Row,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session, joinedload

from portfolio.clock import begin_of, day_of
from portfolio.db import Pence, total
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea, Programme, Stream
from portfolio.money import ZERO
from portfolio.people.rules import Within
from portfolio.quarters import FinancialYear, Quarter, format_day
from portfolio.returns.dues import Age, Due, age_of, began, together
from portfolio.returns.models import Payment, Return, ReturnAmount, Withholding
from portfolio.returns.queries import is_version_of, payments_of, returns_within
from portfolio.returns.rules import HAVE_LEFT, ReturnKind
from portfolio.words import count

NAMES: dict[ReturnKind, str] = {
    ReturnKind.HOME_OFFICE: "Claimed from the Home Office",
    ReturnKind.OPCC: "Claimed from the OPCC",
    ReturnKind.CSP: "Claimed by partnerships",
}
"""The levels at which the same spend is claimed, one after another: their sums are never added up."""
_PLACE = (Return.funding_year_id, Return.kind, Return.csp_id, Return.quarter)
_NOTHING = literal(ZERO, Pence)
Lines = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Chosen:
    """Which money in is looked at."""

    within: Within
    _: KW_ONLY
    year_id: int | None = None
    kind: ReturnKind | None = None
    whole_area: bool = False
    """Only what is claimed for the whole area, from the OPCC or the Home Office."""
    stream: str | None = None
    age: Age | None = None
    settled: bool = False
    """Whether what is settled is shown too, beside what is outstanding."""


@dataclass(frozen=True)
class Line:
    """One stream of one return: what is due of it, and since when."""

    number: int
    kind: ReturnKind
    csp: str | None
    programme: str
    area: str
    quarter: Quarter
    version: int
    stream_id: int
    stream: str
    due: Due
    issued_on: date
    days: int

    @property
    def name(self) -> str:
        """What the return is called."""
        return self.csp or f"{self.kind} return"

    @property
    def year(self) -> FinancialYear:
        """The funding year."""
        return self.quarter.year

    @property
    def age(self) -> Age | None:
        """How old what is outstanding is; None where nothing is."""
        return age_of(self.days) if self.due.outstanding else None


@dataclass(frozen=True)
class Aged:
    """What is due at one level, of one stream in one year or of all, and how old it is."""

    kind: ReturnKind
    year: FinancialYear | None
    due: Due
    ages: tuple[Decimal, ...]
    """What is outstanding by age, the youngest first."""


def lines(session: Session, chosen: Chosen, today: date, first: int = 0, most: int | None = None) -> list[Line]:
    """Each return's streams with what is due of them, the oldest first; at the most so many, from the first on."""
    found = _lines(chosen, today)
    issued = found.selected_columns["first_issued"]
    ordered = found.order_by(issued, Return.quarter, Return.kind, Return.csp_id, Return.id, Stream.position)
    rows = session.execute(ordered.offset(first).limit(most) if most is not None else ordered)
    return [_line(row, today) for row in rows]


def count_of(session: Session, chosen: Chosen, today: date) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(_lines(chosen, today).subquery())) or 0


def aged(session: Session, chosen: Chosen, today: date) -> list[Aged]:
    """What is due and how old it is, by level, year and stream; at each level the sum of all of it last.

    What is settled is part of what was claimed and received, so it counts here, unless one age alone is asked for.
    """
    one = _lines(replace(chosen, settled=True), today).subquery()
    sums = [total(one.c[name]).label(name) for name in ("claimed", "paid", "recovered", "withheld")]
    by_age = [
        type_coerce(func.sum(case((_is_of(age, one.c.first_issued, today), one.c.outstanding), else_=_NOTHING)), Pence)
        for age in Age
    ]
    rows = session.execute(
        select(one.c.kind, one.c.year, one.c.stream, *sums, *by_age)
        .group_by(one.c.kind, one.c.year, one.c.stream)
        .order_by(one.c.year.desc(), one.c.stream)
    ).all()
    found = [
        Aged(
            kind,
            year,
            Due(stream, *amounts[:4]),
            tuple(amounts[4:]),
        )
        for kind, year, stream, *amounts in rows
    ]
    return [line for kind in NAMES for line in _with_sum(kind, [one for one in found if one.kind is kind])]


def _with_sum(kind: ReturnKind, parts: list[Aged]) -> list[Aged]:
    if not parts:
        return []
    by_age = zip(*(part.ages for part in parts), strict=True)
    ages = tuple(sum(amounts, ZERO) for amounts in by_age)
    return [*parts, Aged(kind, None, together("Total", (part.due for part in parts)), ages)]


def streams_of(session: Session, within: Within) -> Sequence[str]:
    """The names of the streams in which something was claimed within reach."""
    return session.scalars(
        select(Stream.name)
        .join(ReturnAmount, ReturnAmount.stream_id == Stream.id)
        .join(Return, Return.id == ReturnAmount.return_id)
        .where(returns_within(within))
        .distinct()
        .order_by(Stream.name)
    ).all()


def _lines(chosen: Chosen, today: date) -> Lines:
    of_place = [returns_within(chosen.within)]
    of_place += [Return.funding_year_id == chosen.year_id] if chosen.year_id is not None else []
    of_place += [Return.kind == chosen.kind] if chosen.kind is not None else []
    of_place += [Return.kind != ReturnKind.CSP] if chosen.whole_area else []
    found, first_issued, outstanding = _dues(and_(*of_place))
    if chosen.stream is not None:
        found = found.where(Stream.name == chosen.stream)
    if not chosen.settled or chosen.age is not None:
        found = found.where(outstanding != _NOTHING)
    return found if chosen.age is None else found.where(_is_of(chosen.age, first_issued, today))


def _is_of(age: Age, first_issued: ColumnElement[datetime], today: date) -> ColumnElement[bool]:
    """Whether a return was first issued so long ago, as a condition."""
    ages = list(Age)
    younger = ages[ages.index(age) - 1] if age is not ages[0] else None
    since = began(age, today)
    before = None if younger is None else began(younger, today)
    return and_(
        true() if since is None else first_issued >= begin_of(since),
        true() if before is None else first_issued < begin_of(before),
    )


def _versions(of_place: ColumnElement[bool]) -> CTE:
    """Every issued version of the returns: which is the last of its return, and when the first was issued."""
    latest = func.first_value(Return.id).over(partition_by=_PLACE, order_by=Return.version.desc())
    return (
        select(
            Return.id,
            # Said to be a whole number again, so that SQLite finds what is joined to it by an index.
            cast(latest, Integer).label("latest_id"),
            func.min(Return.issued_at).over(partition_by=_PLACE).label("first_issued"),
        )
        .where(of_place, Return.status.in_(HAVE_LEFT))
        .cte("version")
    )


def _paid_by_stream(versions: CTE) -> Subquery:
    """What was paid and what was recovered, by return and stream, whichever version it was recorded against."""
    return (
        select(
            versions.c.latest_id,
            Payment.stream_id,
            total(case((Payment.amount > _NOTHING, Payment.amount), else_=_NOTHING)).label("paid"),
            total(case((Payment.amount < _NOTHING, Payment.amount), else_=_NOTHING)).label("recovered"),
        )
        .join(Payment, Payment.return_id == versions.c.id)
        .group_by(versions.c.latest_id, Payment.stream_id)
        .subquery()
    )


def _withheld_by_stream(versions: CTE) -> Subquery:
    """What is withheld, the same way."""
    return (
        select(versions.c.latest_id, Withholding.stream_id, total(Withholding.amount).label("withheld"))
        .join(Withholding, Withholding.return_id == versions.c.id)
        .group_by(versions.c.latest_id, Withholding.stream_id)
        .subquery()
    )


def _dues(of_place: ColumnElement[bool]) -> tuple[Lines, ColumnElement[datetime], ColumnElement[Any]]:
    """A row for each stream of each return, by its last version; when it was first issued; what is outstanding."""
    versions = _versions(of_place)
    paid, kept = _paid_by_stream(versions), _withheld_by_stream(versions)

    def some(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        return type_coerce(func.coalesce(amount, _NOTHING), Pence)

    received = [some(paid.c.paid), some(paid.c.recovered), some(kept.c.withheld)]
    outstanding = type_coerce(ReturnAmount.amount - received[0] - received[1] - received[2], Pence)
    return (
        select(
            Return.id.label("number"),
            Return.kind,
            Return.quarter,
            Return.version,
            CSP.name.label("csp"),
            Programme.name.label("programme"),
            PoliceArea.name.label("area"),
            FundingYear.year,
            Stream.id.label("stream_id"),
            Stream.name.label("stream"),
            versions.c.first_issued,
            ReturnAmount.amount.label("claimed"),
            *(amount.label(name) for name, amount in zip(("paid", "recovered", "withheld"), received, strict=True)),
            outstanding.label("outstanding"),
        )
        .select_from(Return)
        .join(versions, and_(versions.c.id == Return.id, versions.c.latest_id == Return.id))
        .join(ReturnAmount, ReturnAmount.return_id == Return.id)
        .join(Stream, Stream.id == ReturnAmount.stream_id)
        .join(FundingYear, FundingYear.id == Return.funding_year_id)
        .join(Programme, Programme.id == FundingYear.programme_id)
        .join(PoliceArea, PoliceArea.id == FundingYear.police_area_id)
        .outerjoin(CSP, CSP.id == Return.csp_id)
        .outerjoin(paid, and_(paid.c.latest_id == Return.id, paid.c.stream_id == Stream.id))
        .outerjoin(kept, and_(kept.c.latest_id == Return.id, kept.c.stream_id == Stream.id)),
        versions.c.first_issued,
        outstanding,
    )


def _line(row: Row[Any], today: date) -> Line:
    issued_on = day_of(row.first_issued)
    return Line(
        number=row.number,
        kind=row.kind,
        csp=row.csp,
        programme=row.programme,
        area=row.area,
        quarter=row.quarter,
        version=row.version,
        stream_id=row.stream_id,
        stream=row.stream,
        due=Due(row.stream, row.claimed, row.paid, row.recovered, row.withheld),
        issued_on=issued_on,
        days=(today - issued_on).days,
    )


@dataclass(frozen=True)
class MoneyIn:
    """What is due of one return, and everything that was recorded about its money."""

    streams: list[Line]
    total: Due
    payments: Sequence[Payment]
    withholdings: Sequence[Withholding]

    @property
    def age(self) -> Age | None:
        """How old what is outstanding is; None where nothing is."""
        return age_of(self.streams[0].days) if any(line.due.outstanding for line in self.streams) else None

    @property
    def issued_on(self) -> date:
        """When the return was first issued."""
        return self.streams[0].issued_on

    @property
    def age_in_words(self) -> str:
        """For how long what is outstanding has been due."""
        days = self.streams[0].days
        if not days:
            return "Outstanding since today, when the return was first issued."
        since = format_day(self.issued_on)
        return f"Outstanding for {count(days, 'day')}, since the return was first issued on {since}."

    def of(self, stream: Stream) -> Due:
        """What is due of a stream."""
        return next(line.due for line in self.streams if line.stream_id == stream.id)


def of_return(session: Session, row: Return, today: date) -> MoneyIn:
    """The money of a return, whichever of its versions it was recorded against."""
    found, _, _ = _dues(is_version_of(row))
    streams = [_line(one, today) for one in session.execute(found.order_by(Stream.position))]
    withholdings = session.scalars(
        select(Withholding)
        .join(Withholding.withheld_of)
        .where(is_version_of(row))
        .order_by(Withholding.told_on, Withholding.id)
        .options(joinedload(Withholding.stream))
    ).all()
    return MoneyIn(streams, together("Total", (line.due for line in streams)), payments_of(session, row), withholdings)
