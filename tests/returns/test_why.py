"""Why a figure is what it is: every figure of a return ends at rows of the record that sum to it."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portfolio.decisions.models import Award, Variation, VariationShare
from portfolio.funding_years.models import CspAllocation, FundingYear
from portfolio.history import HistoryEntry
from portfolio.ledger.models import LedgerAccount
from portfolio.match_funding.models import Match
from portfolio.measures.models import Indicator, IndicatorResult
from portfolio.measures.rules import IndicatorKind
from portfolio.money import ZERO
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.assembling import assemble
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Payment, Return
from portfolio.returns.rules import ReturnKind
from portfolio.returns.snapshot import thaw
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.grounds import Explained, explain
from portfolio.returns.why.then import Then, issued_at
from portfolio.returns.why.upward import claim_with_lines, figures_with, lines_of
from portfolio.spend.models import Claim, ClaimLine
from reports.addresses import Spot
from reports.content import Kind
from tests import make, year_ends
from tests.conftest import NOW, SignedIn, title_of
from tests.kept import kept
from tests.returns.conftest import Scene
from tests.returns.test_views import text_of
from tests.tampering import by_hand

Q1, Q2, Q3, Q4 = make.YEAR.quarters


def explained(scene: Scene, quarter: Quarter, kind: Kind, row: Return | None = None) -> list[Explained]:
    """Every figure of a return: as it was issued, or as it stands now."""
    session, year = scene.session, scene.year
    content = thaw(row.snapshot or "") if row else assemble(session, year, quarter, kind)
    cells, scope = Cells(content), Scope(session, year, quarter, kind, row.csp if row else None)
    then = Then(session, issued_at(session, row.id) if row else None)
    return explain(scope, then, cells, *cells.tracing.figures())


def unexplained(found: list[Explained]) -> list[Explained]:
    """The figures whose rows, or whose parts, do not come to them."""
    return [
        one
        for one in found
        if one.difference or not one.is_known or any(s.parts and s.sum_of_parts != s.total for s in one.sides[:1])
    ]


def award_of(scene: Scene, reference: str) -> Award:
    """An award of this year."""
    of_year = select(Award).join(Award.proposal).where(Proposal.funding_year_id == scene.year.id)
    return scene.session.scalars(of_year.where(Proposal.reference == reference)).one()


@pytest.fixture
def rich(scene: Scene) -> Scene:
    """Dorset with all that a return can tell: a ledger, accruals, outputs, rounding, payments, assets."""
    session = scene.session

    def tell() -> None:
        nurse, programme = award_of(scene, "SVD-25-01"), scene.year.programme
        programme.rounds_to = 1
        nurse.cost_centre = "C100"
        session.add(
            LedgerAccount(
                police_area_id=scene.year.police_area_id,
                programme_id=programme.id,
                code="4000",
                category=programme.categories[0],
            )
        )
        make.extract(session, scene.year, [("C100", "4000", Decimal("250.00")), ("X9", "4000", Decimal("12.34"))])
        make.timing(session, nurse, Decimal("20.00"))
        line = session.scalars(select(ClaimLine).join(Claim).where(Claim.award_id == nurse.id, Claim.quarter == Q2))
        line.first().accrued = Decimal("5.00")  # type: ignore[union-attr]
        for kind, name in ((IndicatorKind.OUTPUT, "Young people seen"), (IndicatorKind.OUTCOME, "Felt safer")):
            told = Indicator(award=nurse, kind=kind, name=name, unit="people", target=Decimal(40))
            told.results = [IndicatorResult(quarter=one, value=Decimal(7)) for one in (Q1, Q2)]
            session.add(told)
        year_ends.asset(session, nurse, scene.finance, "900.00")
        scene.issued(Q1)

    kept(session, "All that a return can tell", tell)
    return scene


def test_every_figure_of_the_opcc_return_ends_at_rows_that_sum_to_it(rich: Scene) -> None:
    found = explained(rich, Q2, Kind.OPCC)
    ends = Counter(row.record for one in found for side in one.sides for row in side.rows)
    at_spend = sum(1 for one in found if any(row.record == "claim_line" for row in one.part.rows))
    print(f"{len(found)} figures, {at_spend} of them end at claim lines; rows: {dict(ends)}")  # noqa: T201 - asked for
    assert unexplained(found) == []
    assert at_spend > 250
    assert {"claim_line", "correction", "ledger_extract", "ledger_note", "indicator_result", "rounding"} <= set(ends)


def test_every_figure_of_the_other_returns_does_too(rich: Scene) -> None:
    last = rich.session.scalars(select(FundingYear).where(FundingYear.year != make.YEAR)).one()
    before = replace(rich, year=last)
    ends = last.year.quarters[3]
    first = before.issued(last.year.quarters[0], ReturnKind.HOME_OFFICE)
    for paid_for in (first, before.issued(last.year.quarters[0])):  # the same money, told twice: it counts once
        stream = last.programme.streams[0]
        payment = Payment(stream=stream, amount=Decimal("5.00"), received_on=NOW.date(), recorded_by="a test")
        paid_for.payments.append(payment)
    year_ends.withholding(rich.session, first, "2.50")
    year_ends.asset(rich.session, rich.session.scalars(select(Award)).first(), rich.finance)  # type: ignore[arg-type]
    for scene, quarter, kind in (
        (rich, Q1, Kind.OPCC),
        (rich, Q2, Kind.HOME_OFFICE),
        (before, ends, Kind.HOME_OFFICE),
        (before, ends, Kind.STATEMENT),
    ):
        assert unexplained(explained(scene, quarter, kind)) == [], (scene.year.year, kind)


def test_what_was_issued_is_explained_by_what_it_was_issued_from(rich: Scene, signed_in: SignedIn) -> None:
    session = rich.session
    row = session.scalars(select(Return)).one()
    assert unexplained(explained(rich, Q1, Kind.OPCC, row)) == []
    nurse = award_of(rich, "SVD-25-01")
    [line] = nurse.lines
    variation = Variation(
        reference="V9", from_line=line, amount=Decimal("10.00"), approved_on=NOW.date(), approved_by="a", reason="b"
    )
    variation.shares = [VariationShare(award_line_id=line.id, quarter=Q3, amount=Decimal("-10.00"))]
    session.add(variation)
    session.scalars(select(CspAllocation)).first().amount += Decimal("1.00")  # type: ignore[union-attr]
    session.scalars(select(Match)).first().pledged += Decimal("3.00")  # type: ignore[union-attr]
    other = award_of(rich, "SVD-25-02").lines[0]
    session.delete(other.profile[0])
    other.amount -= Decimal("4.00")
    nurse.csp.name = "Dorset Safer Places"
    session.commit()
    assert unexplained(explained(rich, Q1, Kind.OPCC, row)) == []
    scope = Scope(session, rich.year, Q1, Kind.OPCC, None)
    cells = Cells(thaw(row.snapshot or ""))
    now = explain(scope, Then(session), cells, *cells.tracing.figures())
    assert {one.spot.sheet for one in unexplained(now)} >= {"Summary", "Interventions", "Match funding"}
    cell = "interventions/svd-25-02~dorset-community-safety-partnership~labour/award"
    words = text_of(signed_in(person=rich.finance).get(f"/returns/{row.id}/why/{cell}"))
    assert "Award: £3,000.00" in words
    assert "Changed since this return was issued" in words


def test_match_on_the_statement_is_shared_by_what_the_streams_carried_then(rich: Scene) -> None:
    session = rich.session
    award = award_of(rich, "SVD-25-02")
    for claim in session.scalars(select(Claim).where(Claim.award_id == award.id, Claim.quarter == Q2)):
        claim.match_spent = Decimal("100.00")
    session.commit()
    content, then = (
        assemble(session, rich.year, Q4, Kind.HOME_OFFICE),
        Then(session, session.scalar(select(func.max(HistoryEntry.id)))),
    )
    award.lines[0].amount = ZERO
    session.commit()
    cells, scope = Cells(content), Scope(session, rich.year, Q4, Kind.HOME_OFFICE, None)
    spots = [one for one in cells.tracing.figures() if one.sheet == "Statement by stream"]
    assert unexplained(explain(scope, then, cells, *spots)) == []


def test_a_figure_s_page_leads_to_its_claims_corrections_and_who_signed_them(rich: Scene, signed_in: SignedIn) -> None:
    finance = signed_in(person=rich.finance)
    base = f"/returns/{rich.year.id}/2025-26/q2/opcc"
    page = finance.get(base).get_data(as_text=True)
    total = f"{base}/why/summary/total/this-claim"
    assert f'href="{total}"' in page
    assert f'href="{base}/why/summary/dorset-community-safety-partnership~labour/allocation"' in page
    answer = finance.get(total)
    assert title_of(answer).startswith("This claim: £")
    assert "The claim of Q2 2025/26" in text_of(answer)
    row = "svd-25-21~bcp-community-safety-partnership~non-labour"
    words = text_of(finance.get(f"{base}/why/interventions/{row}/of-which-corrections"))
    assert "Of which corrections: −£73.11" in words
    assert "Correction of Q1 2025/26" in words
    assert "Q1 mileage claimed at the wrong rate." in words
    share = text_of(finance.get(f"{base}/why/interventions/{row}/variance-per-cent-to-date"))
    assert "The part" in share
    assert "The whole" in share
    rounded = text_of(finance.get(f"{base}/why/in-whole-pounds/labour/q1-actual"))
    assert "So that rows, columns and the year add up" in rounded


def every_link(client: FlaskClient, base: str) -> dict[str, str]:
    """A page of each kind of figure: the first of each column of each sheet of a return."""
    pages: dict[str, str] = {}
    for sheet in re.findall(rf'href="({base}/[^"/]+)"', client.get(base).get_data(as_text=True)):
        shown = client.get(sheet).get_data(as_text=True)
        for link in re.findall(rf'href="({sheet}/[^"]+)"', shown):
            pages.setdefault(link.rpartition("/")[2] + sheet, link)
    return pages


def test_every_kind_of_figure_has_a_page(rich: Scene, signed_in: SignedIn) -> None:
    finance = signed_in(person=rich.finance)
    base = f"/returns/{rich.year.id}/2025-26/q2/opcc/why"
    links = every_link(finance, base)
    assert len(links) > 60
    told = {link: finance.get(link) for link in links.values()}
    assert {answer.status_code for answer in told.values()} == {200}
    assert not [link for link, answer in told.items() if b"Something was changed" in answer.data]


def test_what_was_changed_by_hand_is_said_on_the_figure_s_page(rich: Scene, signed_in: SignedIn) -> None:
    row = rich.session.scalars(select(Return)).one()
    by_hand(rich.session, "UPDATE claim_line SET amount = amount + 1 WHERE amount = 1388902")
    cell = "spend-by-category/bcp-community-safety-partnership~non-labour~pay-and-on-costs/q1-actual"
    words = text_of(signed_in(person=rich.finance).get(f"/returns/{row.id}/why/{cell}"))
    assert "The rows below come to £18,440.03, not to £18,440.02" in words


def test_a_figure_that_is_not_there_is_not_found(rich: Scene, signed_in: SignedIn) -> None:
    finance, number = signed_in(person=rich.finance), rich.session.scalars(select(Return.id)).one()
    for gone in (
        "cover",
        "cover/item/detail",
        "summary/none/allocation",
        "summary/total/none",
        "summary/total/csp",
        "x",
    ):
        assert finance.get(f"/returns/{number}/why/{gone}").status_code == 404
    assert finance.get("/returns/999/why").status_code == 404
    officer = signed_in(Role.CSP_OFFICER, csp=rich.csp("dorset"))
    assert officer.get(f"/returns/{number}/why").status_code == 404
    assert signed_in(Role.LEAD).get(f"/returns/{number}/why").status_code == 403


def test_a_claim_shows_every_figure_that_it_stands_in(rich: Scene, signed_in: SignedIn) -> None:
    finance = signed_in(person=rich.finance)
    claim = "/spend/SVD-25-01/dorset/2025-26/q1"
    up = "/returns/claims/SVD-25-01/dorset/2025-26/q1"
    assert f'href="{up}"' in finance.get(claim).get_data(as_text=True)
    answer = finance.get(up)
    words = text_of(answer)
    assert "OPCC return, Q1 2025/26, version 1" in words
    assert "Home Office return, Q1 2025/26, as it stands now" in words
    assert "SVD-25-01, Dorset Community Safety Partnership, non-labour" in words
    assert "/why/summary/total/this-claim" in answer.get_data(as_text=True)
    assert "Claim summary!" in text_of(finance.get(f"{up}?in=2"))
    assert "In no return yet" in text_of(finance.get("/returns/claims/SVD-25-01/dorset/2025-26/q3"))
    assert finance.get("/returns/claims/SVD-25-99/dorset/2025-26/q1").status_code == 404
    assert signed_in(Role.LEAD).get(up).status_code == 403


def test_up_and_down_are_the_same(rich: Scene) -> None:
    content = assemble(rich.session, rich.year, Q2, Kind.OPCC)
    cells, scope = Cells(content), Scope(rich.session, rich.year, Q2, Kind.OPCC, None)
    down: dict[int, set[Spot]] = {}
    for one in explain(scope, Then(rich.session), cells, *cells.tracing.figures()):
        for row in (row for side in one.sides for row in side.rows if row.record == "claim_line"):
            down.setdefault(row.number, set()).add(one.spot)
    claim = claim_with_lines(rich.session, award_of(rich, "SVD-25-01").id, Q2)
    assert claim is not None
    for line in lines_of(claim):
        assert set(figures_with(cells, line)) >= down[line.number]
