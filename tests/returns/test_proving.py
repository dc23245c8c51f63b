"""What `check` proves: nothing is wrong with the story, and whatever is changed by hand is named with its place."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Variation, VariationShare
from portfolio.money import format_pounds
from portfolio.returns.models import Return
from portfolio.returns.proofs.spend import approved
from portfolio.returns.proving import checks
from portfolio.returns.rules import ReturnKind
from portfolio.spend.models import Claim, ClaimLine, Correction
from tests import make
from tests.conftest import NOW
from tests.kept import kept
from tests.make import Q1, Q2, Q4
from tests.returns.conftest import Scene
from tests.rounds import variation_request
from tests.tampering import by_hand

LINE = """UPDATE claim_line SET amount = amount + 1 WHERE id = (
    SELECT min(claim_line.id) FROM claim_line JOIN claim ON claim.id = claim_line.claim_id WHERE claim.quarter = 20251
)"""

TODAY = "every issued return says what its claims and corrections say"
TRACED = "every figure of an issued return comes from the rows it was issued from"


def faults(session: Session) -> dict[str, list[str]]:
    """What is wrong, by check."""
    found = {name: list(wrong) for name, wrong in checks(session)}
    assert len(found) == 23
    return {name: wrong for name, wrong in found.items() if wrong}


@pytest.fixture
def returned(scene: Scene) -> Scene:
    """Q1 issued to the OPCC and the Home Office, Q2 prepared."""

    def tell() -> None:
        scene.issued(Q1)
        scene.issued(Q1, ReturnKind.HOME_OFFICE)
        scene.prepare(Q2)

    kept(scene.session, "Dorset's Q1 returned", tell)
    return scene


def first_line(session: Session) -> ClaimLine:
    """The claim line that LINE changes."""
    of_q1 = select(ClaimLine).join(ClaimLine.claim).where(Claim.quarter == Q1).order_by(ClaimLine.id).limit(1)
    return session.scalars(of_q1).one()


def only(session: Session, *names: str) -> list[str]:
    """The sentences of the checks that fail, which are these and no others."""
    wrong = faults(session)
    assert list(wrong) == list(names)
    return [sentence for sentences in wrong.values() for sentence in sentences]


def test_nothing_is_wrong_with_the_story(returned: Scene) -> None:
    assert faults(returned.session) == {}


def test_nothing_is_wrong_with_an_empty_database(session: Session) -> None:
    assert faults(session) == {}


def test_a_partnership_s_return_is_held_against_its_own_claims(scene: Scene) -> None:
    scene.issued(Q1, ReturnKind.CSP, scene.csp("bcp"))
    assert faults(scene.session) == {}
    by_hand(scene.session, LINE)
    assert faults(scene.session) == {}
    by_hand(scene.session, "UPDATE claim_line SET amount = amount + 1 WHERE amount = 1388902")
    assert only(scene.session, TODAY, TRACED)[0].startswith(
        "BCP Community Safety Partnership's return of Q1 2025/26, version 1, Interventions!"
    )


def test_a_penny_under_an_issued_return_names_return_cell_award_stream_and_quarter(returned: Scene) -> None:
    by_hand(returned.session, LINE)
    sentences = only(returned.session, TODAY, TRACED)
    assert sentences[0] == (
        "OPCC return of Q1 2025/26, version 1, Interventions!J5: SVD-25-01 (Dorset Community Safety Partnership), "
        "non-labour, Q1 2025/26 was issued as £6,736.25, the claims and corrections come to £6,736.26"
    )
    assert sentences[1].startswith("Home Office return of Q1 2025/26, version 1, Interventions!")
    line = first_line(returned.session)
    assert sentences[2] == (
        "OPCC return of Q1 2025/26, version 1, Interventions!S5: SVD-25-01, Dorset Community Safety Partnership, "
        "non-labour, Q1 actual was issued as £6,736.25, its rows come to £6,736.26: "
        f"claim line {line.id} says {format_pounds(line.amount)}, and was recorded as "
        f"{format_pounds(line.amount - Decimal('0.01'))}"
    )


def test_a_claim_line_that_is_gone_from_under_an_issued_return_is_named(returned: Scene) -> None:
    line = first_line(returned.session)
    number, amount = line.id, line.amount
    by_hand(returned.session, f"DELETE FROM claim_line WHERE id = {number}")
    gone = f": claim line {number} is gone, which was recorded as {format_pounds(amount)}"
    assert faults(returned.session)[TRACED][0].endswith(gone)


def test_spend_that_an_issued_return_does_not_have(returned: Scene) -> None:
    by_hand(
        returned.session,
        """INSERT INTO claim_line (claim_id, stream_id, category_id, amount)
        SELECT claim.id, (SELECT id FROM stream WHERE name = 'labour'), (SELECT min(id) FROM cost_category), 5
        FROM claim JOIN award ON award.id = claim.award_id JOIN proposal ON proposal.id = award.proposal_id
        WHERE claim.quarter = 20251 AND proposal.reference = 'SVD-25-01'""",
    )
    wrong = faults(returned.session)
    assert wrong["claims are within awards"] == [
        "SVD-25-01 (Dorset Community Safety Partnership), labour: £0.05 is claimed, the award is £0.00"
    ]
    assert wrong["every issued return says what its claims and corrections say"][0] == (
        "OPCC return of Q1 2025/26, version 1 does not have SVD-25-01 (Dorset Community Safety Partnership), labour, "
        "which now comes to £0.05 in Q1 2025/26"
    )


@pytest.mark.parametrize(
    ("statement", "name", "sentence"),
    [
        (
            "UPDATE stream_allocation SET amount = amount - 1 WHERE id = (SELECT min(id) FROM stream_allocation)",
            "partnerships' shares are within their streams",
            "Serious Violence Duty 2024/25, labour: the partnerships' shares come to £113,130.12, the stream has "
            "£113,130.11",
        ),
        (
            "UPDATE award_line SET amount = amount - 1 WHERE amount = 2841375",
            "every award is what was decided",
            "SVD-25-01 (Dorset Community Safety Partnership), non-labour: the decision awards £28,413.75, "
            "the award has £28,413.74",
        ),
        (
            "UPDATE profile_share SET amount = amount + 1 WHERE amount = 710343",
            "every profile comes to its award",
            "SVD-25-01 (Dorset Community Safety Partnership), non-labour: the profile comes to £28,413.76, "
            "the award is £28,413.75",
        ),
        (
            "UPDATE csp_allocation SET amount = amount - 1 WHERE amount = 8079021",
            "awards are within allocations",
            "Dorset Community Safety Partnership 2024/25, non-labour: awards come to £80,790.21, "
            "£80,790.20 may be awarded",
        ),
        (
            "UPDATE correction SET amount = -1503513",
            "corrections leave no quarter below zero",
            "SVD-25-21 (BCP Community Safety Partnership), non-labour: Q1 2025/26 was £15,035.12, "
            "corrections take £15,035.13 off it",
        ),
        (
            "UPDATE claim SET status = 'approved' WHERE quarter = 20251",
            "every quarter of an issued return is locked",
            "SVD-25-01 (Dorset Community Safety Partnership): the approved claim of Q1 2025/26 is not in the issued "
            "return",
        ),
        (
            "UPDATE claim SET status = 'returned' WHERE quarter = 20252",
            "every quarter of an issued return is locked",
            "SVD-25-01 (Dorset Community Safety Partnership): the returned claim of Q2 2025/26 is locked, but its "
            "quarter is not",
        ),
        (
            'UPDATE "return" SET certified_by = prepared_by',
            "every issued return was certified, and followed the one before",
            "OPCC return of Q1 2025/26, version 1 was certified by Fay Lund, who prepared it",
        ),
        (
            'UPDATE "return" SET certified_on = NULL',
            "every issued return was certified, and followed the one before",
            "OPCC return of Q1 2025/26, version 1 was issued without a certificate",
        ),
        (
            "UPDATE \"return\" SET quarter = 20252, version = 2 WHERE kind = 'OPCC' AND quarter = 20251",
            "every issued return was certified, and followed the one before",
            "OPCC return of Q2 2025/26, version 2 was issued, but Q1 2025/26 is not issued yet. Issue the earlier "
            "quarter first",
        ),
        (
            "UPDATE \"return\" SET snapshot = replace(snapshot, '2841375', '2841376')",
            "every issued return is as it was issued, byte for byte",
            "OPCC return of Q1 2025/26, version 1: the snapshot is not the one that was issued: its SHA-256 differs",
        ),
        (
            "UPDATE \"return\" SET file = NULL WHERE kind = 'OPCC'",
            "every issued return is as it was issued, byte for byte",
            "OPCC return of Q1 2025/26, version 1 has lost its file",
        ),
        (
            "UPDATE \"return\" SET snapshot = '{' WHERE kind = 'OPCC'",
            "every issued file says what its snapshot says",
            "OPCC return of Q1 2025/26, version 1: the snapshot cannot be read",
        ),
        (
            "UPDATE return_amount SET amount = amount + 1 WHERE amount = 2766878",
            "every issued return says what its claims and corrections say",
            "OPCC return of Q1 2025/26, version 1, labour: £27,668.78 was claimed, £27,668.79 is kept for payments to "
            "be held against",
        ),
    ],
)
def test_what_is_changed_by_hand_is_named(returned: Scene, statement: str, name: str, sentence: str) -> None:
    by_hand(returned.session, statement)
    assert faults(returned.session)[name][0] == sentence


def test_a_correction_that_is_not_what_was_approved_is_named(scene: Scene) -> None:
    loaded = scene.session.scalars(select(Correction)).one()
    approver, asker = make.person(scene.session), make.person(scene.session)
    make.correction_request(
        scene.session, loaded.award, loaded.amount, stream="non-labour", category=loaded.category.name, by=asker,
        reason=loaded.reason, decided_by_id=approver.id, decided_at=NOW, correction=loaded,
    )  # fmt: skip
    scene.session.commit()
    assert list(approved(scene.session)) == []
    by_hand(scene.session, "UPDATE correction SET amount = -7312, entered_in = 20253, reason = 'None'")
    where = "SVD-25-21 (BCP Community Safety Partnership), correction 1, of Q1 2025/26: "
    assert faults(scene.session)["corrections count as they were approved"] == [
        f"{where}the quarter it counts in was approved as Q2 2025/26, what counts is Q3 2025/26",
        f"{where}the amount was approved as −£73.11, what counts is −£73.12",
        f"{where}the reason was approved as Q1 mileage claimed at the wrong rate., what counts is None",
    ]


def test_a_byte_of_a_file_is_named(returned: Scene) -> None:
    row = returned.session.scalars(select(Return).where(Return.kind == ReturnKind.OPCC, Return.quarter == Q1)).one()
    changed = bytearray(row.file or b"")
    changed[len(changed) // 2] ^= 1
    by_hand(returned.session, f'UPDATE "return" SET file = :file WHERE id = {row.id}', file=bytes(changed))
    wrong = faults(returned.session)
    assert wrong["every issued return is as it was issued, byte for byte"] == [
        "OPCC return of Q1 2025/26, version 1: the file OPCC_2025-26_Q1.xlsx is not the one that was issued: "
        "its SHA-256 differs"
    ]


def test_a_file_that_is_none_is_named(returned: Scene) -> None:
    by_hand(returned.session, "UPDATE \"return\" SET file = :file WHERE kind = 'OPCC' AND quarter = 20251", file=b"no")
    wrong = faults(returned.session)
    assert wrong["every issued file says what its snapshot says"] == [
        "OPCC return of Q1 2025/26, version 1, file OPCC_2025-26_Q1.xlsx: The file cannot be read as a workbook: "
        "BadZipFile: File is not a zip file"
    ]


def test_claims_beyond_an_allocation(session: Session) -> None:
    year = make.funding_year(session, allocations={"labour": {"dorset": Decimal("100.01")}})
    award = make.award(session, make.proposal(session, asks={"labour": Decimal("100.01")}, funding_year=year))
    make.claim(session, award, lines={("labour", "training"): Decimal("100.01")})
    session.commit()
    by_hand(session, "UPDATE csp_allocation SET amount = amount - 1")
    assert only(session, "awards are within allocations", "claims are within allocations") == [
        "Dorset Community Safety Partnership 2025/26, labour: awards come to £100.01, £100.00 may be awarded",
        "Dorset Community Safety Partnership 2025/26, labour: £100.01 is claimed, the allocation is £100.00",
    ]


def test_a_variation_whose_quarters_do_not_come_to_it(session: Session) -> None:
    line = make.award(session, make.proposal(session, asks={"labour": Decimal("100.00")})).lines[0]
    other = make.award(session, make.proposal(session, "SVD-25-02", asks={"labour": Decimal("100.00")})).lines[0]
    session.add(
        Variation(
            reference="V25-01",
            from_line=line,
            to_line=other,
            amount=Decimal("50.00"),
            approved_on=make.YEAR.first_day,
            approved_by="The board",
            reason="Needed there.",
            shares=[
                VariationShare(award_line_id=line.id, quarter=Q4, amount=Decimal("-20.00")),
                VariationShare(award_line_id=other.id, quarter=Q4, amount=Decimal("50.00")),
            ],
        )
    )
    session.commit()
    assert only(session, "every variation takes what it gives") == [
        "variation V25-01: its quarters take £20.00, it takes £50.00"
    ]


def test_spend_that_is_summed_another_way_is_named(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from portfolio.spend import figures

    whole = figures.by_csp

    def without_the_first(*args: object) -> object:
        found = whole(*args)  # type: ignore[arg-type]  # the arguments of the function it stands for
        found.pop(min(found))
        return found

    monkeypatch.setattr(figures, "by_csp", without_the_first)
    [first, *_] = only(
        scene.session, "partnerships, projects and cost categories come to the same, every quarter and to date"
    )
    assert first == (
        "Dorset Community Safety Partnership 2024/25, labour, Q1 2024/25: £0.00 by partnerships, "
        "£12,150.22 in the claims and corrections"
    )


def test_a_variation_that_moves_another_amount_or_elsewhere_than_was_asked(session: Session) -> None:
    award = make.award(session)
    labour, non_labour = award.lines
    moves = [
        Variation(
            reference=f"V25-0{number}",
            from_line=line,
            amount=Decimal("50.00"),
            approved_on=make.YEAR.first_day,
            approved_by="The board",
            reason="Fewer sessions",
            shares=[VariationShare(award_line_id=line.id, quarter=Q4, amount=Decimal("-50.00"))],
        )
        for number, line in enumerate((labour, non_labour, labour), 1)
    ]
    session.add_all(moves)
    session.flush()
    approved = {"decided_by": make.person(session), "decided_at": NOW}
    before = {"given_before": Decimal("8000.00"), "received_before": Decimal("0.00")}
    for move, amount in zip(moves, ("51.00", "50.00", "50.00"), strict=True):
        variation_request(session, award, amount, make.person(session), variation=move, **approved, **before)
    session.commit()
    assert only(session, "every variation that was asked for moved what was asked") == [
        "variation V25-01: £51.00 was asked for, it moves £50.00",
        "variation V25-02: its awards are not those asked for",
    ]
