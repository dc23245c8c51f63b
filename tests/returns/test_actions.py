"""The life of a return: who may do what when, what is refused, and that nothing of an issued one ever changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.decisions.models import Award
from portfolio.errors import Refused
from portfolio.funding_years.models import Stream
from portfolio.funding_years.rules import BadStep
from portfolio.history import Author
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns import actions, drafting, paying
from portfolio.returns.certificates import COMBINED, COMMON
from portfolio.returns.models import Return
from portfolio.returns.rules import FiguresChanged, ReturnKind, ReturnStatus
from portfolio.returns.snapshot import freeze, sha256, thaw
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.correcting import approve_correction, ask_for_correction
from portfolio.spend.models import Claim, LockedQuarter
from portfolio.spend.rules import ClaimStatus
from reports import returns
from reports.proving import NotReconciled
from reports.totals import summary_totals
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2
from tests.returns.conftest import Scene

LATER = datetime(2025, 11, 3, 9, tzinfo=UTC)


def refused(error: pytest.ExceptionInfo[Refused]) -> list[tuple[str | None, str]]:
    """The codes and sentences of a refusal."""
    return [(each.code, each.sentence) for each in error.value.errors]


def state(row: Return) -> str:
    """Where a return stands."""
    return row.status.value


def claim_of(scene: Scene, reference: str, quarter: Quarter) -> Claim:
    """A claim of the story."""
    return scene.session.scalars(
        select(Claim)
        .join(Claim.award)
        .join(Award.proposal)
        .where(Proposal.reference == reference, Claim.quarter == quarter)
    ).one()


def test_the_first_quarter_from_preparing_to_issuing(scene: Scene) -> None:
    row = scene.prepare(Q1)
    assert (row.status, row.version, row.prepared_by, row.figures[:7]) == (
        ReturnStatus.PREPARED, 1, "Fay Lund", "sha256:",
    )  # fmt: skip
    scene.certify(row)
    assert (row.status, row.certified_by, row.certified_role) == (
        ReturnStatus.CERTIFIED, "Cliff Ames", "Chief Finance Officer",
    )  # fmt: skip
    assert (row.certified_on, row.certificate) == (date(2025, 10, 20), f"{COMMON} {COMBINED}")
    scene.issue(row)
    assert (row.status, row.issued_by, row.issued_at) == (ReturnStatus.ISSUED, "Fay Lund", NOW)
    assert row.file_name == "OPCC_2025-26_Q1.xlsx"
    assert row.file is not None
    assert row.snapshot is not None
    assert (sha256(row.file), sha256(row.snapshot)) == (row.file_sha256, row.snapshot_sha256)
    content = thaw(row.snapshot)
    assert returns.reconcile(content, row.file) == []
    assert summary_totals(content).overall.this_claim == Decimal("63213.96")
    assert (content.cover.status, content.cover.prepared_by) == ("issued", "Fay Lund")
    assert (content.certification.name, content.certification.on) == ("Cliff Ames", date(2025, 10, 20))
    assert {amount.stream.name: amount.amount for amount in row.amounts} == {
        "labour": Decimal("27668.78"), "non-labour": Decimal("35545.18"),
    }  # fmt: skip


def test_issuing_locks_what_was_approved_and_nothing_else(scene: Scene) -> None:
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.SUBMITTED
    scene.session.commit()
    scene.issued(Q1)
    of_q1 = scene.session.scalars(select(Claim).where(Claim.quarter == Q1)).all()
    statuses = {claim.award.proposal.reference: claim.status.value for claim in of_q1}
    assert statuses.pop("SVD-25-01") == "submitted"
    assert set(statuses.values()) == {"returned"}
    of_q2 = scene.session.scalars(select(Claim.status).where(Claim.quarter == Q2)).all()
    assert set(of_q2) == {ClaimStatus.APPROVED}
    locks = scene.session.scalars(select(LockedQuarter)).all()
    assert {(lock.csp_id, lock.quarter) for lock in locks} == {(csp.id, Q1) for csp in scene.year.police_area.csps}
    assert {lock.because for lock in locks} == {"it stands in the OPCC return issued on 20 October 2025"}


def test_a_partnership_s_return_locks_its_own_claims_only(scene: Scene) -> None:
    row = scene.issued(Q1, ReturnKind.CSP, scene.csp("dorset"))
    assert row.file_name == "CSP-dorset_2025-26_Q1.xlsx"
    returned = scene.session.scalars(select(Claim).where(Claim.status == ClaimStatus.RETURNED))
    assert {claim.award.csp.key for claim in returned} == {"dorset"}
    scene.issued(Q1)
    assert len(scene.session.scalars(select(LockedQuarter)).all()) == 2


def test_a_correction_in_the_next_quarter_changes_no_byte_of_the_first(scene: Scene) -> None:
    first = scene.issued(Q1)
    issued = (first.file, first.snapshot, first.file_sha256)
    tool = claim_of(scene, "SVD-25-01", Q1).award
    said = Adjustment("non-labour", "travel and subsistence", Q1, Q2, Decimal("-10.00"), "Claimed at the wrong rate.")
    asker, approver = make.person(scene.session, name="Lena Marsh"), make.person(scene.session, name="Cora Finch")
    today = NOW.date()
    asked_for = ask_for_correction(scene.session, tool, said, by_id=asker.id, now=NOW, today=today)
    approve_correction(scene.session, asked_for, Q2, by_id=approver.id, now=NOW, today=today)
    scene.session.commit()
    second = scene.issued(Q2)
    scene.session.expire_all()
    assert (first.file, first.snapshot, first.file_sha256) == issued
    assert drafting.draft_file(scene.session, scene.year, Q1, ReturnKind.OPCC) == (first.file_name, first.file)
    content = thaw(second.snapshot or "")
    assert summary_totals(content).overall.to_date == Decimal("136061.10")
    nurse = next(row for row in content.interventions if row.reference == "SVD-25-01")
    assert nurse.corrections == Decimal("-10.00")
    assert [note.text for note in content.notes if note.about.startswith("Correction of Q1 2025/26: SVD-25-01")] == [
        "Travel and subsistence: claimed £224.17, corrected by −£10.00 in Q2, so it is now known to be £214.17. "
        "Claimed at the wrong rate. Approved by Cora Finch."
    ]


def test_changed_figures_are_neither_certified_nor_issued(scene: Scene) -> None:
    row = scene.prepare(Q1)
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.SUBMITTED
    scene.session.commit()
    with pytest.raises(FiguresChanged):
        scene.certify(row)
    scene.session.rollback()
    scene.certify(scene.prepare(Q1))
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.APPROVED
    scene.session.commit()
    with pytest.raises(FiguresChanged):
        scene.issue(row)
    scene.session.rollback()
    assert row.file is None
    assert scene.session.scalars(select(LockedQuarter)).all() == []


def test_other_returns_issued_meanwhile_change_no_figures(scene: Scene) -> None:
    rows = [scene.certify(scene.prepare(Q1, kind)) for kind in (ReturnKind.OPCC, ReturnKind.HOME_OFFICE)]
    own = scene.certify(scene.prepare(Q1, ReturnKind.CSP, scene.csp("bcp")))
    assert {scene.issue(row).status for row in (own, *rows)} == {ReturnStatus.ISSUED}
    assert rows[1].file_name == "HomeOffice_2025-26_Q1.xlsx"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"role": " "}, "role"),
        ({"on": date(2025, 10, 21)}, "on"),
        ({"on": date(2025, 10, 19)}, "on"),
        ({"name": " fay  LUND "}, "name"),
    ],
)
def test_e9_refuses_a_bad_signature(scene: Scene, values: dict[str, Any], field: str) -> None:
    row = scene.check(scene.prepare(Q1))
    good = {"name": "Cliff Ames", "role": "Chief Finance Officer", "on": date(2025, 10, 20)}
    with pytest.raises(Refused) as error:
        actions.certify_return(
            scene.session, row, by=scene.certifier, at=NOW, **{**good, **values}
        )  # fmt: skip
    assert [(each.code, each.field) for each in error.value.errors] == [("E9", field)]


def test_e9_refuses_who_prepared_it_under_any_name(scene: Scene) -> None:
    row = scene.check(scene.prepare(Q1))
    with pytest.raises(Refused, match="Who prepared a return cannot certify it"):
        actions.certify_return(
            scene.session, row, by=scene.finance, name="F. Lund", role="Accountant", on=date(2025, 10, 20), at=NOW
        )


def test_only_what_is_certified_is_issued_and_only_once(scene: Scene) -> None:
    row = scene.prepare(Q1)
    with pytest.raises(BadStep, match="This return is prepared; it cannot become issued"):
        scene.issue(row)
    scene.issue(scene.certify(row))
    with pytest.raises(BadStep, match="This return is issued; it cannot become issued"):
        scene.issue(row)


def test_e10_stops_a_file_that_does_not_read_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    row = scene.certify(scene.prepare(Q1))

    def not_proved(_content: object) -> bytes:
        raise NotReconciled(["Summary!D4 is £1.00, the return says £2.00"])

    monkeypatch.setattr(returns, "proved", not_proved)
    with pytest.raises(drafting.NotWritten, match=r"Summary!D4 is £1\.00"):
        scene.issue(row)
    scene.session.rollback()
    assert (row.status, row.file) == (ReturnStatus.CERTIFIED, None)


def test_queried_answered_forwarded_queried_answered(scene: Scene) -> None:
    row = scene.issued(Q1)
    issued = (row.file_sha256, row.snapshot_sha256)
    with pytest.raises(Refused, match="Enter the question"):
        actions.query_return(scene.session, row, " ", by=scene.opcc, at=NOW)
    actions.query_return(scene.session, row, "Why so little?", by=scene.opcc, at=NOW)
    assert state(row) == "queried"
    with pytest.raises(BadStep):
        actions.query_return(scene.session, row, "And why?", by=scene.opcc, at=NOW)
    with pytest.raises(BadStep):  # the question would have no answer any more
        actions.forward_return(scene.session, row, by=scene.opcc, at=NOW)
    with pytest.raises(BadStep):
        actions.issue_return(scene.session, row, by=scene.finance, at=NOW)
    with pytest.raises(Refused, match="Enter the answer"):
        actions.answer_return(scene.session, row, "", by=scene.finance, at=NOW)
    answered = actions.answer_return(scene.session, row, "A late start.", by=scene.finance, at=LATER)
    assert (answered.answer, answered.answered_by, answered.answered_at) == ("A late start.", scene.finance.mark, LATER)
    assert state(row) == "issued"
    actions.forward_return(scene.session, row, by=scene.opcc, at=LATER)
    assert (state(row), row.forwarded_by, row.forwarded_at) == ("forwarded", scene.opcc.mark, LATER)
    actions.query_return(scene.session, row, "The Home Office asks.", by=scene.opcc, at=LATER)
    actions.answer_return(scene.session, row, "We say.", by=scene.finance, at=LATER)
    scene.session.commit()
    assert state(row) == "forwarded"
    assert [query.question for query in row.queries] == ["Why so little?", "The Home Office asks."]
    assert (row.file_sha256, row.snapshot_sha256) == issued


def test_paid_in_parts_recovered_and_paid_again(scene: Scene) -> None:
    row = scene.issued(Q1)
    labour, non_labour = scene.year.programme.streams

    def receive(stream: Stream, amount: str, on: date = date(2025, 11, 3)) -> ReturnStatus:
        because = "Claimed twice." if amount.startswith("-") else None
        paying.record_payment(
            scene.session, row, stream, Decimal(amount), on, " BACS 1 ", by=scene.opcc, at=LATER, because=because
        )  # fmt: skip
        scene.session.commit()
        return row.status

    with pytest.raises(BadStep, match="cannot become paid"):
        receive(labour, "1.00")
    actions.forward_return(scene.session, row, by=scene.opcc, at=LATER)
    assert receive(labour, "27668.78") is ReturnStatus.FORWARDED
    assert receive(non_labour, "35545.17") is ReturnStatus.FORWARDED
    with pytest.raises(Refused, match="The very same payment is recorded already"):
        receive(non_labour, "35545.17")
    assert receive(non_labour, "0.01") is ReturnStatus.PAID
    assert receive(labour, "-68.78") is ReturnStatus.FORWARDED
    with pytest.raises(Refused, match=r"Only £27,600\.00 was received of this stream"):
        receive(labour, "-27600.01")
    with pytest.raises(Refused) as error:
        receive(labour, "0.00", date(2025, 11, 4))
    assert [each.field for each in error.value.errors] == ["amount", "received_on"]
    assert receive(labour, "68.78") is ReturnStatus.PAID
    for again in (
        lambda: actions.forward_return(scene.session, row, by=scene.opcc, at=LATER, to="Somebody else"),
        lambda: actions.answer_return(scene.session, row, "Another answer.", by=scene.finance, at=LATER),
    ):
        with pytest.raises(BadStep):
            again()
    assert (row.status, row.forwarded_to) == (ReturnStatus.PAID, "Home Office")
    assert [payment.reference for payment in row.payments] == ["BACS 1"] * 5
    assert sum(payment.amount for payment in row.payments) == Decimal("63213.96")


def test_payments_of_a_replaced_version_count_for_the_new_one(scene: Scene) -> None:
    first = scene.issued(Q1)
    labour, non_labour = scene.year.programme.streams
    actions.forward_return(scene.session, first, by=scene.opcc, at=LATER)
    for stream, amount in ((labour, "27668.78"), (non_labour, "35545.00")):
        paying.record_payment(
            scene.session, first, stream, Decimal(amount), LATER.date(), None, by=scene.opcc, at=LATER
        )
    scene.session.commit()
    second = scene.issued(Q1, at=LATER, reason="A measure came in late.")
    actions.forward_return(scene.session, second, by=scene.opcc, at=LATER)
    paying.record_payment(scene.session, second, non_labour, Decimal("0.18"), LATER.date(), "", by=scene.opcc, at=LATER)
    assert second.status is ReturnStatus.PAID
    third = scene.issued(Q1, at=LATER, reason="A name was misspelt.")
    assert third.status is ReturnStatus.ISSUED
    actions.forward_return(scene.session, third, by=scene.opcc, at=LATER)
    assert state(third) == "paid", "nothing more of it is to come"


def test_a_return_prepared_before_its_deadline_can_be_issued_after_it(scene: Scene) -> None:
    scene.issued(Q1)
    row = scene.certify(scene.prepare(Q2))
    later = NOW + timedelta(days=30)
    with scene.session.no_autoflush:
        make.person(scene.session)
    scene.session.info["author"] = Author("a test", later, "Added a person")
    scene.session.commit()
    issued = scene.issue(row, later)
    content = thaw(issued.snapshot or "")
    assert [note.text for note in content.notes if note.label == "W10"] == ["Overdue since 31 October 2025"]
    assert freeze(content) == issued.snapshot
