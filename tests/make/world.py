"""Who and what there is: programmes, areas, partnerships, organisations, funding years, people."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import (
    CSP,
    CostCategory,
    CspAllocation,
    FundingYear,
    Organisation,
    PoliceArea,
    Programme,
    Stream,
    StreamAllocation,
)
from portfolio.funding_years.rules import MatchBase, YearStatus
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import REACH, Reach, Role
from portfolio.quarters import FinancialYear

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
CLAIMED_AT = datetime(2025, 10, 14, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
STREAMS = ("labour", "non-labour")
CATEGORIES = ("pay and on-costs", "training", "commissioned services", "other")
CSPS = {"dorset": "Dorset Community Safety Partnership", "bcp": "BCP Community Safety Partnership"}
ALLOCATIONS = {
    "labour": {"dorset": Decimal("30000.00"), "bcp": Decimal("40000.00")},
    "non-labour": {"dorset": Decimal("120000.00"), "bcp": Decimal("90000.00")},
}
ASKS = {"labour": Decimal("8000.00"), "non-labour": Decimal("20000.01")}
number = count(1)
Row = TypeVar("Row")


def added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def programme(session: Session, code: str = "SVD", **values: Any) -> Programme:
    """A grant with two streams and four cost categories, by the default rules; SVD unless named."""
    found = session.scalar(select(Programme).where(Programme.code == code))
    defaults: dict[str, Any] = {
        "name": "Serious Violence Duty",
        "funder": "Home Office",
        "administering_body": "Dorset OPCC",
        "statutory_power": "Police, Crime, Sentencing and Courts Act 2022",
        "in_arrears": True,
        "carry_over": False,
        "match_percent": None,
        "match_base": MatchBase.GRANT,
        "match_in_kind_counts": False,
        "variance_percent": Decimal(10),
        "variance_floor": Decimal("500.00"),
        "tolerance_percent": Decimal(0),
        "claim_deadlines": "31 Jul, 31 Oct, 31 Jan, 30 Apr",
        "retention_years": 7,
        "streams": [Stream(name=name, position=place) for place, name in enumerate(STREAMS, 1)],
        "categories": [
            CostCategory(name=name, position=place, needs_text=name == "other")
            for place, name in enumerate(CATEGORIES, 1)
        ],
    }
    return found or added(session, Programme(code=code, **{**defaults, **values}))


_programme = programme  # for builders that take one under the same name


def area(session: Session, code: str = "E23000039", name: str = "Dorset") -> PoliceArea:
    """A police area; Dorset unless named."""
    found = session.scalar(select(PoliceArea).where(PoliceArea.code == code))
    return found or added(session, PoliceArea(code=code, name=name))


_area = area  # for builders that take one under the same name


def csp(session: Session, key: str = "dorset", *, area: PoliceArea | None = None, **values: Any) -> CSP:
    """A partnership; Dorset unless named, in the Dorset police area unless another is given."""
    found = session.scalar(select(CSP).where(CSP.key == key))
    if found:
        return found
    values.setdefault("name", CSPS.get(key, f"{key.capitalize()} Community Safety Partnership"))
    return added(session, CSP(key=key, police_area=area or _area(session), **values))


_csp = csp  # for builders that take one under the same name


def organisation(session: Session, key: str = "dorset-council", **values: Any) -> Organisation:
    """A body that leads or gives match; Dorset Council unless named."""
    found = session.scalar(select(Organisation).where(Organisation.key == key))
    defaults: dict[str, Any] = {"name": key.replace("-", " ").title(), "type": "local authority", "org_id": None}
    return found or added(session, Organisation(key=key, **{**defaults, **values}))


def funding_year(
    session: Session,
    year: FinancialYear = YEAR,
    *,
    allocations: Mapping[str, Mapping[str, Decimal]] = ALLOCATIONS,
    programme: Programme | None = None,
    area: PoliceArea | None = None,
    **values: Any,
) -> FundingYear:
    """A confirmed year; `allocations` are pounds by stream, then by partnership's key. Found again by its year."""
    grant = programme or _programme(session)
    place = area or _area(session)
    same = (FundingYear.programme == grant, FundingYear.police_area == place, FundingYear.year == year)
    found = session.scalar(select(FundingYear).where(*same))
    if found:
        return found
    defaults: dict[str, Any] = {
        "status": YearStatus.CONFIRMED,
        "confirmed_on": date(year.start, 3, 14),
        "confirmed_reference": f"SVD/{year.slug}",
        "allocations": [
            StreamAllocation(
                stream=stream(grant, name),
                amount=sum(shares.values(), Decimal("0.00")),
                shares=[
                    CspAllocation(csp=csp(session, key, area=place), amount=amount) for key, amount in shares.items()
                ],
            )
            for name, shares in allocations.items()
        ],
    }
    row = FundingYear(programme=grant, police_area=place, year=year, **{**defaults, **values})
    return added(session, row)


_funding_year = funding_year  # for builders that take one under the same name


def stream(programme: Programme, name: str = "labour") -> Stream:
    """A programme's stream by name."""
    return next(stream for stream in programme.streams if stream.name == name)


_stream = stream  # for builders that take one under the same name


def category(programme: Programme, name: str = "pay and on-costs") -> CostCategory:
    """A programme's cost category by name."""
    return next(category for category in programme.categories if category.name == name)


_category = category  # for builders that take one under the same name


def person(
    session: Session,
    *roles: Role,
    csp: CSP | None = None,
    area: PoliceArea | None = None,
    name: str | None = None,
    email: str | None = None,
    **values: Any,
) -> Person:
    """Somebody with roles, each for the place it needs (Dorset's, unless given). They have no passphrase.

    A project lead was invited by a partnership where one is given, and by nobody otherwise.
    """
    mark = next(number)
    place = area or (csp.police_area if csp else _area(session))
    partnership = csp or _csp(session, area=place)
    words = roles[0].value if roles else "person"
    held = [
        RoleHeld(
            role=role,
            csp_id=partnership.id if REACH[role] is Reach.OWN_CSP or (csp and role is Role.LEAD) else None,
            police_area_id=place.id if REACH[role] is Reach.POLICE_AREA else None,
        )
        for role in roles
    ]
    return added(
        session,
        Person(
            name=name or f"{words[:1].upper()}{words[1:]} {mark}",
            email=email or f"{words.replace(' ', '-').lower()}-{mark}@example.org",
            roles=held,
            **values,
        ),
    )


def count_of(session: Session, row: type[Any]) -> int:
    """How many rows there are of a kind."""
    return session.scalar(select(func.count()).select_from(row)) or 0
