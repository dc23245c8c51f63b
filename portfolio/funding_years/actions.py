"""Setting up programmes, areas, partnerships and organisations; opening, confirming and closing funding years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years import queries, rules
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
from portfolio.money import ZERO
from portfolio.quarters import FinancialYear


@dataclass(frozen=True)
class Terms:
    """What a funder's grant agreement sets; whatever it leaves open is the usual."""

    in_arrears: bool = True
    carry_over: bool = False
    statutory_power: str | None = None
    match_percent: Decimal | None = None
    match_base: MatchBase = MatchBase.GRANT
    match_in_kind_counts: bool = False
    variance_percent: Decimal = rules.DEFAULT_VARIANCE_PERCENT
    variance_floor: Decimal = rules.DEFAULT_VARIANCE_FLOOR
    tolerance_percent: Decimal = rules.DEFAULT_TOLERANCE_PERCENT
    claim_deadlines: str = rules.DEFAULT_DEADLINES
    retention_years: int = rules.DEFAULT_RETENTION_YEARS
    asset_threshold: Decimal | None = None
    rounds_to: int | None = None

    def faults(self) -> list[PortfolioError]:
        """What is wrong with them."""
        return rules.bad_terms(
            deadlines=self.claim_deadlines,
            percents={
                "match_percent": self.match_percent,
                "variance_percent": self.variance_percent,
                "tolerance_percent": self.tolerance_percent,
            },
            amounts={"variance_floor": self.variance_floor, "asset_threshold": self.asset_threshold},
            retention_years=self.retention_years,
            rounds_to=self.rounds_to,
        )


USUAL = Terms()


def add_programme(
    session: Session,
    *,
    code: str,
    name: str,
    funder: str,
    administering_body: str,
    streams: Sequence[str],
    categories: Sequence[str] = rules.DEFAULT_CATEGORIES,
    terms: Terms = USUAL,
) -> Programme:
    """Set up a grant with its streams and cost categories."""
    refuse_any(terms.faults())
    programme = Programme(
        code=code,
        name=name,
        funder=funder,
        administering_body=administering_body,
        **vars(terms),
        streams=[Stream(name=stream, position=place) for place, stream in enumerate(streams, start=1)],
        categories=[
            CostCategory(name=category, position=place, needs_text=category == rules.OTHER)
            for place, category in enumerate(categories, start=1)
        ],
    )
    session.add(programme)
    return programme


def terms_of(programme: Programme) -> Terms:
    """What a programme's funder sets, as it stands."""
    return Terms(**{field.name: getattr(programme, field.name) for field in fields(Terms)})


def set_terms(programme: Programme, terms: Terms) -> Programme:
    """Set what the funder asks from now on; what was issued stays as it was issued."""
    refuse_any(terms.faults())
    for field in fields(Terms):
        setattr(programme, field.name, getattr(terms, field.name))
    return programme


def add_police_area(session: Session, code: str, name: str) -> PoliceArea:
    """Add a police area by its official code, like E23000039."""
    area = PoliceArea(code=code, name=name, csps=[])
    session.add(area)
    return area


def add_csp(
    session: Session,
    area: PoliceArea,
    *,
    key: str,
    name: str,
    authority: str | None = None,
    org_id: str | None = None,
    gss: str | None = None,
) -> CSP:
    """Add a partnership to a police area (E15 for its authority's identifier)."""
    refuse_any([rules.bad_key(key), rules.bad_organisation_identifier(org_id)])
    csp = CSP(police_area=area, key=key, name=name, authority=authority, org_id=org_id, gss=gss)
    session.add(csp)
    return csp


def add_organisation(
    session: Session, *, name: str, kind: str, org_id: str | None = None, key: str | None = None
) -> Organisation:
    """Add a body that leads projects or gives match (E15); without a key it gets one made of its name."""
    key = rules.key_of(name) if key is None else key
    refuse_any([rules.bad_key(key), rules.bad_organisation_identifier(org_id)])
    organisation = Organisation(key=key, name=name, type=kind, org_id=org_id)
    session.add(organisation)
    return organisation


def open_year(
    session: Session,
    programme: Programme,
    area: PoliceArea,
    year: FinancialYear,
    allocation: Mapping[str, Decimal],
    shares: rules.ByCsp,
    note: str | None = None,
) -> FundingYear:
    """Open a provisional funding year with its allocation by stream and the partnerships' shares, in pounds (E1)."""
    there = queries.find_year(session, programme.id, area.id, year)
    exists = rules.YearIsThere(programme.name, area.name, year) if there else None
    refuse_any([exists, *faults_of_allocations(programme, area, allocation, shares)])
    funding_year = year_rows(programme, area, year, allocation, shares, note)
    session.add(funding_year)
    return funding_year


def faults_of_allocations(
    programme: Programme, area: PoliceArea, allocation: Mapping[str, Decimal], shares: rules.ByCsp
) -> list[PortfolioError]:
    """What is wrong with a year's allocations before any row is made of them."""
    streams = [stream.name for stream in programme.streams]
    return rules.bad_allocations(allocation, shares, streams, [csp.key for csp in area.csps])


def year_rows(
    programme: Programme,
    area: PoliceArea,
    year: FinancialYear,
    allocation: Mapping[str, Decimal],
    shares: rules.ByCsp,
    note: str | None = None,
) -> FundingYear:
    """A provisional year's rows, unchecked: every stream has an allocation, every partnership named has a share."""
    csps = {csp.key: csp for csp in area.csps}
    return FundingYear(
        programme=programme,
        police_area=area,
        year=year,
        status=YearStatus.PROVISIONAL,
        note=note,
        allocations=[
            StreamAllocation(
                stream=stream,
                amount=allocation.get(stream.name, ZERO),
                shares=[
                    CspAllocation(csp=csps[key], amount=given[stream.name])
                    for key, given in shares.items()
                    if stream.name in given
                ],
            )
            for stream in programme.streams
        ],
    )


def copy_year(session: Session, last: FundingYear, year: FinancialYear) -> FundingYear:
    """Open a year with the allocations and shares of an earlier one, provisionally: "the same amount"."""
    allocation, shares = allocations_of(last)
    note = f"Same allocations and shares as {last.year}"
    return open_year(session, last.programme, last.police_area, year, allocation, shares, note)


def allocations_of(funding_year: FundingYear) -> tuple[dict[str, Decimal], dict[str, dict[str, Decimal]]]:
    """A year's allocation by stream, and the partnerships' shares by key and stream, in pounds."""
    shares: dict[str, dict[str, Decimal]] = {}
    for each in funding_year.allocations:
        for share in each.shares:
            shares.setdefault(share.csp.key, {})[each.stream.name] = share.amount
    return {each.stream.name: each.amount for each in funding_year.allocations}, shares


def confirm_year(funding_year: FundingYear, confirmed_on: date, reference: str | None, today: date) -> FundingYear:
    """Confirm a provisional year with the date and the reference of the funder's letter."""
    refuse_any([rules.confirmed_too_early(confirmed_on, today)])
    funding_year.status = rules.next_status(funding_year.status, YearStatus.CONFIRMED)
    funding_year.confirmed_on, funding_year.confirmed_reference = confirmed_on, reference or None
    return funding_year


def close_year(funding_year: FundingYear) -> FundingYear:
    """Close a confirmed year: nothing of it changes any more."""
    funding_year.status = rules.next_status(funding_year.status, YearStatus.CLOSED)
    return funding_year


def set_allocations(funding_year: FundingYear, allocation: Mapping[str, Decimal], shares: rules.ByCsp) -> FundingYear:
    """Set a year's allocations and shares anew, in pounds; awards already made are the decisions room's to hold (E1).

    A stream or share that is not named keeps its amount.
    """
    present, present_shares = allocations_of(funding_year)
    after = {**present, **allocation}
    shares_after = {
        key: {**present_shares.get(key, {}), **shares.get(key, {})} for key in dict.fromkeys((*present_shares, *shares))
    }
    faults = faults_of_allocations(funding_year.programme, funding_year.police_area, after, shares_after)
    refuse_any([rules.closed(funding_year.status, funding_year.year), *faults])
    csps = {csp.key: csp for csp in funding_year.police_area.csps}
    for each in funding_year.allocations:
        each.amount = after[each.stream.name]
        there = {share.csp.key: share for share in each.shares}
        for key, amount in ((key, given.get(each.stream.name)) for key, given in shares_after.items()):
            if amount is not None and key in there:
                there[key].amount = amount
            elif amount is not None:
                each.shares.append(CspAllocation(csp=csps[key], amount=amount))
    return funding_year
