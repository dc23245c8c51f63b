"""Why a figure is what it is: every figure of a return ends at rows of the record that sum to it."""

from collections import Counter

from portfolio.quarters import Quarter
from portfolio.returns.assembling import assemble
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Return
from portfolio.returns.snapshot import thaw
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.grounds import Explained, explain
from portfolio.returns.why.then import Then, issued_at
from reports.content import Kind
from tests import make
from tests.returns.conftest import Scene

Q1, Q2, Q3, Q4 = make.YEAR.quarters


def explained(scene: Scene, quarter: Quarter, kind: Kind, row: Return | None = None) -> list[Explained]:
    """Every figure of a return, as it was issued or as it stands."""
    content = thaw(row.snapshot or "") if row else assemble(scene.session, scene.year, quarter, kind)
    cells = Cells(content)
    then = Then(scene.session, issued_at(scene.session, row.id) if row else None)
    scope = Scope(scene.session, scene.year, quarter, kind, row.csp if row else None)
    return explain(scope, then, cells, *cells.tracing.figures())


def unexplained(found: list[Explained]) -> list[Explained]:
    """The figures whose rows do not come to them, or whose parts do not."""
    return [
        one
        for one in found
        if one.difference or not one.is_known or any(s.parts and s.sum_of_parts != s.total for s in one.sides)
    ]


def test_every_figure_of_the_opcc_return_ends_at_rows_that_sum_to_it(scene: Scene) -> None:
    found = explained(scene, Q2, Kind.OPCC)
    ends = Counter(row.record for one in found for side in one.sides for row in side.rows)
    at_spend = sum(1 for one in found if any(row.record == "claim_line" for row in one.part.rows))
    print(f"{len(found)} figures, {at_spend} of them end at claim lines; rows: {dict(ends)}")
    assert not unexplained(found)
    assert at_spend > 200
