"""A lead's quarter: a claim is begun, saved as often as one likes, checked, and sent; questions are answered.

`build_claim` and `fill_claim` only make rows; what is allowed is asked of the rules by the deeds below them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.decisions.models import Award
from portfolio.errors import NotFound, PortfolioError, refuse_any
from portfolio.funding_years.models import CostCategory, Programme, Stream
from portfolio.quarters import Quarter
from portfolio.spend.checks import (
    ClaimMoved,
    Contents,
    Ground,
    NotAnswered,
    Part,
    PartMoved,
    blanks,
    faults,
    not_open,
    unusable,
)
from portfolio.spend.files import claimed_twice
from portfolio.spend.models import Claim, ClaimLine, ClaimQuery, Forecast
from portfolio.spend.parts import digest, only, put_in
from portfolio.spend.rules import ClaimStatus, Line, bad_quarter, next_status
from portfolio.spend.standing import ground_of, hold, hold_alike

NEW = 0
"""The edition of a claim that nobody has saved yet."""


@dataclass(frozen=True)
class Names:
    """A programme's streams and cost categories by name, as a claim's lines name them."""

    streams: Mapping[str, Stream]
    categories: Mapping[str, CostCategory]

    @classmethod
    def of(cls, programme: Programme) -> "Names":
        """Those of a programme."""
        return cls(
            {stream.name: stream for stream in programme.streams},
            {category.name: category for category in programme.categories},
        )


def build_claim(
    award: Award, quarter: Quarter, contents: Contents, names: Names, status: ClaimStatus = ClaimStatus.DRAFT
) -> Claim:
    """The rows of a claim of its first edition; asks no rule and no database."""
    claim = Claim(award=award, quarter=quarter, status=status, edition=NEW)
    fill_claim(claim, contents, names)
    return claim


def fill_claim(claim: Claim, contents: Contents, names: Names) -> None:
    """Write contents into a claim's rows, as its next edition; rows that stay the same are left alone."""
    claim.lines = _lines(claim, contents, names)
    claim.forecasts = _forecasts(claim, contents, names)
    claim.match_spent = contents.match_spent
    claim.narrative = contents.narrative or None
    claim.outputs = contents.outputs or None
    claim.risks = contents.risks or None
    claim.delivery_rag = contents.delivery_rag
    claim.spend_rag = contents.spend_rag
    claim.variance_explanation = contents.variance_explanation or None
    claim.edition += 1


def _lines(claim: Claim, contents: Contents, names: Names) -> list[ClaimLine]:
    present: dict[tuple[str, str], list[ClaimLine]] = {}
    for row in claim.lines:
        present.setdefault((row.stream.name, row.category.name), []).append(row)
    rows = []
    for line in contents.lines:
        same = present.get((line.stream, line.category))
        row = same.pop(0) if same else ClaimLine()
        if row.id is None:
            row.stream, row.category = names.streams[line.stream], names.categories[line.category]
        row.amount = line.amount
        if row.accrued is not None:  # what is accrued is part of the amount, so it goes down with it
            row.accrued = min(row.accrued, line.amount) if line.amount > 0 else None
        row.description = line.description or None
        row.transaction = line.transaction or None
        rows.append(row)
    return rows


def _forecasts(claim: Claim, contents: Contents, names: Names) -> list[Forecast]:
    present = {(row.stream.name, row.quarter): row for row in claim.forecasts}
    rows = []
    for (stream, quarter), amount in contents.forecasts.items():
        row = present.get((stream, quarter)) or Forecast(stream=names.streams[stream], quarter=quarter)
        row.amount = amount
        rows.append(row)
    return rows


def contents_of(claim: Claim) -> Contents:
    """What stands in a claim's rows."""
    return Contents(
        lines=tuple(
            Line(row.stream.name, row.category.name, row.amount, row.description, row.transaction)
            for row in claim.lines
        ),
        forecasts={(row.stream.name, row.quarter): row.amount for row in claim.forecasts},
        match_spent=claim.match_spent,
        narrative=claim.narrative or "",
        outputs=claim.outputs or "",
        risks=claim.risks or "",
        delivery_rag=claim.delivery_rag,
        spend_rag=claim.spend_rag,
        variance_explanation=claim.variance_explanation or "",
    )


def first_contents(session: Session, award: Award, ground: Ground) -> Contents:
    """What a claim begins with: the last claim's forecast of the later quarters, or else their profile."""
    last = session.scalar(
        with_rows(Claim.award_id == award.id, Claim.quarter < ground.quarter).order_by(Claim.quarter.desc()).limit(1)
    )
    return begun_after(last, ground)


def begun_after(last: Claim | None, ground: Ground) -> Contents:
    """What a claim begins with after the last one of its award, if there was one."""
    given = {} if last is None else contents_of(last).forecasts
    return Contents(
        forecasts={
            (stream, quarter): given.get((stream, quarter), profile)
            for (stream, quarter), profile in ground.planned.items()
            if quarter in ground.to_forecast
        }
    )


def find_claim(session: Session, award: Award, quarter: Quarter) -> Claim | None:
    """An award's claim of a quarter with its rows, as it stands now, or None where nobody has saved one."""
    claims = with_rows(Claim.award_id == award.id, Claim.quarter == quarter)
    return session.scalar(claims.execution_options(populate_existing=True))


def get_claim(session: Session, award: Award, quarter: Quarter) -> Claim:
    """An award's claim of a quarter with its rows; raises NotFound."""
    claim = find_claim(session, award, quarter)
    if claim is None:
        raise NotFound(f"There is no claim of {quarter.short} yet")
    return claim


def save_parts(
    session: Session, award: Award, quarter: Quarter, typed: Contents, seen: Mapping[Part, str], *, today: date
) -> Claim:
    """Save parts of a lead's draft, blanks and all, over whatever others saved of its other parts meanwhile.

    Of `typed` only the parts are read that `seen` names, each with its digest (`parts.digest`) as it was opened; of a
    claim that nobody has saved yet, that of blank contents. Refused, all reasons at once: a quarter that is locked, not
    begun (E4) or outside the award's dates (E3), a claim that was sent, streams and categories that are not there
    (E13), and a part that somebody else has saved otherwise since (PartMoved). What stands there already is saved
    without a trace.
    """
    hold(session, [award])
    claim = find_claim(session, award, quarter)
    ground = ground_of(session, award, quarter)
    saved = Contents() if claim is None else contents_of(claim)
    changed = [part for part in seen if digest(typed, part) != digest(saved, part)]
    errors = not_open(None if claim is None else claim.status, ground)
    if not errors and any(seen[part] != digest(saved, part) for part in changed):
        errors.append(PartMoved())
    errors += bad_quarter(quarter, award.starts_on, award.ends_on, today)
    contents = saved
    for part in changed:
        contents = put_in(contents, part, typed)
        errors += unusable(only(typed, part), ground)
    refuse_any(errors)
    names = Names.of(award.proposal.funding_year.programme)
    if claim is None:
        claim = build_claim(award, quarter, contents, names)
        session.add(claim)
    elif changed:
        fill_claim(claim, contents, names)
    session.flush()
    return claim


def open_questions(claim: Claim) -> list[ClaimQuery]:
    """The questions that the lead has not sent an answer to."""
    return [question for question in claim.queries if question.answered_at is None]


def save_answers(
    session: Session, award: Award, quarter: Quarter, answers: Mapping[int, tuple[str, str]], *, today: date
) -> Claim:
    """Save a lead's answers to finance's questions, which go with the claim when it is sent back.

    Each is what was seen when the page was opened, and what was typed. Refused where the claim cannot be written, or
    where somebody else has answered the same question otherwise since (PartMoved).
    """
    hold(session, [award])
    claim = get_claim(session, award, quarter)
    errors = not_open(claim.status, ground_of(session, award, quarter))
    errors += bad_quarter(quarter, award.starts_on, award.ends_on, today)
    for question in open_questions(claim):
        seen, typed = answers.get(question.id, ("", question.answer or ""))
        if (question.answer or "") not in (seen, typed.strip()):
            errors.append(PartMoved(f"answers.{question.id}"))
        question.answer = typed.strip() or None
    refuse_any(errors)
    claim.edition += any(session.is_modified(question) for question in claim.queries)
    session.flush()
    return claim


def faults_of(session: Session, award: Award, claim: Claim, today: date) -> list[PortfolioError]:
    """Everything that stands in the way of sending a saved claim, at once."""
    ground = ground_of(session, award, claim.quarter, contents_of(claim).lines)
    return faults_on(session, claim, ground, today)


def faults_on(session: Session, claim: Claim | None, ground: Ground, today: date) -> list[PortfolioError]:
    """The same of a claim on its ground, which knows its transactions; or of one that nobody has saved yet."""
    if claim is None:
        return [*not_open(None, ground), *blanks(Contents(), ground), *faults(Contents(), ground, today)]
    contents = contents_of(claim)
    unanswered: list[PortfolioError] = [
        NotAnswered(f"answers.{question.id}") for question in open_questions(claim) if not question.answer
    ]
    return [
        *not_open(claim.status, ground),
        *blanks(contents, ground),
        *faults(contents, ground, today),
        *unanswered,
        *claimed_twice(session, claim),
    ]


def submit_claim(
    session: Session, award: Award, quarter: Quarter, edition: int, *, by_id: int, now: datetime, today: date
) -> Claim:
    """Send a saved claim to finance, with the answers to its questions; every fault is refused at once.

    `edition` is the one that was checked: what is sent is what was read.
    """
    hold(session, [award])
    claim = get_claim(session, award, quarter)
    hold_alike(session, claim)
    wanted = ClaimStatus.RESUBMITTED if claim.status is ClaimStatus.QUERIED else ClaimStatus.SUBMITTED
    stale = ClaimMoved() if claim.edition != edition and claim.status.can_be_edited else None
    refuse_any([stale, *faults_of(session, award, claim, today)])
    claim.status = next_status(claim.status, wanted)
    claim.submitted_by_id, claim.submitted_at = by_id, now
    for question in open_questions(claim):
        question.answered_at, question.answered_by_id = now, by_id
    claim.edition += 1
    session.flush()
    session.expire(claim, ["submitted_by"])  # who sent it before is not told in their place
    return claim


def with_rows(*conditions: ColumnElement[bool]) -> Select[Claim]:
    """Claims with their lines, forecasts, questions and names: a constant number of statements for any number."""
    return (
        select(Claim)
        .options(
            selectinload(Claim.lines).options(joinedload(ClaimLine.stream), joinedload(ClaimLine.category)),
            selectinload(Claim.forecasts).joinedload(Forecast.stream),
            selectinload(Claim.queries).options(
                joinedload(ClaimQuery.asked_by),
                joinedload(ClaimQuery.answered_by),
                joinedload(ClaimQuery.stream),
                joinedload(ClaimQuery.category),
            ),
            joinedload(Claim.submitted_by),
            joinedload(Claim.approved_by),
        )
        .where(*conditions)
    )
