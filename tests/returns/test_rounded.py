"""Parts that sum to the whole: rounded figures over a year, and thirty-two boroughs whose shares do not divide."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from sqlalchemy.orm import Session

from portfolio.money import share_evenly
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.returns.assembling import assemble
from portfolio.returns.snapshot import digest_of_figures, thaw
from reports import returns
from reports.content import Kind, ReturnContent
from tests import make
from tests.conftest import SignedIn
from tests.pages import read
from tests.returns.conftest import Scene
from tests.returns.worlds import now

Q1, Q2, _, _ = FinancialYear(2025).quarters
BOROUGHS = 32
GRANT = {"labour": Decimal("100000.01"), "non-labour": Decimal("932764.00")}


def rounded(content: ReturnContent) -> dict[str, tuple[int, ...]]:
    """The rounded quarters by stream, in whole pounds."""
    assert content.rounded is not None
    return {row.stream: tuple(int(amount) for amount in row.quarters) for row in content.rounded.rows}


def test_a_years_returns_carry_on_from_one_another(scene: Scene, signed_in: SignedIn) -> None:
    exact = assemble(scene.session, scene.year, Q1, Kind.OPCC)
    assert exact.rounded is None
    scene.year.programme.rounds_to = 1000
    scene.session.commit()
    first = scene.issued(Q1)
    assert digest_of_figures(exact) != first.figures, "what is rounded otherwise is prepared again"
    shown = rounded(thaw(first.snapshot or ""))
    assert sum(row[0] for row in shown.values()) == 63_000, (
        "£63,213.96, while each stream by itself would be rounded up"
    )
    page = read(signed_in(Role.FINANCE).get(f"/returns/{first.id}").text)
    assert "In thousands of pounds Controlled rounding (Causey, Cox and Ernst, 1985)" in page
    assert "£63,000 " in page
    later = assemble(scene.session, scene.year, Q2, Kind.OPCC)
    assert {stream: row[0] for stream, row in rounded(later).items()} == {
        stream: row[0] for stream, row in shown.items()
    }
    assert any(note.about == "Rounding" and "Causey" in note.text for note in later.notes)
    scene.year.programme.rounds_to = 1
    assert sum(row[0] for row in rounded(assemble(scene.session, scene.year, Q2, Kind.OPCC)).values()) == 63_214
    assert rounded(assemble(scene.session, scene.year, Q2, Kind.HOME_OFFICE))
    assert assemble(scene.session, scene.year, Q2, Kind.CSP, scene.csp("bcp")).rounded is None


@pytest.fixture
def boroughs(session: Session) -> Session:
    """A grant that thirty-two boroughs share evenly, each of which claims a third of its share in Q1 and in Q2."""
    keys = [f"borough-{number:02d}" for number in range(1, BOROUGHS + 1)]
    shares = {stream: dict(zip(keys, share_evenly(amount, BOROUGHS), strict=True)) for stream, amount in GRANT.items()}
    make.programme(session, rounds_to=1000)
    make.funding_year(session, allocations=shares)
    for key in keys:
        amounts = {stream: given[key] for stream, given in shares.items()}
        award = make.award(session, make.proposal(session, f"SVD-{key}", csps=[key], asks=amounts), csp=key)
        for place, quarter in enumerate((Q1, Q2)):
            lines = {
                (stream, category): half
                for stream, amount in amounts.items()
                for category, half in zip(
                    ("pay and on-costs", "training"), share_evenly(share_evenly(amount, 3)[place], 2), strict=True
                )
            }
            make.claim(session, award, quarter, lines=lines)
    session.commit()
    return session


Line = dict[str, object]


def tables(workbook: bytes) -> Iterator[tuple[str, list[Line], Line]]:
    """Each sheet's table that has a total row: its lines by heading, and that row."""
    for paper in load_workbook(BytesIO(workbook), data_only=True).worksheets:
        for table in paper.tables.values():
            if table.totalsRowCount:
                _, first, _, last = range_boundaries(table.ref)
                rows = list(paper.iter_rows(min_row=first, max_row=last, values_only=True))
                names = [str(name).partition(" [note")[0] for name in rows[0]]
                *lines, total = (dict[str, object](zip(names, row, strict=True)) for row in rows[1:])
                yield paper.title, lines, total


def pence(figure: object) -> int:
    """An amount that was read from a cell, in pence; a table of nothing says so."""
    return 0 if figure == "Not applicable" else round(float(str(figure)) * 100)


def test_the_parts_of_thirty_two_boroughs_sum_to_the_whole_in_every_sheet(boroughs: Session) -> None:
    whole = pence(sum(GRANT.values()))
    claimed = [share_evenly(part, 3) for amount in GRANT.values() for part in share_evenly(amount, BOROUGHS)]
    for kind in (Kind.OPCC, Kind.HOME_OFFICE):
        found = list(tables(returns.proved(now(boroughs, Q2, kind))))
        sums = [
            (sheet, name, sum(pence(line[name]) for line in lines if line.get("CSP") != "All CSPs"), pence(figure))
            for sheet, lines, total in found
            for name, figure in total.items()
            if isinstance(figure, int | float) and "%" not in name
        ]
        assert len(sums) > 30
        assert [each for each in sums if each[2] != each[3]] == []
        totals = {(sheet, name): amount for sheet, name, _, amount in sums}
        assert totals["Interventions", "Award"] == whole
        for place in (0, 1):
            assert totals["Interventions", f"Q{place + 1} actual"] == pence(sum(parts[place] for parts in claimed))
        for number, state in enumerate(("actual", "actual", "forecast", "forecast"), start=1):
            assert totals["In thousands of pounds", f"Q{number} {state}"] % 100_000 == 0
        assert totals["In thousands of pounds", "Year, exact"] == totals["Interventions", "Outturn"]
        if kind is Kind.HOME_OFFICE:
            assert totals["Claim summary", "Total grant"] == whole
            continue
        lines = next(lines for sheet, lines, _ in found if sheet == "Summary")
        assert len({line["CSP"] for line in lines} - {"All CSPs"}) == BOROUGHS
        assert totals["Summary", "Allocation"] == totals["Summary", "Awarded"] == whole
        for name in ("Q1 actual", "Q2 actual", "To date"):
            assert totals["Summary", name] == totals["Spend by category", name]
