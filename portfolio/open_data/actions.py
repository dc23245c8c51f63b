"""Say who publishes and who the parties are, leave an award out, and publish: files that never change again."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import refuse_any
from portfolio.funding_years.models import CSP, FundingYear, Organisation, PoliceArea
from portfolio.funding_years.rules import bad_organisation_identifier
from portfolio.open_data import rules
from portfolio.open_data.grants import as_grant, as_json, as_workbook, package
from portfolio.open_data.issued import grants_of
from portfolio.open_data.models import Exemption, Publication, PublishedFile
from portfolio.open_data.queries import SETTINGS, exemptions_of, find_latest, published_with, publisher_of, setting_name
from portfolio.open_data.register import delivered_file, register_file
from portfolio.open_data.rules import Grant, Publisher, missing_of
from portfolio.people.models import Person
from portfolio.returns.drafting import NotWritten
from portfolio.returns.snapshot import sha256
from portfolio.settings import set_setting
from portfolio.uploads.kinds import XLSX
from reports.proving import NotReconciled

JSON, CSV = "application/json", "text/csv"


def set_publisher(session: Session, area: PoliceArea, *, prefix: str, name: str, org_id: str | None) -> None:
    """Say who publishes for a police area; the prefix stays once something was published with it."""
    refuse_any(
        [
            *rules.bad_publisher(prefix, name, published_with(session, area)),
            bad_organisation_identifier(org_id),
        ]
    )
    for part, value in zip(SETTINGS, (prefix, name, org_id or ""), strict=True):
        set_setting(session, setting_name(part, area), value)
    session.flush()


def identify_recipient(session: Session, organisation: Organisation, *, org_id: str | None) -> None:
    """Record the identifier of a body that leads projects (E15)."""
    refuse_any([bad_organisation_identifier(org_id)])
    organisation.org_id = org_id
    session.flush()


def identify_funder(session: Session, csp: CSP, *, authority: str | None, org_id: str | None, gss: str | None) -> None:
    """Record the authority that a partnership's grants are made by, its identifier (E15), and its area's code."""
    refuse_any([bad_organisation_identifier(org_id), rules.bad_geo_code(gss)])
    csp.authority, csp.org_id, csp.gss = authority, org_id, gss
    session.flush()


def give_on(session: Session, award: Award, regrants_to: str | None) -> None:
    """Record to whom an award's recipient gives it on as grants, or that it pays for a project of their own."""
    refuse_any([rules.bad_recipients(regrants_to)])
    award.regrants_to = regrants_to
    session.flush()


def leave_out(session: Session, award: Award, because: str, *, by: Person, at: datetime) -> Exemption:
    """Leave an award out of what is published from now on, with the reason."""
    session.execute(select(Award.id).where(Award.id == award.id).with_for_update(of=Award))
    present = session.scalar(select(Exemption).where(Exemption.award_id == award.id, Exemption.ended_at.is_(None)))
    refuse_any([rules.bad_reason(because), None if present is None else rules.LeftOutAlready()])
    row = Exemption(award=award, because=because.strip(), recorded_by=by, recorded_at=at)
    session.add(row)
    session.flush()
    return row


def end_exemption(session: Session, row: Exemption, *, by: Person, at: datetime) -> None:
    """Let an award be published again, with the next version."""
    session.execute(select(Exemption.id).where(Exemption.id == row.id).with_for_update())
    session.refresh(row)
    refuse_any([None if row.ended_at is None else rules.NotLeftOut()])
    row.ended_by, row.ended_at = by, at
    session.flush()


@dataclass(frozen=True)
class Parcel:
    """What would be published of a year: the grants that are complete, and all that stand in the registers."""

    year: FundingYear
    publisher: Publisher
    complete: Sequence[Grant]
    told: Sequence[Grant]

    @cached_property
    def figures(self) -> dict[str, Any]:
        """What it says, without who and when: the same as long as nothing that is published changes."""
        return {
            "grants": [as_grant(grant, self.publisher.prefix or "") for grant in self.complete],
            "publisher": [self.publisher.name, self.publisher.org_id],
            "register": sha256(register_file(self.told)),
            "delivered": sha256(delivered_file(self.told)),
        }

    @cached_property
    def digest(self) -> str:
        """By which a page knows whether it is still what somebody looked at."""
        return sha256(json.dumps(self.figures, sort_keys=True))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files; 360Giving data only where there are grants, as the standard has it."""
        begins = self._begins
        data = (f"{begins}_360giving.json", f"{begins}_360giving.xlsx") if self.complete else ()
        delivered = (f"{begins}_delivered.csv",) if any(grant.delivered for grant in self.told) else ()
        return (*data, f"{begins}_register.csv", *delivered)

    def files(self, version: int, now: datetime) -> list[PublishedFile]:
        """The files of a version."""
        whole = package(self.year, self.complete, self.publisher, version, now)
        return [self._file(name, whole, now) for name in self.names]

    def _file(self, name: str, whole: dict[str, Any], now: datetime) -> PublishedFile:
        media_type, content = CSV, b""
        match name.removeprefix(self._begins):
            case "_360giving.json":
                media_type, content = JSON, as_json(whole)
            case "_360giving.xlsx":
                media_type, content = XLSX.media_type, _workbook(whole, now)
            case "_register.csv":
                content = register_file(self.told)
            case _:
                content = delivered_file(self.told)
        return PublishedFile(name=name, media_type=media_type, content=content, sha256=sha256(content))

    @property
    def _begins(self) -> str:
        """What every version's files begin with, so that their addresses stay."""
        year = self.year
        return re.sub(r"[^\w-]+", "-", f"{year.programme.code}_{year.police_area.name}_{year.year.slug}")


def _workbook(whole: dict[str, Any], now: datetime) -> bytes:
    try:
        return as_workbook(whole, now)
    except NotReconciled as error:
        raise NotWritten(error.differences) from error


def parcel_of(session: Session, year: FundingYear) -> Parcel:
    """What would be published of a year now: never a proposal that was turned down, for no return awards it."""
    publisher, left_out = publisher_of(session, year.police_area), exemptions_of(session, year)
    told = [grant for grant in grants_of(session, year) if grant.award_id not in left_out]
    return Parcel(year, publisher, [grant for grant in told if not missing_of(grant, publisher)], told)


def publish(
    session: Session, year: FundingYear, *, by: Person, at: datetime, seen: str, note: str | None = None
) -> Publication:
    """Publish a year as it was looked at; what was published before stays as it was, and is no longer handed out.

    Refused: nothing to publish, what changed since it was `seen`, what says the same again, a later version without a
    note.
    """
    session.execute(select(FundingYear.id).where(FundingYear.id == year.id).with_for_update(key_share=True))
    parcel, latest = parcel_of(session, year), find_latest(session, year)
    version = 1 if latest is None else latest.version + 1
    note = (note or "").strip() or None
    refuse_any(
        [
            rules.NothingToPublish() if not parcel.told and latest is None else None,
            rules.ChangedSinceSeen() if parcel.digest != seen else None,
            rules.NeedsNote(version) if latest is not None and note is None else None,
            rules.NothingNew(latest.version) if latest is not None and latest.figures == parcel.digest else None,
        ]
    )
    row = Publication(
        funding_year=year,
        version=version,
        figures=parcel.digest,
        published_by=by,
        published_at=at,
        note=note,
        files=parcel.files(version, at),
    )
    session.add(row)
    session.flush()
    return row
