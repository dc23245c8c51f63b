"""What changed between two returns: every difference named, and its causes summing to it."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portfolio.decisions import varying
from portfolio.decisions.actions import record_decision
from portfolio.decisions.asking import approve_request, ask_for_variation
from portfolio.decisions.models import Award, AwardLine, ProfileShare
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.funding_years.actions import allocations_of, set_allocations
from portfolio.history import Author
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.measures.actions import record_observation
from portfolio.measures.models import Measure
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.changes.causes import CauseKind
from portfolio.returns.changes.comparing import Comparison, compared
from portfolio.returns.changes.sides import Side, side_of
from portfolio.returns.changes.unexplained import between_issued
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, place_of
from portfolio.returns.rules import ReturnKind
from portfolio.spend.models import Claim, Forecast
from portfolio.spend.standing import claimed_of
from reports.changes import Part
from reports.sheets import Shape
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.kept import kept
from tests.make import Q1, Q2
from tests.returns.conftest import Scene
from tests.returns.test_views import text_of
from tests.tampering import by_hand
from tests.year_ends import withholding

CORRECTION = Decimal("-73.11")


@pytest.fixture
def two(scene: Scene) -> tuple[Scene, Return, Return]:
    """Dorset's Q1 and Q2 issued to the OPCC, Q2 with the correction of Q1's mileage."""
    kept(scene.session, "Dorset's returns of two quarters", lambda: [scene.issued(one) for one in (Q1, Q2)])
    first, second = (_issued(scene, quarter) for quarter in (Q1, Q2))
    return scene, first, second


def _issued(scene: Scene, quarter: Quarter, version: int = 1) -> Return:
    return scene.session.scalars(
        select(Return).where(Return.kind == ReturnKind.OPCC, Return.quarter == quarter, Return.version == version)
    ).one()


def _compared(scene: Scene, one: Return, other: Return) -> Comparison:
    return compared(scene.session, side_of(one), side_of(other))


def test_the_correction_is_named_as_the_cause_and_the_first_file_stays(scene: Scene) -> None:
    first = scene.issued(Q1)
    before = first.file
    second = scene.issued(Q2)
    scene.session.refresh(first)
    assert first.file == before
    found = _compared(scene, second, first)
    assert [line.cause.kind for line in found.surprises_logged] == [CauseKind.CORRECTION]
    (line,) = found.surprises_logged
    assert line.amount == CORRECTION
    assert "correction 1 of Q1 2025/26" in line.cause.words
    assert "Q1 mileage claimed at the wrong rate." in line.cause.words
    corrections = next(one for one in found.differences if one.cell.column == "Of which corrections")
    assert corrections.cell.difference == CORRECTION
    assert [(share.cause, share.amount) for share in corrections.shares] == [(line.cause, CORRECTION)]


def test_every_amount_is_explained_to_the_penny(two: tuple[Scene, Return, Return]) -> None:
    found = _compared(*two)
    assert not found.unexplained
    amounts = [one for one in found.differences if one.cell.shape is Shape.MONEY and one.cell.sheet != "Checks"]
    assert len(amounts) > 200
    for one in amounts:
        told = [share.amount for share in one.shares if share.amount is not None]
        if told:
            assert sum(told, Decimal(0)) == one.cell.difference, one.cell
        else:
            assert one.cell.sheet == "Variations"


def _change_much(scene: Scene) -> None:
    """After both returns are issued: money varied, match pledged anew, an allocation raised, a measure looked up."""
    session, today = scene.session, NOW.date()
    award = session.scalars(select(Award).join(Award.proposal).where(Proposal.reference == "SVD-25-01")).first()
    assert award is not None
    stream = award.lines[-1].stream
    asked = ask_for_variation(
        session, giving=varying.Side(award, stream), receiving=None, amount=Decimal(500), reason="Fewer clinics",
        by=scene.finance, now=NOW, claimed=make.nothing_claimed,
    )  # fmt: skip
    approve_request(
        session, asked, by=scene.certifier, approved_on=today, reference=None, now=NOW, today=today,
        claimed=make.nothing_claimed,
    )  # fmt: skip
    match = session.scalars(select(Match).order_by(Match.id)).first()
    assert match is not None
    match.pledged += Decimal(250)
    held, given = allocations_of(scene.year)
    name = stream.name
    set_allocations(scene.year, {name: held[name] + 1000}, {"bcp": {name: given["bcp"][name] + 1000}})
    measure = session.scalars(select(Measure).where(Measure.code == "SVD-B")).one()
    record_observation(
        session, measure, Q2, value=Decimal(31), unavailable=None, by=scene.finance.mark, now=NOW, today=today
    )
    award.proposal.title = "Specialist Nurses"
    session.commit()


def test_a_new_version_says_what_was_done_since(two: tuple[Scene, Return, Return]) -> None:
    scene, _, second = two
    _change_much(scene)
    found = _compared(scene, second, scene.issued(Q2, reason="The allocation was raised"))
    assert not found.unexplained
    told = {line.cause.kind: line for line in found.surprises_logged}
    variation = told[CauseKind.VARIATION]
    assert variation.cause.words == (
        "Variation V25-01 of £500.00. Fewer clinics. Asked for by Fay Lund, approved by Cliff Ames"
    )
    assert variation.amount == Decimal(-500)
    assert told[CauseKind.ALLOCATION].amount == Decimal(1000)
    assert told[CauseKind.MATCH].amount == Decimal(250)
    assert told[CauseKind.MEASURE].cause.by == "Fay Lund"
    assert told[CauseKind.CHANGE].cause.words == "SVD-25-01: proposal changed: Set the scene"
    cells = {(one.cell.sheet, one.cell.part, one.cell.column): one for one in found.differences}
    (share,) = cells["Summary", Part.TOTAL, "Awarded"].shares
    assert (share.cause, share.amount) == (variation.cause, Decimal(-500))
    unallocated = cells["Summary", Part.TOTAL, "Unallocated"]
    assert sorted(share.amount or 0 for share in unallocated.shares) == [Decimal(500), Decimal(1000)]
    row = cells["Variations", Part.LINE, "Whole row"]
    assert [share.cause for share in row.shares] == [variation.cause]
    assert not list(between_issued(scene.session))


def _decide(scene: Scene, reference: str, ruling: Ruling) -> None:
    proposal = scene.session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
    record_decision(
        scene.session, proposal, scene.csp("dorset"), ruling, recorded_by=scene.finance, deciders=(), at=NOW,
        claimed=claimed_of,
    )  # fmt: skip
    scene.session.commit()


def test_other_decisions_and_money_from_the_funder_are_causes(two: tuple[Scene, Return, Return]) -> None:
    scene, first, second = two
    held, given = allocations_of(scene.year)
    more = Decimal(2000)
    set_allocations(
        scene.year, {"non-labour": held["non-labour"] + more}, {"dorset": {"non-labour": given["dorset"]["non-labour"]}}
    )
    day = NOW.date()
    less = Ruling(Outcome.PART_FUNDED, "Dorset CSP", {"non-labour": Decimal(20000)}, reason="Fewer clinics", met_on=day)
    _decide(scene, "SVD-25-01", less)
    new = Ruling(Outcome.PART_FUNDED, "Dorset CSP", {"non-labour": Decimal(3000)}, reason="A pilot", met_on=day)
    _decide(scene, "SVD-25-05", new)
    for one, amount in ((first, "100.00"), (second, "50.00")):
        withholding(scene.session, one, amount)
    scene.session.commit()
    quarter = scene.year.year.quarters[2]
    for before, after in ((first, quarter), (second, quarter.next)):
        found = compared(
            scene.session, side_of(before), Side(Place(scene.year, after, ReturnKind.OPCC, None), None)
        )  # fmt: skip
        told = {line.cause.words for line in found.surprises_logged}
        assert not found.unexplained, [one.cell for one in found.unexplained]
        assert any(words.startswith("SVD-25-01 (Dorset") and "decided: part-funded" in words for words in told)
        assert any(words.startswith("SVD-25-05 (Dorset") for words in told)
        assert any("allocation changed" in words for words in told)


def test_what_is_recorded_after_a_return_is_no_cause_of_it(two: tuple[Scene, Return, Return]) -> None:
    scene, first, second = two
    less, day = {"non-labour": Decimal(20000)}, NOW.date()
    _decide(scene, "SVD-25-01", Ruling(Outcome.PART_FUNDED, "Dorset CSP", less, reason="Fewer clinics", met_on=day))
    _change_much(scene)
    match = scene.session.scalars(select(Match)).first()
    assert match is not None
    for quarter in (Q1.previous, Q2):  # what came before the year counts in every quarter of it
        told = next((one for one in match.receipts if one.quarter == quarter), None)
        if told is None:
            match.receipts.append(MatchReceipt(quarter=quarter, amount=Decimal("40.00")))
        else:
            told.amount += Decimal("40.00")
    plan = match.award.lines[0].profile[0]
    match.award.lines[0].profile.append(ProfileShare(quarter=Q1.next.next.next.next, amount=Decimal("9.00")))
    plan.amount -= Decimal("9.00")  # into the year after, of which this year's returns tell nothing
    scene.session.commit()
    assert not _compared(scene, first, second).unexplained
    assert not {line.cause.kind for line in _compared(scene, first, second).log} & {
        CauseKind.DECISION,
        CauseKind.VARIATION,
    }
    again = scene.issued(Q1, reason="The allocation was raised")  # Q1 told anew knows more than Q2 does
    for one in (first, second):
        found = _compared(scene, again, one)
        assert not found.unexplained, [each.cell for each in found.unexplained]
        assert {CauseKind.DECISION, CauseKind.VARIATION, CauseKind.MATCH} <= {line.cause.kind for line in found.log}
    assert not list(between_issued(scene.session))


def test_a_claim_that_forecasts_less_is_the_cause(scene: Scene) -> None:
    of_year = select(Claim).join(Award).join(Proposal).where(Proposal.funding_year_id == scene.year.id)
    claims = scene.session.scalars(of_year.where(Claim.quarter.in_((Q1, Q2))).order_by(Claim.award_id, Claim.quarter))
    none, none_after, some, some_after = list(claims)[:4]
    assert (none.award, some.award) == (none_after.award, some_after.award)
    later = scene.year.year.quarters[1:]
    for claim, quarters in ((none, later), (some, later), (some_after, later[1:2])):
        stream = claim.award.lines[0].stream
        claim.forecasts = [Forecast(stream=stream, quarter=one, amount=Decimal("7.00")) for one in quarters]
    scene.session.commit()
    reference = none.award.proposal.reference
    first, second = scene.issued(Q1), scene.issued(Q2)
    found = _compared(scene, first, second)
    assert not found.unexplained, [each.cell for each in found.unexplained]
    assert not list(between_issued(scene.session))
    told = [line.cause.words for line in found.log if line.cause.kind is CauseKind.FORECAST]
    assert any(reference in words and "nothing later is forecast, so the profile stands" in words for words in told)


def test_a_decision_that_moved_nothing_is_not_the_cause_of_a_plan(two: tuple[Scene, Return, Return]) -> None:
    scene, _, second = two
    line = scene.session.scalars(
        select(AwardLine).join(Award).join(Proposal).where(Proposal.reference == "SVD-25-01")
    ).one()
    Author("olive", NOW, "Decided")(scene.session)
    same = Ruling(
        Outcome.PART_FUNDED, "Dorset CSP", {"non-labour": line.amount}, reason="With a condition", met_on=NOW.date()
    )
    _decide(scene, "SVD-25-01", same)
    Author("dan", NOW, "Planned")(scene.session)
    line.profile[2].amount -= Decimal("5.00")
    line.profile[3].amount += Decimal("5.00")
    scene.session.commit()
    found = _compared(scene, second, scene.issued(Q2, reason="Another plan"))
    cell = next(one for one in found.differences if one.cell.column == "Q3" and one.cell.row[0] == "SVD-25-01")
    assert [share.cause.kind for share in cell.shares] == [CauseKind.CHANGE]


def test_what_nothing_on_record_accounts_for_is_said_aloud(
    two: tuple[Scene, Return, Return], signed_in: SignedIn
) -> None:
    scene, first, second = two
    by_hand(scene.session, "UPDATE claim_line SET amount = amount + 1 WHERE id = (SELECT min(id) FROM claim_line)")
    now = Side(place_of(second), None)
    found = compared(scene.session, side_of(first), now)
    assert found.unexplained
    assert all(Decimal("0.01") in [abs(share.amount or 0) for share in one.shares] for one in found.unexplained[:1])
    words = text_of(signed_in(person=scene.finance).get(f"/returns/{first.id}/changes?against=now&show=unexplained"))
    assert "differences are not explained" in words
    assert "Not explained: nothing that was recorded between the two returns comes to this" in words
    of_second = "SELECT max(claim_line.id) FROM claim_line JOIN claim ON claim.id = claim_id WHERE quarter = 20252"
    by_hand(scene.session, f"UPDATE claim_line SET amount = amount + 1 WHERE id = ({of_second})")
    faults = list(between_issued(scene.session))
    assert any(
        "actual of Q2: −£0.01 of the difference from OPCC return, Q1 2025/26, version 1" in one for one in faults
    )


def test_a_partnership_s_return_and_the_combined_one_share_lines(scene: Scene) -> None:
    own, whole = scene.issued(Q1, ReturnKind.CSP, scene.csp("bcp")), scene.issued(Q1)
    found = _compared(scene, own, whole)
    assert not found.covers_the_same
    assert {one.cell.part for one in found.differences} <= {Part.LINE}
    assert not [one for one in found.differences if one.cell.is_figure]
    assert not found.unexplained


def test_the_page_narrows_and_links(two: tuple[Scene, Return, Return], signed_in: SignedIn) -> None:
    scene, first, second = two
    finance = signed_in(person=scene.finance)
    page = finance.get(f"/returns/{second.id}/changes")
    assert (page.status_code, title_of(page)[:13]) == (200, "What changed:")
    words = text_of(page)
    assert "Before: OPCC return, Q1 2025/26, version 1. After: OPCC return, Q2 2025/26, version 1." in words
    assert "−£73.11" in words
    assert "each difference has a cause on record" in words
    assert f'href="/returns/{second.id}/why/summary/' in page.get_data(as_text=True)
    unexpected = text_of(finance.get(f"/returns/{second.id}/changes?show=unexpected&sheet=Interventions&page=99"))
    assert "SVD-25-21, correction 1 of Q1 2025/26" in unexpected
    assert "Nothing to show" in text_of(finance.get(f"/returns/{second.id}/changes?show=unexplained"))
    assert "as it stands now" in text_of(finance.get(f"/returns/{first.id}/changes?against=now&show=all"))
    place = f"/returns/{scene.year.id}/2025-26/q3/opcc/changes"
    assert "After: OPCC return, Q3 2025/26, as it stands now" in text_of(finance.get(place))
    for odd in (str(second.id), "x", "999999", "9" * 30, "²"):
        assert finance.get(f"/returns/{second.id}/changes?against={odd}").status_code == 404
    assert finance.get(f"/returns/{second.id}/changes?sheet=%00&show=x&page=-1").status_code in (200, 400)


def test_before_anything_is_issued_there_is_nothing_to_compare_with(scene: Scene, signed_in: SignedIn) -> None:
    finance, place = signed_in(person=scene.finance), f"/returns/{scene.year.id}/2025-26/q1/opcc/changes"
    assert "Nothing to compare with yet" in text_of(finance.get(place))
    assert finance.get(f"{place}/file").status_code == 404


def test_the_workbook_has_both_values_and_the_log(two: tuple[Scene, Return, Return], signed_in: SignedIn) -> None:
    scene, _, second = two
    answer = signed_in(person=scene.finance).get(f"/returns/{second.id}/changes/file")
    assert "Changes_opcc_2025-26_Q1_v1_to_opcc_2025-26_Q2_v1.xlsx" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[:3] == ["About", "Change log", "Changed cells"]
    log = list(book["Change log"].iter_rows(values_only=True))
    assert log[3][0] == "Correction"
    assert log[3][2] == float(CORRECTION)
    assert {line[3] for line in log if line[0] == "The quarter passed"} == {"Nobody: time passed"}
    cells = [dict(zip(("mark", "sheet", "row", "column"), row, strict=False)) for row in
             book["Changed cells"].iter_rows(min_row=4, values_only=True)]  # fmt: skip
    assert {"mark": "▼", "sheet": "Summary", "row": "Total", "column": "Q2 forecast, now Q2 actual"} in cells
    paper = book["Summary"]
    head = [cell.value for cell in paper[3]]
    total = {row[1].value: row for row in paper.iter_rows(min_row=4) if row[0].value == "Total"}
    quarter = head.index("Q2 forecast, now Q2 actual")
    assert [total[which][quarter].value for which in ("Before", "After", "Difference")] == [
        74316.98, 72857.14, -1459.84,
    ]  # fmt: skip
    assert "▼ Q2 forecast, now Q2 actual" in str(total["Difference"][2].value)
    assert total["After"][quarter].font.bold
    assert not total["Before"][quarter].font.bold
