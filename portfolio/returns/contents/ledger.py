"""What the council's ledger of the quarter shows of each partnership, held against what the return claims."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from portfolio.ledger.comparing import compare_year
from portfolio.money import ZERO
from portfolio.returns.contents.awards import AwardFacts, Line
from portfolio.returns.contents.scope import Scope
from portfolio.spend.figures import Position
from reports.content import Kind, LedgerRow

TELL_OF_IT = (Kind.CSP, Kind.OPCC)


def ledger_rows(
    scope: Scope, facts: Mapping[int, AwardFacts], found: Mapping[Line, Position]
) -> tuple[LedgerRow, ...] | None:
    """A row for each partnership covered, and one for what belongs to no project; None where returns do not tell it.

    Accounts that finance said are no spend (the grant coming in) are left out of the ledger's figure.
    """
    if scope.kind not in TELL_OF_IT:
        return None
    compared = compare_year(scope.session, scope.year, [scope.quarter])
    claimed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (award_id, _), position in found.items():
        claimed[facts[award_id].csp_id] += position.this_quarter
    rows = []
    for csp_id, name in scope.csps.items():
        line = compared.whole(scope.quarter, csp_id)
        here = (scope.quarter, csp_id) in compared.covered
        rows.append(LedgerRow(name, line.spend if here else None, claimed[csp_id], line.timing))
    nowhere = compared.nowhere(scope.quarter, None)
    if scope.csp is None and nowhere.transactions:
        rows.append(LedgerRow(None, nowhere.ledger, ZERO, ZERO))
    return tuple(rows)
