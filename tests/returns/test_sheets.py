"""Match, variations, outputs, measures, decisions and the statement, as a return says them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award, AwardLine, Variation, VariationShare
from portfolio.decisions.rules import Outcome
from portfolio.match_funding.models import MatchReceipt
from portfolio.measures.models import Indicator, IndicatorResult, Measure, MeasureDefinition, Observation
from portfolio.measures.rules import IndicatorKind
from portfolio.money import ZERO
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import Quarter
from portfolio.returns.changes.comparing import compared
from portfolio.returns.changes.sides import Side, side_of
from portfolio.returns.contents.scope import Scope
from portfolio.returns.contents.spending import grant_received, grant_withheld
from portfolio.returns.models import Payment
from portfolio.returns.queries import Place
from portfolio.returns.rules import ReturnKind
from portfolio.spend.rules import ClaimStatus
from reports.content import Kind
from tests import make, year_ends
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3, Q4
from tests.returns.conftest import Scene
from tests.returns.test_why import explained, unexplained
from tests.returns.worlds import BCP, DORSET, asks, match, now, warnings


def test_match_counts_what_came_up_to_the_quarter(session: Session) -> None:
    award = make.award(session)
    given = match(session, award, secured=Decimal("60.00"))
    match(session, award, kind=MatchKind.IN_KIND, pledged=Decimal("5.00"), secured=Decimal("5.00"))
    for quarter, amount in ((Q1, "10.00"), (Q2, "20.00"), (Q3, "40.00")):
        session.add(MatchReceipt(match=given, quarter=quarter, amount=Decimal(amount)))
    make.claim(session, award, Q1, match_spent=Decimal("3.00"))
    make.claim(session, award, Q2, match_spent=Decimal("4.00"))
    make.claim(session, award, Q3, match_spent=Decimal("9.00"), status=ClaimStatus.SUBMITTED)
    [row] = now(session, Q2).match
    assert row.funders == "A Charity (cash); A Charity (in kind)"
    assert (row.pledged_cash, row.pledged_in_kind, row.secured) == (
        Decimal("100.00"), Decimal("5.00"), Decimal("65.00"),
    )  # fmt: skip
    assert (row.received, row.spent_before, row.spent_this_quarter) == (
        Decimal("30.00"), Decimal("3.00"), Decimal("4.00"),
    )  # fmt: skip


def test_match_that_was_spent_but_never_pledged_is_shown(session: Session) -> None:
    make.claim(session, make.award(session), match_spent=Decimal("3.00"))
    [row] = now(session).match
    assert (row.funders, row.spent_this_quarter) == ("Not recorded", Decimal("3.00"))


def variation(session: Session, giving: AwardLine | None, receiving: AwardLine | None, reference: str) -> None:
    """£50 moved in Q4."""
    row = Variation(
        reference=reference,
        from_line=giving,
        to_line=receiving,
        amount=Decimal("50.00"),
        approved_on=date(2025, 7, 1),
        approved_by="The board",
        reason="Needed there.",
    )
    row.shares = [
        VariationShare(award_line_id=line.id, quarter=Q4, amount=amount)
        for line, amount in ((giving, Decimal("-50.00")), (receiving, Decimal("50.00")))
        if line is not None
    ]
    session.add(row)
    session.flush()


def test_variations_name_both_sides(session: Session) -> None:
    dorset = make.award(session, make.proposal(session, "SVD-25-01", asks=asks("800.00"))).lines[0]
    bcp = make.award(session, make.proposal(session, "SVD-25-02", csps=("bcp",), asks=asks("800.00")), csp="bcp").lines[
        0
    ]
    variation(session, dorset, bcp, "V1")
    variation(session, None, dorset, "V2")
    variation(session, bcp, None, "V3")
    rows = [row for row in now(session, Q1).variations if row.what == "Variation"]
    assert [(row.reference, row.moved_from, row.moved_to) for row in rows] == [
        ("V1", f"SVD-25-01 ({DORSET}), labour", f"SVD-25-02 ({BCP}), labour"),
        ("V2", "Unallocated", f"SVD-25-01 ({DORSET}), labour"),
        ("V3", f"SVD-25-02 ({BCP}), labour", "Unallocated"),
    ]
    assert [row.csp for row in rows] == [DORSET, DORSET, BCP]
    only = now(session, Q1, Kind.CSP, make.csp(session, "bcp"))
    assert [(row.reference, row.csp) for row in only.variations if row.what == "Variation"] == [
        ("V1", BCP),
        ("V3", BCP),
    ]
    assert [row.award for row in only.interventions] == [Decimal("800.00")]


def indicator(session: Session, kind: IndicatorKind, target: str | None, *values: str) -> None:
    """An indicator of the first award with the figures of its first quarters."""
    award = session.scalars(select(Award)).first() or make.award(session)
    row = Indicator(award=award, kind=kind, name=kind.value, unit="people", target=Decimal(target) if target else None)
    row.results = [
        IndicatorResult(quarter=quarter, value=Decimal(value))
        for quarter, value in zip((Q1, Q2, Q3), values, strict=False)
    ]
    session.add(row)
    session.flush()


def test_outputs_add_up_and_an_outcome_is_its_latest(session: Session) -> None:
    indicator(session, IndicatorKind.OUTPUT, "40", "12", "17", "90")
    indicator(session, IndicatorKind.OUTCOME, None, "55.5", "62.5", "90")
    output, outcome = now(session, Q2).outputs
    assert (output.kind, output.target, output.this_quarter, output.to_date) == (
        "Output", Decimal(40), Decimal(17), Decimal(29),
    )  # fmt: skip
    assert (outcome.target, outcome.this_quarter, outcome.to_date) == (None, Decimal("62.5"), Decimal("62.5"))


def test_an_indicator_that_nobody_reported(session: Session) -> None:
    indicator(session, IndicatorKind.OUTPUT, "40")
    [output] = now(session, Q2).outputs
    assert (output.this_quarter, output.to_date) == (None, None)


def measure(session: Session, code: str = "SVD-A", **values: object) -> MeasureDefinition:
    """A measure with its first definition."""
    year = make.funding_year(session)
    row = Measure(programme=year.programme, police_area=year.police_area, code=code, name=f"Measure {code}", **values)
    definition = MeasureDefinition(measure=row, version=1, text="As first defined", geography="police area")
    session.add_all([row, definition])
    session.flush()
    return definition


def observe(
    session: Session, definition: MeasureDefinition, quarter: Quarter, value: str | None, **more: object
) -> int:
    """An observation."""
    row = Observation(
        definition=definition,
        quarter=quarter,
        value=Decimal(value) if value else None,
        recorded_by="csp@example.org",
        recorded_at=NOW,
        **more,
    )
    session.add(row)
    session.flush()
    return row.id


def test_measures_say_what_stands_and_by_which_definition(session: Session) -> None:
    first = measure(session)
    superseded = observe(session, first, Q1, "41")
    observe(session, first, Q1, "43", supersedes_id=superseded)
    second = MeasureDefinition(measure=first.measure, version=2, text="As checked", geography="police area")
    session.add(second)
    observe(session, second, Q2, "38.5")
    rows = now(session, Q3).measures
    assert [(row.quarter, row.definition, row.value, row.unavailable) for row in rows] == [
        (Q1, "As first defined", Decimal(43), None),
        (Q2, "As checked (version 2)", Decimal("38.5"), None),
        (Q3, "As checked (version 2)", None, "Not reported"),
    ]


def test_an_abandoned_measure_keeps_its_history_and_says_why(session: Session) -> None:
    definition = measure(session, abandoned_because="poor data")
    observe(session, definition, Q1, None, unavailable="No data.")
    content = now(session, Q2)
    assert [row.unavailable for row in content.measures] == ["No data.", "No longer measured: poor data"]
    assert "W8" not in {code for code, _ in warnings(content)}


def test_proposals_without_a_decision(session: Session) -> None:
    for number, status in enumerate(ProposalStatus):
        make.proposal(session, f"SVD-25-0{number}", status=status, asks=asks("10.00"))
    rows = now(session).decisions
    assert [(row.reference, row.outcome) for row in rows] == [
        ("SVD-25-01", "No decision yet"), ("SVD-25-02", "Withdrawn"),
    ]  # fmt: skip


def test_the_decision_that_stands_is_the_one_shown(session: Session) -> None:
    proposal = make.proposal(session, asks=asks("10.00", "20.00"))
    first = make.decision(session, proposal, outcome=Outcome.DEFERRED)
    make.decision(
        session, proposal, supersedes=first, amounts={"labour": Decimal("10.00")}, outcome=Outcome.PART_FUNDED
    )
    rows = now(session).decisions
    assert [(row.stream, row.outcome, row.requested, row.awarded) for row in rows] == [
        ("labour", "Part-funded", Decimal("10.00"), Decimal("10.00")),
        ("non-labour", "Part-funded", Decimal("20.00"), ZERO),
    ]


def test_the_statement_closes_the_year(session: Session) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, match_spent=Decimal("10.01"))
    make.claim(session, award, Q4, match_spent=Decimal("0.02"))
    content = now(session, Q4, Kind.STATEMENT)
    assert content.statement is not None
    rows = {row.stream: row for row in content.statement.rows}
    assert {stream: row.allocation for stream, row in rows.items()} == {
        "labour": Decimal("70000.00"), "non-labour": Decimal("210000.00"),
    }  # fmt: skip
    assert {stream: row.match_spent for stream, row in rows.items()} == {
        "labour": Decimal("2.87"), "non-labour": Decimal("7.16"),
    }  # fmt: skip
    assert {row.grant_received for row in rows.values()} == {ZERO}
    assert content.statement.register == ()
    assert content.statement.assets == "No asset was bought with the grant, or disposed of, in the year."
    assert content.statement.assurance.endswith("recorded yet. It is due by 30 September 2026.")
    assert now(session, Q4, Kind.HOME_OFFICE).statement == content.statement
    assert now(session, Q4, Kind.OPCC).statement is None
    assert now(session, Q3, Kind.HOME_OFFICE).statement is None


def test_match_of_an_award_without_money_is_shared_evenly(session: Session) -> None:
    award = make.award(session)
    for line in award.lines:
        line.amount = ZERO
        for share in line.profile:
            share.amount = ZERO
    make.claim(session, award, Q1, lines={}, match_spent=Decimal("0.03"))
    content = now(session, Q4, Kind.STATEMENT)
    assert content.statement is not None
    assert [row.match_spent for row in content.statement.rows] == [Decimal("0.02"), Decimal("0.01")]


def test_grant_received_counts_each_quarter_once(scene: Scene) -> None:
    labour, non_labour = scene.year.programme.streams
    opcc, home_office = scene.issued(Q1), scene.issued(Q1, ReturnKind.HOME_OFFICE)
    second = scene.issued(Q2)
    own = scene.issued(Q1, ReturnKind.CSP, scene.csp("dorset"))
    after = datetime(2026, 4, 20, tzinfo=UTC)
    *_, last = [scene.issued(quarter, ReturnKind.HOME_OFFICE, at=after) for quarter in (Q2, Q3, Q4)]
    for row, stream, amount in (
        (opcc, labour, "100.00"),
        (home_office, labour, "30.00"),
        (home_office, non_labour, "5.00"),
        (second, labour, "7.00"),
        (second, labour, "-1.00"),
        (own, labour, "50.00"),
    ):
        scene.session.add(
            Payment(
                paid_for=row, stream=stream, amount=Decimal(amount), received_on=NOW.date(), recorded_by="Otto Penn"
            )
        )
    scene.session.commit()
    found = grant_received(Scope(scene.session, scene.year, Q4, Kind.STATEMENT, None))
    assert found == {labour.id: Decimal("36.00"), non_labour.id: Decimal("5.00")}
    now_ = Side(Place(scene.year, Q4, ReturnKind.HOME_OFFICE, None), None)
    assert compared(scene.session, side_of(last), now_).unexplained == [], "each has its payments as cause"
    year_ends.withholding(scene.session, opcc, "10.00")  # the Home Office paid the quarter: this is not its doing
    year_ends.withholding(scene.session, second, "2.00")
    kept_back = grant_withheld(Scope(scene.session, scene.year, Q4, Kind.STATEMENT, None))
    assert kept_back == {labour.id: Decimal("2.00")}
    assert unexplained(explained(scene, Q4, Kind.STATEMENT)) == [], "why they are what they are says the same"
    scene.session.commit()
    assert compared(scene.session, side_of(last), now_).unexplained == [], "and each has what was withheld as cause"
