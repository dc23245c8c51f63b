"""A return as its rows: everything that it says, read from the database by a fixed number of statements."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import allocated_by_stream
from portfolio.history import last_moment
from portfolio.quarters import Quarter
from portfolio.returns.certificates import certificate_of
from portfolio.returns.contents import notes
from portfolio.returns.contents.awards import award_facts, claims_told, intervention_rows, positions
from portfolio.returns.contents.corrected import correction_notes
from portfolio.returns.contents.decided import decision_rows, variation_rows
from portfolio.returns.contents.ledger import ledger_rows
from portfolio.returns.contents.progress import measure_rows, output_rows
from portfolio.returns.contents.rounded import with_rounding
from portfolio.returns.contents.scope import Scope
from portfolio.returns.contents.spending import (
    HELD_BACK,
    category_rows,
    match_rows,
    match_spent,
    shares,
    statement,
    summary_rows,
)
from portfolio.returns.contents.warned import warnings_of
from portfolio.returns.models import Return
from portfolio.returns.rules import MARKING
from reports.content import Certification, Cover, Kind, Note, ReturnContent

DRAFT = "draft"


def assemble(
    session: Session,
    funding_year: FundingYear,
    quarter: Quarter,
    kind: Kind,
    csp: CSP | None = None,
    *,
    version_of: Return | None = None,
) -> ReturnContent:
    """What a return says at this moment, for one partnership or (`csp` None) the whole police area.

    With `version_of` it carries who prepared and certified that return; it is a draft until that one is issued.
    """
    scope = Scope(session, funding_year, quarter, kind, csp)
    facts, told = award_facts(scope), claims_told(scope)
    found, whole, spent = positions(scope, facts), allocated_by_stream(session, funding_year.id), match_spent(scope)
    certificate = certificate_of(kind)
    summary = summary_rows(scope, shares(scope), whole)
    interventions, measures = intervention_rows(scope, facts, told, found), measure_rows(scope)
    outputs, match = output_rows(scope, facts), match_rows(scope, facts, spent)
    year_end = statement(scope, whole, found, spent)
    as_at = last_moment(session)
    warnings = warnings_of(
        scope, facts=facts, told=told, found=found, match=match, measures=measures, as_of=day_of(as_at)
    )
    standing = notes.notes_of(
        scope,
        left_out=notes.claims_left_out(scope, facts, told),
        summary=summary,
        outputs=outputs,
        measures=measures,
        statement=year_end,
    )
    content = ReturnContent(
        cover=_cover(scope, as_at, [*(row.csp for row in summary), *(row.csp for row in interventions)]),
        summary=summary,
        interventions=interventions,
        categories=category_rows(scope),
        match=match,
        variations=variation_rows(scope, facts, told, found),
        outputs=outputs,
        measures=measures,
        decisions=decision_rows(scope),
        statement=year_end,
        certification=Certification(certificate.text, None, None, None, certificate.signatory),
        notes=(
            *standing,
            *correction_notes(scope, facts),
            *(Note(warning.code, warning.about, warning.sentence) for warning in warnings),
        ),
        ledger=ledger_rows(scope, facts, found),
    )
    content = with_rounding(scope, content)
    return content if version_of is None else signed(content, version_of)


def signed(content: ReturnContent, row: Return) -> ReturnContent:
    """The same figures under the version, the names and the state of a return; a draft until it is issued."""
    return replace(
        content,
        cover=replace(
            content.cover,
            version=row.version,
            status=row.status.value if row.status.has_left else DRAFT,
            prepared_by=row.prepared_by,
            prepared_on=day_of(row.prepared_at),
            supersedes=f"Version {row.version - 1}" if row.version > 1 else None,
            reason=row.reason,
        ),
        certification=replace(
            content.certification,
            text=row.certificate or content.certification.text,
            name=row.certified_by,
            role=row.certified_role,
            on=row.certified_on,
            checked_by=row.checked_by,
            checked_on=day_of(row.checked_at) if row.checked_at else None,
        ),
    )


def _cover(scope: Scope, as_at: datetime, csps: list[str]) -> Cover:
    year = scope.year
    return Cover(
        kind=scope.kind,
        programme=year.programme.name,
        funder=year.programme.funder,
        administering_body=year.programme.administering_body,
        police_area=year.police_area.name,
        police_area_code=year.police_area.code,
        csps=tuple(name for name in dict.fromkeys(csps) if name != HELD_BACK),
        quarter=scope.quarter,
        version=1,
        status=DRAFT,
        prepared_by=None,
        prepared_on=None,
        as_at=as_at,
        marking=MARKING,
        basis=notes.BASIS,
        supersedes=None,
        reason=None,
    )
