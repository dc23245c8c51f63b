"""Grant by partnership, stream and category; match apart from it; and the statement that closes the year."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.funding_years.models import Organisation
from portfolio.funding_years.queries import find_year, shares_of
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.money import ZERO, share, to_pence
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import FinancialYear
from portfolio.returns.contents.awards import AwardFacts, Line
from portfolio.returns.contents.scope import COMBINED, Scope
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.returns.rules import ReturnKind
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim
from portfolio.spend.rules import COUNTED
from portfolio.year_end.queries import assets_of, assurance_of
from portfolio.year_end.rules import assets_told, assurance_told, no_assurance_told
from reports.content import AssetRow, CategoryRow, Kind, MatchRow, Statement, StatementRow, SummaryRow

HELD_BACK = "Held back, not shared between CSPs"


def shares(scope: Scope) -> dict[tuple[int, int], Decimal]:
    """What each partnership covered is given of each stream, in pounds."""
    given = shares_of(scope.session, scope.year.id)
    return {(csp_id, stream_id): amount for (csp_id, stream_id), amount in given.items() if csp_id in scope.csps}


def summary_rows(
    scope: Scope, given: dict[tuple[int, int], Decimal], whole: dict[int, Decimal]
) -> tuple[SummaryRow, ...]:
    """Each partnership's share of each stream; in a combined return also what of a stream was not shared."""
    before = _last_year(scope)

    def came_to(csp_id: int, stream_id: int) -> Decimal | None:
        return None if before is None else before.get((csp_id, stream_id), ZERO)

    rows = [
        SummaryRow(csp, stream, given[csp_id, stream_id], came_to(csp_id, stream_id))
        for csp_id, csp in scope.csps.items()
        for stream_id, stream in scope.streams.items()
        if (csp_id, stream_id) in given
    ]
    if scope.kind in COMBINED:
        rows += [
            SummaryRow(HELD_BACK, stream, held, None if before is None else ZERO)
            for stream_id, stream in scope.streams.items()
            if (held := held_back(given, whole, stream_id))
        ]
    return tuple(rows)


def _last_year(scope: Scope) -> dict[tuple[int, int], Decimal] | None:
    """What each partnership's stream came to in the year before, in pounds; None where that year is not kept."""
    last = FinancialYear(scope.quarter.year.start - 1)
    year = find_year(scope.session, scope.year.programme_id, scope.year.police_area_id, last)
    if year is None:
        return None
    return {key: position.to_date for key, position in figures.by_csp(scope.session, year.id, last.quarters[3]).items()}


def held_back(given: dict[tuple[int, int], Decimal], whole: dict[int, Decimal], stream_id: int) -> Decimal:
    """What of a stream's allocation no partnership has, in pounds."""
    shared = sum((amount for (_, stream), amount in given.items() if stream == stream_id), ZERO)
    return whole.get(stream_id, ZERO) - shared


def category_rows(scope: Scope) -> tuple[CategoryRow, ...]:
    """What was spent by partnership, stream and category, each quarter up to this one."""
    found = figures.by_category(scope.session, scope.year.id, scope.quarter, scope.only)
    accrued = figures.accrued_in(scope.session, scope.year.id, scope.quarter, scope.only)
    # Accruals are asked for at the year's end; before that nothing is said of them where there are none.
    tells = bool(accrued) or scope.quarter.number == 4

    def place(key: tuple[int, int, int]) -> tuple[int, int, int]:
        return key[0], scope.place_of_stream(key[1]), scope.place_of_category(key[2])

    return tuple(
        CategoryRow(
            scope.csps[key[0]],
            scope.streams[key[1]],
            scope.categories[key[2]],
            found[key][: scope.quarter.number],
            accrued.get(key, ZERO) if tells else None,
        )
        for key in sorted(found, key=place)
    )


def match_spent(scope: Scope) -> dict[int, tuple[Decimal, Decimal]]:
    """Match spent by award, before this quarter and in it, as approved claims say, in pounds."""
    rows = scope.session.execute(
        scope.of_awards(Claim.award_id, Claim.quarter, total(Claim.match_spent))
        .join(Claim, Claim.award_id == Award.id)
        .where(Claim.status.in_(COUNTED), Claim.quarter.in_(scope.quarter.to_date()), Claim.match_spent != ZERO)
        .group_by(Claim.award_id, Claim.quarter)
    )
    spent: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for award_id, quarter, amount in rows:
        before, now = spent[award_id]
        spent[award_id] = (before, now + amount) if quarter == scope.quarter else (before + amount, now)
    return dict(spent)


def match_rows(
    scope: Scope, facts: dict[int, AwardFacts], spent: dict[int, tuple[Decimal, Decimal]]
) -> tuple[MatchRow, ...]:
    """A row for each award with match: cash and in kind apart, and never among the grant."""
    received = _received(scope)
    given: dict[int, list[tuple[MatchKind, Decimal, Decimal, str, int]]] = defaultdict(list)
    rows = scope.session.execute(
        scope.of_awards(Match.award_id, Match.kind, Match.pledged, Match.secured, Organisation.name, Match.id)
        .join(Match, Match.award_id == Award.id)
        .join(Organisation, Organisation.id == Match.funder_id)
        .order_by(Match.id)
    )
    for award_id, *match in rows:
        given[award_id].append(tuple(match))
    with_match = sorted(given.keys() | spent.keys(), key=lambda number: (facts[number].csp_id, facts[number].reference))
    return tuple(
        MatchRow(
            reference=facts[award_id].reference,
            title=facts[award_id].title,
            csp=facts[award_id].csp,
            funders="; ".join(f"{name} ({kind})" for kind, _, _, name, _ in given[award_id]) or "Not recorded",
            pledged_cash=_pledged(given[award_id], MatchKind.CASH),
            pledged_in_kind=_pledged(given[award_id], MatchKind.IN_KIND),
            secured=sum((secured for _, _, secured, _, _ in given[award_id]), ZERO),
            received=sum((received.get(number, ZERO) for *_, number in given[award_id]), ZERO),
            spent_before=spent.get(award_id, (ZERO, ZERO))[0],
            spent_this_quarter=spent.get(award_id, (ZERO, ZERO))[1],
        )
        for award_id in with_match
    )


def _pledged(given: Sequence[tuple[MatchKind, Decimal, Decimal, str, int]], kind: MatchKind) -> Decimal:
    return sum((pledged for of, pledged, *_ in given if of is kind), ZERO)


def _received(scope: Scope) -> dict[int, Decimal]:
    """What came of each match up to the quarter."""
    rows = scope.session.execute(
        scope.of_awards(MatchReceipt.match_id, total(MatchReceipt.amount).label("amount"))
        .join(Match, Match.award_id == Award.id)
        .join(MatchReceipt, MatchReceipt.match_id == Match.id)
        .where(MatchReceipt.quarter <= scope.quarter)
        .group_by(MatchReceipt.match_id)
    )
    return {row.match_id: row.amount for row in rows}


def statement(
    scope: Scope,
    whole: dict[int, Decimal],
    found: dict[Line, Position],
    spent: dict[int, tuple[Decimal, Decimal]],
) -> Statement | None:
    """The Statement of Grant Expenditure, which the Home Office gets with Q4; None where there is none."""
    if scope.kind not in (Kind.HOME_OFFICE, Kind.STATEMENT) or scope.quarter.number != 4:
        return None
    received, withheld = grant_received(scope), grant_withheld(scope)
    matched = match_by_stream({line: position.award for line, position in found.items()}, spent)
    rows = [
        StatementRow(
            stream,
            whole.get(stream_id, ZERO),
            received.get(stream_id, ZERO),
            matched.get(stream_id, ZERO),
            withheld.get(stream_id, ZERO),
        )
        for stream_id, stream in scope.streams.items()
    ]
    return Statement(tuple(rows), *assets_and_assurance(scope))


def grant_received(scope: Scope) -> dict[int, Decimal]:
    """The grant received in respect of the year, by stream, in pounds."""
    return _told_of_returns(scope, Payment)


def grant_withheld(scope: Scope) -> dict[int, Decimal]:
    """What the funder said it will not pay in respect of the year, by stream, in pounds."""
    return _told_of_returns(scope, Withholding)


def _told_of_returns(scope: Scope, kind: type[Payment | Withholding]) -> dict[int, Decimal]:
    """What is recorded against the whole area's returns of a year, by stream.

    What the funder pays is recorded against the Home Office return of a quarter or, where it goes by that, against the
    OPCC's combined one: never both are counted. What partnerships got is passed on from it, and what the OPCC withholds
    of a quarter that the Home Office paid is between it and the authority.
    """
    to_the_home_office = Return.funding_year_id == scope.year.id, Return.kind == ReturnKind.HOME_OFFICE
    paid = set(
        scope.session.scalars(select(Return.quarter).join(Return.payments).where(*to_the_home_office).distinct())
    )
    rows = scope.session.execute(
        select(Return.quarter, Return.kind, kind.stream_id, total(kind.amount))
        .join(kind, kind.return_id == Return.id)
        .where(Return.funding_year_id == scope.year.id, Return.kind != ReturnKind.CSP)
        .group_by(Return.quarter, Return.kind, kind.stream_id)
    )
    told: dict[tuple[object, ReturnKind], dict[int, Decimal]] = defaultdict(dict)
    for quarter, of, stream_id, amount in rows:
        told[quarter, of][stream_id] = amount
    summed: dict[int, Decimal] = {}
    for quarter in scope.quarter.year.quarters:
        level = (quarter, ReturnKind.HOME_OFFICE)
        counted = told[level if level in told or quarter in paid else (quarter, ReturnKind.OPCC)]
        for stream_id, amount in counted.items():
            summed[stream_id] = summed.get(stream_id, ZERO) + amount
    return summed


def assets_and_assurance(scope: Scope) -> tuple[str, str, tuple[AssetRow, ...]]:
    """What a statement says of assets and of its assurance, and the assets that are declared."""
    declared, given = assets_of(scope.session, scope.year), assurance_of(scope.session, scope.year.id)
    rows = tuple(
        AssetRow(
            reference=one.award.proposal.reference,
            csp=one.award.csp.name,
            stream=one.stream.name,
            description=one.description,
            serial=one.serial,
            kept_at=one.kept_at,
            bought_on=one.bought_on,
            cost=one.cost,
            disposed_on=one.disposed_on,
            proceeds=one.proceeds or ZERO,
            disposed_because=one.disposed_because,
        )
        for one in declared
    )
    return (
        assets_told(len(rows), sum((row.cost for row in rows), ZERO), scope.year.programme.asset_threshold),
        assurance_told(given.reference, given.given_by, given.given_on, given.opinion)
        if given
        else no_assurance_told(scope.year.year),
        rows,
    )


def match_by_stream(carried: dict[Line, Decimal], spent: dict[int, tuple[Decimal, Decimal]]) -> dict[int, Decimal]:
    """Match is spent on an award as a whole: here its streams share it by what they carry, in their order."""
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (award_id, stream_id), amount in carried.items():
        lines[award_id].append((stream_id, to_pence(amount)))
    matched: dict[int, Decimal] = {}
    for award_id, (before, now) in spent.items():
        streams = [stream_id for stream_id, _ in lines[award_id]]
        weights = [max(pence, 0) for _, pence in lines[award_id]]
        parts = share(before + now, weights if any(weights) else [1] * len(weights))
        for stream_id, part in zip(streams, parts, strict=True):
            matched[stream_id] = matched.get(stream_id, ZERO) + part
    return matched
