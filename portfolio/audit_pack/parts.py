"""The files of a pack, one after the other: what was issued byte for byte, and the records behind it as tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from portfolio.audit_pack import queries
from portfolio.audit_pack.queries import Names, each
from portfolio.audit_pack.rules import README, TRAIL, VERIFIER, VERIFY, plain_name, readme
from portfolio.audit_pack.trail import trail
from portfolio.decisions.models import Award, AwardLine
from portfolio.delimited import csv_lines
from portfolio.funder_forms.models import FilledForm
from portfolio.funding_years.models import FundingYear
from portfolio.money import ZERO
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.spend.models import Claim, ClaimLine, ClaimQuery, Evidence
from portfolio.year_end.queries import assurances_of, register

Row = Sequence[str | Decimal]


@dataclass(frozen=True)
class Part:
    """One file of a pack: its name, and its bytes in pieces, which are read only once."""

    name: str
    pieces: Iterable[bytes]


def parts(session: Session, year: FundingYear, *, with_evidence: bool) -> Iterator[Part]:
    """Every file of a year's pack in a fixed order, but for the manifest; the same data gives the same bytes."""
    names = Names(session)
    about = f"{year.programme.name}, {year.police_area.name}, {year.year}"
    yield Part(README, [readme(about, with_evidence=with_evidence).encode()])
    yield from _returns(session, year, names)
    yield from _filled_forms(session, year, names)
    yield from _claims(session, year, names)
    yield from _evidence(session, year, names, with_evidence=with_evidence)
    yield from _decisions(session, year, names)
    yield from _money(session, year, names)
    yield from _year_end(session, year, names)
    yield Part(TRAIL, (line.encode() for line in trail(session, year.id)))
    yield Part(VERIFY, [VERIFIER.encode()])


def _table(name: str, headings: str, rows: Iterable[Row]) -> Part:
    """A table; its headings in one line, parted by commas."""
    return Part(name, (piece.encode() for piece in csv_lines(headings.split(", "), rows)))


def _on(day: date | datetime | None) -> str:
    if day is None:
        return ""
    return day.astimezone(UTC).isoformat(timespec="seconds") if isinstance(day, datetime) else day.isoformat()


def _of_award(award: Award) -> list[str]:
    return [award.proposal.reference, award.csp.name]


def _of_return(row: Return) -> list[str]:
    return [row.kind.value, row.csp.name if row.csp else "", row.quarter.short, str(row.version)]


def _returns(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    found = session.scalars(queries.issued(year)).all()
    files = _files(found)
    for row in found:
        file, snapshot = session.execute(select(Return.file, Return.snapshot).where(Return.id == row.id)).one()
        yield Part(f"returns/{files[row.id]}", [file or b""])
        yield Part(f"snapshots/{_snapshot_of(files[row.id])}", [(snapshot or "").encode()])
    yield _table(
        "returns/index.csv",
        "Return, Partnership, Quarter, Version, State, Reason for the version, Prepared by, Prepared at, Checked by, "
        "Checked at, Certified by, Role, Certified on, Certificate, Issued by, Issued at, Forwarded by, Forwarded at, "
        "Claimed, File, SHA-256 of the file, Snapshot, SHA-256 of the figures",
        (
            [
                *_of_return(row), row.status.value, row.reason or "", names.who(row.prepared_by), _on(row.prepared_at),
                names.who(row.checked_by), _on(row.checked_at), row.certified_by or "", row.certified_role or "",
                _on(row.certified_on), row.certificate or "", names.who(row.issued_by), _on(row.issued_at),
                names.who(row.forwarded_by), _on(row.forwarded_at), sum((one.amount for one in row.amounts), ZERO),
                files[row.id], row.file_sha256 or "", _snapshot_of(files[row.id]), row.snapshot_sha256 or "",
            ]
            for row in found
        ),
    )  # fmt: skip
    yield _table(
        "returns/points.csv",
        "Return, Partnership, Quarter, Version, About, What was found, Accepted because",
        ([*_of_return(row), one.about, one.found, one.accepted_because] for row in found for one in row.points),
    )
    yield _table(
        "returns/questions.csv",
        "Return, Partnership, Quarter, Version, Question, Asked by, Asked at, Answer, Answered by, Answered at",
        (
            [*_of_return(row), one.question, names.who(one.asked_by), _on(one.asked_at), one.answer or "",
             names.who(one.answered_by), _on(one.answered_at)]
            for row in found
            for one in row.queries
        ),
    )  # fmt: skip


def _files(found: Iterable[Return]) -> dict[int, str]:
    """The name of each return's file in the pack; one that another bears too is told apart by its number."""
    files: dict[int, str] = {}
    for row in found:
        name = plain_name(row.file_name or "return.xlsx")
        files[row.id] = f"{row.id:06}_{name}" if name in files.values() else name
    return files


def _snapshot_of(file: str) -> str:
    return file.removesuffix(".xlsx") + ".json"


def _filled_forms(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    found = session.execute(queries.filled_forms(year)).all()
    for row in found:
        content = session.scalar(select(FilledForm.file).where(FilledForm.id == row.id))
        yield Part(f"filled_forms/{_own_name(row.id, row.file_name)}", [content or b""])
    if found:
        yield _table(
            "filled_forms/index.csv",
            "File, Return, Partnership, Quarter, Version, Filled by, Filled at, SHA-256",
            (
                [_own_name(row.id, row.file_name), row.kind.value, row.name or "", row.quarter.short, str(row.version),
                 names.of(row.filled_by_id), _on(row.filled_at), row.file_sha256]
                for row in found
            ),
        )  # fmt: skip


def _claims(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    yield _table(
        "claims/claims.csv",
        "Reference, Partnership, Quarter, Title, State, Edition, Match spent, Delivery, Spending, "
        "Why it differs from the profile, What was done, Submitted by, Submitted at, Approved by, Approved at",
        (
            [
                *_of_claim(row), row.award.proposal.title, row.status.value, str(row.edition),
                "" if row.match_spent is None else row.match_spent, row.delivery_rag or "", row.spend_rag or "",
                row.variance_explanation or "", row.narrative or "", names.of(row.submitted_by_id),
                _on(row.submitted_at), names.of(row.approved_by_id), _on(row.approved_at),
            ]
            for row in each(session, queries.claims(year))
        ),
    )  # fmt: skip
    yield _table(
        "claims/lines.csv",
        "Reference, Partnership, Quarter, State, Line, Stream, Category, Amount, Of which accrued, What it was for, "
        "Transaction",
        (
            [*_of_claim(row.claim), row.claim.status.value, str(row.id), row.stream.name, row.category.name, row.amount,
             row.accrued or ZERO, row.description or "", row.transaction or ""]
            for row in each(session, queries.of_claims(ClaimLine, year))
        ),
    )  # fmt: skip
    yield _table(
        "claims/questions.csv",
        "Reference, Partnership, Quarter, Stream, Category, Question, Asked by, Asked at, Answer, Answered by, "
        "Answered at",
        (
            [*_of_claim(row.claim), row.stream.name if row.stream else "", row.category.name if row.category else "",
             row.question, names.of(row.asked_by_id), _on(row.asked_at), row.answer or "",
             names.of(row.answered_by_id), _on(row.answered_at)]
            for row in each(session, queries.of_claims(ClaimQuery, year))
        ),
    )  # fmt: skip
    yield _table(
        "claims/corrections.csv",
        "Correction, Reference, Partnership, Quarter corrected, Counted in, Stream, Category, Amount, Reason, "
        "Asked for by, Asked at, Approved by, Approved at",
        (
            [str(row.id), *_of_award(row.award), row.corrects.short, row.entered_in.short, row.stream.name,
             row.category.name, row.amount, row.reason, names.of(asked.asked_by_id) if asked else "",
             _on(asked.asked_at) if asked else "",
             names.of(asked.decided_by_id) if asked else names.who(row.entered_by), _on(row.entered_at)]
            for row, asked in session.execute(queries.corrections(year))
        ),
    )  # fmt: skip


def _of_claim(claim: Claim) -> list[str]:
    return [*_of_award(claim.award), claim.quarter.short]


def _evidence(session: Session, year: FundingYear, names: Names, *, with_evidence: bool) -> Iterator[Part]:
    found = session.scalars(queries.of_claims(Evidence, year)).all()
    if with_evidence:
        for row in found:
            content = session.scalar(select(Evidence.content).where(Evidence.id == row.id))
            yield Part(f"evidence/{_own_name(row.id, row.name)}", [content or b""])
    yield _table(
        "evidence/index.csv",
        "Reference, Partnership, Quarter, Name, Kind, Bytes, SHA-256, For, Attached by, Attached at, File in this pack",
        (
            [*_of_claim(row.claim), row.name, row.media_type, str(row.size), row.sha256,
             "; ".join(f"{line.stream.name}, {line.category.name}" for line in row.lines),
             names.of(row.attached_by_id), _on(row.attached_at), _own_name(row.id, row.name) if with_evidence else ""]
            for row in found
        ),
    )  # fmt: skip


def _own_name(number: int, name: str) -> str:
    """A file's name in the pack: files of one name are told apart by their numbers."""
    return f"{number:06}_{plain_name(name)}"


def _decisions(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    yield _table(
        "decisions/decisions.csv",
        "Decision, Reference, Title, Partnership, Outcome, Stream, Awarded, Reason, Conditions, Body, Met on, Minute, "
        "Recorded by, Recorded at, Takes the place of",
        (
            [str(row.id), row.proposal.reference, row.proposal.title, row.csp.name, row.outcome.value, stream, amount,
             row.reason or "", row.conditions or "", row.body, _on(row.met_on), row.minute or "",
             names.who(row.recorded_by), _on(row.recorded_at), str(row.supersedes_id or "")]
            for row in each(session, queries.decisions(year))
            for stream, amount in [(one.stream.name, one.amount) for one in row.amounts] or [("", ZERO)]
        ),
    )  # fmt: skip
    yield _table(
        "decisions/awards.csv",
        "Reference, Partnership, Title, Lead organisation, Stream, Decided, Starts on, Ends on, Agreement signed on, "
        "Cost centre, Lead",
        (
            [*_of_award(row), row.proposal.title, row.proposal.lead_organisation.name, line.stream.name, line.amount,
             _on(row.starts_on), _on(row.ends_on), _on(row.agreement_signed_on), row.cost_centre or "",
             names.of(row.lead_person_id)]
            for row in each(session, queries.awards(year))
            for line in row.lines
        ),
    )  # fmt: skip
    yield _table(
        "decisions/variations.csv",
        "Reference, From, To, Amount, Approved on, Approved by, Reason",
        (
            [row.reference, _side(row.from_line), _side(row.to_line), row.amount, _on(row.approved_on),
             names.who(row.approved_by), row.reason]
            for row in session.scalars(queries.variations(year))
        ),
    )  # fmt: skip


def _side(line: AwardLine | None) -> str:
    return "Unallocated" if line is None else f"{', '.join(_of_award(line.award))}, {line.stream.name}"


def _money(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    yield _table(
        "money/payments.csv",
        "Return, Partnership, Quarter, Version, Stream, Amount, Received on, Reference, Recovered because, Recorded by",
        (
            [*_of_return(row.paid_for), row.stream.name, row.amount, _on(row.received_on), row.reference or "",
             row.because or "", names.who(row.recorded_by)]
            for row in session.scalars(queries.of_returns(Payment, year))
        ),
    )  # fmt: skip
    yield _table(
        "money/withheld.csv",
        "Return, Partnership, Quarter, Version, Stream, Amount, Told on, Reference, Because, Recorded by, Recorded at",
        (
            [*_of_return(row.withheld_of), row.stream.name, row.amount, _on(row.told_on), row.reference or "",
             row.because, names.who(row.recorded_by), _on(row.recorded_at)]
            for row in session.scalars(queries.of_returns(Withholding, year))
        ),
    )  # fmt: skip


def _year_end(session: Session, year: FundingYear, names: Names) -> Iterator[Part]:
    yield _table(
        "year_end/assets.csv",
        "Reference, Partnership, Stream, Asset, Serial or inventory number, Kept at, Bought on, Cost, Recorded by, "
        "Recorded at, Disposed of on, Proceeds, What became of it, Disposed of by",
        (
            [*_of_award(row.award), row.stream.name, row.description, row.serial or "", row.kept_at or "",
             _on(row.bought_on), row.cost, names.of(row.recorded_by_id), _on(row.recorded_at), _on(row.disposed_on),
             "" if row.proceeds is None else row.proceeds, row.disposed_because or "", names.of(row.disposed_by_id)]
            for row in session.scalars(register(year, true()))
        ),
    )  # fmt: skip
    yield _table(
        "year_end/assurance.csv",
        "Reference, Given by, Given on, Opinion, What was found, Recorded by, Recorded at",
        (
            [row.reference, row.given_by, _on(row.given_on), row.opinion.value, row.note or "",
             names.of(row.recorded_by_id), _on(row.recorded_at)]
            for row in assurances_of(session, year.id)
        ),
    )  # fmt: skip
