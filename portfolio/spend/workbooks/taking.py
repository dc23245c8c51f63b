"""A workbook that came back: it waits until its sender has seen what it changes, and is then taken over whole, or not.

Reading takes a while, so it is done by whoever asks, before the transaction that writes begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, undefer

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_found, awards_within
from portfolio.errors import NotFound, PortfolioError
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.spend.claiming import Names, build_claim, fill_claim, open_questions
from portfolio.spend.models import WorkbookUpload
from portfolio.spend.workbooks.effects import Change, changes_of, digest
from portfolio.spend.workbooks.faults import Fault
from portfolio.spend.workbooks.judging import Judged, judge
from portfolio.spend.workbooks.reading import Filled
from portfolio.uploads.kept import digest_of

WAITS = timedelta(days=7)
"""How long a workbook is kept that nobody confirms."""


class Moved(PortfolioError):
    """What a workbook would change is no longer what its sender looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Something was saved or decided after you looked. Nothing of the workbook is saved yet: "
            "look at what it would change now, and confirm again"
        )


class NothingToTake(PortfolioError):
    """A workbook that cannot be taken over, or would change nothing."""


@dataclass(frozen=True)
class Preview:
    """What a workbook that waits would do."""

    judged: Judged
    only: Award | None
    is_readable: bool = True
    """Whether the file could be read at all; only then can it be handed back marked."""
    changes: Sequence[Change] = field(default_factory=list)
    same: int = 0

    @property
    def faults(self) -> list[Fault]:
        """Everything that is wrong, or worth a look."""
        return self.judged.faults

    @property
    def seen(self) -> str:
        """By this a confirmation says what was looked at."""
        return digest(self.changes)


def keep_upload(
    session: Session,
    person_id: int,
    quarter: Quarter,
    award_id: int | None,
    name: str,
    content: bytes,
    now: datetime,
) -> WorkbookUpload:
    """Keep a workbook until its sender confirms it; one sent before by them, or forgotten by anybody, goes."""
    forgotten = WorkbookUpload.uploaded_at < now - WAITS
    session.execute(delete(WorkbookUpload).where(or_(WorkbookUpload.person_id == person_id, forgotten)))
    upload = WorkbookUpload(
        person_id=person_id,
        quarter=quarter,
        award_id=award_id,
        name=name,
        sha256=digest_of(content),
        content=content,
        uploaded_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def get_upload(session: Session, upload_id: int, person_id: int) -> WorkbookUpload:
    """A workbook that somebody sent and that still waits; raises NotFound, for others' too."""
    found = session.scalar(
        select(WorkbookUpload)
        .where(WorkbookUpload.id == upload_id, WorkbookUpload.person_id == person_id)
        .options(undefer(WorkbookUpload.content))
    )
    if found is None:
        raise NotFound("This workbook no longer waits: it was taken over, or you sent another one since")
    return found


def preview(
    session: Session, upload: WorkbookUpload, filled: Filled, within: Within, today: date, *, holding: bool = False
) -> Preview:
    """What a workbook would change as things stand; with `holding`, nothing comes between this and the commit."""
    only = None if upload.award_id is None else _get_award(session, upload.award_id, within)
    judged = judge(session, filled, upload.quarter, only, within, today, holding=holding)
    if not judged.is_sound:
        return Preview(judged, only, filled.is_readable)
    every = changes_of(judged)
    found = [change for change in every if change.is_one]
    return Preview(judged, only, changes=found, same=sum(change.same for change in every))


def _get_award(session: Session, award_id: int, within: Within) -> Award:
    found = awards_found(session, Award.id == award_id, awards_within(within))
    if not found:
        raise NotFound("There is no such award")
    return found[0]


def take_over(
    session: Session, upload: WorkbookUpload, filled: Filled, seen: str, within: Within, today: date
) -> list[Award]:
    """Save every claim of a workbook as a draft, all together, and say of which awards; none of them is sent.

    `seen` says what its sender looked at. Raises Moved where it would change something else now, and NothingToTake.
    """
    found = preview(session, upload, filled, within, today, holding=True)
    if not found.judged.is_sound or (found.seen != seen):
        raise Moved
    if not found.changes:
        raise NothingToTake("This workbook changes nothing: all it says is saved already")
    wanted = {change.award.id for change in found.changes}
    for typed in found.judged.claims:
        award = typed.award
        if award.id not in wanted:
            continue
        names = Names.of(award.proposal.funding_year.programme)
        claim = found.judged.saved.get(award.id)
        if claim is None:
            session.add(build_claim(award, upload.quarter, typed.contents, names))
            continue
        fill_claim(claim, typed.contents, names)
        for question in open_questions(claim):
            question.answer = typed.answers.get(question.id, question.answer or "") or None
    session.execute(delete(WorkbookUpload).where(WorkbookUpload.id == upload.id))
    session.flush()
    return [change.award for change in found.changes]
