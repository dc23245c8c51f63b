"""The ledger held against claims, read for pages, files and returns: sums are made in the database, once for all.

It takes the same few statements however many transactions, awards and claims there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import areas_within
from portfolio.ledger import rules
from portfolio.ledger.models import LedgerAccount, LedgerEntry, LedgerExtract, LedgerNote, LedgerUpload
from portfolio.ledger.rules import Amounts, Line, Place, Posted, Project, Reason, Sorting
from portfolio.people.models import Person
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend.figures import spent

Stands = Mapping[tuple[int | None, Quarter], int]
"""Which extract counts, by whose ledger it is (None: that of all partnerships) and quarter."""


@dataclass(frozen=True)
class Named:
    """An award with the names that it is shown by."""

    award_id: int
    csp_id: int
    reference: str
    title: str
    csp_key: str
    cost_centre: str | None


@dataclass(frozen=True)
class Group:
    """Transactions of one cost centre, account and quarter together, as they were written and where they stand."""

    posted: Posted
    centre: str
    place: Place


@dataclass(frozen=True)
class Comparison:
    """Quarters of a funding year, their ledger held against their claims; pounds, as `rules` defines them."""

    year: FundingYear
    quarters: tuple[Quarter, ...]
    csps: dict[int, str]
    awards: dict[int, Named]
    """By number, in the order of partnerships and references."""
    stands: Stands
    groups: list[Group]
    lines: dict[Place, Line]

    @cached_property
    def covered(self) -> set[tuple[Quarter, int]]:
        """The partnerships whose ledger is here, by quarter."""
        return rules.coverage(self.stands, self.csps)

    @cached_property
    def _by_award(self) -> dict[tuple[Quarter, int], dict[Place, Line]]:
        found: dict[tuple[Quarter, int], dict[Place, Line]] = {}
        for place, line in self.lines.items():
            if place.award_id is not None:
                found.setdefault((place.quarter, place.award_id), {})[place] = line
        return found

    def of_award(self, quarter: Quarter, award_id: int) -> dict[Place, Line]:
        """An award's lines in a quarter, by place."""
        return self._by_award.get((quarter, award_id), {})

    def whole_award(self, quarter: Quarter, award_id: int) -> Line:
        """An award's quarter as one line."""
        return rules.together(self.of_award(quarter, award_id).values())

    @cached_property
    def _sums(self) -> dict[tuple[Quarter, int | None], Line]:
        """Each quarter as one line: with each partnership, and (None) with none of them."""
        found: dict[tuple[Quarter, int | None], Line] = {}
        for place, line in self.lines.items():
            key = place.quarter, place.csp_id
            found[key] = found.get(key, Line()) + line
        return found

    def whole(self, quarter: Quarter, csp_id: int | None = None) -> Line:
        """A quarter as one line: all of it, or all that stands with a partnership."""
        if csp_id is not None:
            return self._sums.get((quarter, csp_id), Line())
        return rules.together(line for (of, _), line in self._sums.items() if of == quarter)

    @cached_property
    def _apart(self) -> list[tuple[Place, Line]]:
        """What is held against no claim: a small part of the lines."""
        return [(place, line) for place, line in self.lines.items() if place.reason is not None]

    def without_award(self, quarter: Quarter, csp_id: int | None = None) -> dict[Reason, Line]:
        """What is held against no claim in a quarter, by reason; of all, or of one partnership."""
        found: dict[Reason, Line] = {}
        for place, line in self._apart:
            if place.reason is not None and place.quarter == quarter and csp_id in (None, place.csp_id):
                found[place.reason] = found.get(place.reason, Line()) + line
        return {reason: found[reason] for reason in Reason if reason in found}

    def nowhere(self, quarter: Quarter, csp_id: int | None) -> Line:
        """What stands with no award of a quarter: in a partnership's own ledger, or (None) in that of all."""
        return rules.together(
            line
            for place, line in self._apart
            if place.quarter == quarter and place.award_id is None and place.csp_id == csp_id
        )


def taken(session: Session, funding_year_id: int) -> list[rules.Taken]:
    """The extracts of a year that were taken over and not withdrawn."""
    rows = session.execute(
        select(LedgerExtract.id, LedgerExtract.csp_id, LedgerExtract.first_quarter, LedgerExtract.last_quarter).where(
            LedgerExtract.funding_year_id == funding_year_id, LedgerExtract.withdrawn_at.is_(None)
        )
    )
    return [rules.Taken(*row) for row in rows]


def compare_year(session: Session, year: FundingYear, quarters: Sequence[Quarter] = ()) -> Comparison:
    """Quarters of a year (all, unless some are named), the ledger that counts held against what was claimed."""
    asked = tuple(quarters) or year.year.quarters
    stands = {key: number for key, number in rules.standing(taken(session, year.id)).items() if key[1] in asked}
    csps = {csp.id: csp.name for csp in year.police_area.csps}
    awards = _awards(session, year.id)
    if not stands:
        return Comparison(year, asked, csps, awards, stands, [], {})
    groups = _groups(session, stands, sorting_of(session, year, awards))
    lines = rules.compare(
        ((group.posted, group.place) for group in groups),
        _claimed(session, year.id, asked),
        _noted(session, year.id, asked),
        {award_id: named.csp_id for award_id, named in awards.items()},
        rules.coverage(stands, csps),
    )
    return Comparison(year, asked, csps, awards, stands, groups, lines)


def groups_of(session: Session, year: FundingYear) -> list[Group]:
    """The transactions of a year that count, by cost centre, account and quarter, with where they stand."""
    return _groups(session, rules.standing(taken(session, year.id)), sorting_of(session, year))


def _groups(session: Session, stands: Stands, sorting: Sorting) -> list[Group]:
    of_extract = {number: of for (of, _), number in stands.items()}
    groups = []
    for number, quarter, code, account, centre, amount, transactions in session.execute(_grouped(stands)):
        posted = Posted(of_extract[number], quarter, code, account, amount, transactions)
        groups.append(Group(posted, centre, sorting.place_of(posted)))
    return groups


def sorting_of(session: Session, year: FundingYear, awards: Mapping[int, Named] | None = None) -> Sorting:
    """What sorts transactions of a year: its awards' cost centres, and the accounts that were named."""
    every = _awards(session, year.id) if awards is None else awards
    projects = (Project(one.award_id, one.csp_id, rules.code_of(one.cost_centre or "")) for one in every.values())
    return Sorting(projects, accounts_of(session, year))


def _awards(session: Session, funding_year_id: int) -> dict[int, Named]:
    rows = session.execute(
        select(Award.id, Award.csp_id, Proposal.reference, Proposal.title, CSP.key, Award.cost_centre)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .where(Proposal.funding_year_id == funding_year_id)
        .order_by(CSP.id, Proposal.reference)
    )
    return {row.id: Named(*row) for row in rows}


def counts(stands: Stands) -> ColumnElement[bool]:
    """The transactions that count: those of the extract that stands for their quarter."""
    by_extract: dict[int, list[Quarter]] = {}
    for (_, quarter), number in stands.items():
        by_extract.setdefault(number, []).append(quarter)
    return or_(
        false(),
        *(
            and_(LedgerEntry.extract_id == number, LedgerEntry.quarter.in_(quarters))
            for number, quarters in by_extract.items()
        ),
    )


def _grouped(stands: Stands) -> Select[*tuple[Any, ...]]:
    keys = (LedgerEntry.extract_id, LedgerEntry.quarter, LedgerEntry.code, LedgerEntry.account)
    return (
        select(
            *keys,
            func.min(LedgerEntry.centre).label("centre"),
            total(LedgerEntry.amount).label("amount"),
            func.count().label("transactions"),
        )
        .where(counts(stands))
        .group_by(*keys)
        .order_by(*keys)
    )


def _claimed(session: Session, funding_year_id: int, quarters: Collection[Quarter]) -> Amounts:
    """What counts as claimed, by quarter, award and category: approved claims, corrections in the quarter of entry."""
    found = spent().subquery("spent")
    keys = (found.c.quarter, found.c.award_id, found.c.category_id)
    rows = session.execute(
        select(*keys, total(found.c.amount))
        .join(Award, Award.id == found.c.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year_id, found.c.quarter.in_(quarters))
        .group_by(*keys)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _noted(session: Session, funding_year_id: int, quarters: Collection[Quarter]) -> Amounts:
    keys = (LedgerNote.quarter, LedgerNote.award_id, LedgerNote.category_id)
    rows = session.execute(
        select(*keys, total(LedgerNote.amount))
        .join(Award, Award.id == LedgerNote.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(
            Proposal.funding_year_id == funding_year_id,
            LedgerNote.quarter.in_(quarters),
            LedgerNote.withdrawn_at.is_(None),
        )
        .group_by(*keys)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def notes_of(session: Session, award: Award, quarter: Quarter) -> Sequence[LedgerNote]:
    """The timing differences noted of an award's quarter, withdrawn ones too, oldest first."""
    return session.scalars(
        select(LedgerNote)
        .where(LedgerNote.award_id == award.id, LedgerNote.quarter == quarter)
        .order_by(LedgerNote.id)
        .options(joinedload(LedgerNote.category), joinedload(LedgerNote.noted_by).lazyload(Person.roles))
    ).all()


def entries_of(only: ColumnElement[bool]) -> Select[LedgerEntry]:
    """Transactions under a condition, by day, with the extract that each is from."""
    return (
        select(LedgerEntry)
        .where(only)
        .order_by(LedgerEntry.posted_on, LedgerEntry.extract_id, LedgerEntry.line, LedgerEntry.id)
        .options(joinedload(LedgerEntry.extract))
    )


def extracts_of(session: Session, funding_year_id: int) -> Sequence[LedgerExtract]:
    """Every extract of a year that was taken over, newest first."""
    return session.scalars(_extracts().where(LedgerExtract.funding_year_id == funding_year_id)).all()


def _extracts() -> Select[LedgerExtract]:
    return (
        select(LedgerExtract)
        .order_by(LedgerExtract.id.desc())
        .options(
            joinedload(LedgerExtract.csp),
            joinedload(LedgerExtract.taken_by).lazyload(Person.roles),
            joinedload(LedgerExtract.withdrawn_by).lazyload(Person.roles),
            joinedload(LedgerExtract.funding_year).options(
                joinedload(FundingYear.programme), joinedload(FundingYear.police_area)
            ),
        )
    )


def get_extract(session: Session, number: int, within: Within) -> LedgerExtract:
    """One extract; raises NotFound for one beyond reach."""
    found = session.scalar(
        _extracts()
        .join(FundingYear, FundingYear.id == LedgerExtract.funding_year_id)
        .join(FundingYear.police_area)
        .where(LedgerExtract.id == number, areas_within(within))
    )
    if found is None:
        raise NotFound("There is no such extract")
    return found


class UploadGone(NotFound):
    """An upload that no longer waits."""

    def __init__(self) -> None:
        super().__init__("This upload is not here any more: it was taken over, given up, or replaced by another")


def get_upload(session: Session, number: int, within: Within) -> LedgerUpload:
    """One upload; raises NotFound for one beyond reach, or one that was taken over or given up."""
    found = session.scalar(
        select(LedgerUpload)
        .join(LedgerUpload.funding_year)
        .join(FundingYear.police_area)
        .where(LedgerUpload.id == number, areas_within(within))
        .options(joinedload(LedgerUpload.csp))
    )
    if found is None:
        raise UploadGone
    return found


def get_note(session: Session, number: int, only: ColumnElement[bool]) -> LedgerNote:
    """One timing difference of an award within reach; raises NotFound."""
    found = session.scalar(
        select(LedgerNote)
        .join(LedgerNote.award)
        .where(LedgerNote.id == number, only)
        .options(joinedload(LedgerNote.award).options(joinedload(Award.proposal), joinedload(Award.csp)))
    )
    if found is None:
        raise NotFound("There is no such timing difference")
    return found


def by_quarter(session: Session, extract: LedgerExtract) -> list[tuple[Quarter, int, Decimal]]:
    """What an extract has of each quarter: how many transactions, and what they come to."""
    rows = session.execute(
        select(LedgerEntry.quarter, func.count(), total(LedgerEntry.amount))
        .where(LedgerEntry.extract_id == extract.id)
        .group_by(LedgerEntry.quarter)
        .order_by(LedgerEntry.quarter)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def accounts_of(session: Session, year: FundingYear) -> dict[str, int | None]:
    """What is known of the year's account codes: the category of each, None for one that is no spend."""
    rows = session.execute(
        select(LedgerAccount.code, LedgerAccount.category_id).where(
            LedgerAccount.police_area_id == year.police_area_id, LedgerAccount.programme_id == year.programme_id
        )
    )
    return {row[0]: row[1] for row in rows}
