"""A return as a file: as it stands now, or as it was issued."""

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.quarters import Quarter
from portfolio.returns.assembling import assemble, signed
from portfolio.returns.models import Return
from portfolio.returns.queries import find_latest
from portfolio.returns.rules import ReturnKind, file_name, statement_name, wrong_quarter
from portfolio.returns.snapshot import digest_of_figures
from reports import returns
from reports.content import Kind, ReturnContent
from reports.proving import NotReconciled


class NotWritten(PortfolioError):
    """E10: the workbook does not say what the return says, so nobody gets it."""

    code = "E10"

    def __init__(self, found: list[str]) -> None:
        shown = "; ".join(found[:3])
        super().__init__(
            f"The workbook does not say what the return says, so it was not given out: {shown}. "
            "Nothing was saved; tell whoever runs this site"
        )


def workbook(content: ReturnContent) -> bytes:
    """The return's workbook, read back and reconciled before anybody gets it; raises NotWritten."""
    try:
        return returns.proved(content)
    except NotReconciled as error:
        raise NotWritten(error.differences) from error


def draft_file(
    session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind, csp: CSP | None = None
) -> tuple[str, bytes]:
    """A return as it stands now, under its name: the file that was issued, or a draft where none was."""
    latest = find_latest(session, year, quarter, kind, csp)
    if latest is not None and latest.file is not None and latest.file_name is not None:
        return latest.file_name, latest.file
    version = 1 if latest is None else latest.version
    name = file_name(kind, quarter, version, None if csp is None else csp.key)
    return name, workbook(draft(session, year, quarter, kind, csp, latest))


def draft(
    session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind, csp: CSP | None, prepared: Return | None
) -> ReturnContent:
    """What a return says now; it bears the names of who prepared and certified it only while nothing has changed."""
    content = assemble(session, year, quarter, Kind(kind), csp)
    if prepared is not None and prepared.figures == digest_of_figures(content):
        return signed(content, prepared)
    return content


def statement_file(session: Session, year: FundingYear, quarter: Quarter | None = None) -> tuple[str, bytes]:
    """The Statement of Grant Expenditure of a year as it stands now, under its name; raises WrongQuarter."""
    last = year.year.quarters[3]
    refused = wrong_quarter(quarter or last)
    if refused is not None:
        raise refused
    return statement_name(year.year), workbook(assemble(session, year, last, Kind.STATEMENT))
