"""Taking a ledger over: a file becomes rows, its columns and accounts are named once, and its transactions are kept."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from portfolio.db import rows_changed
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.ledger import rules
from portfolio.ledger.columns import Columns, Holds, Row, find_headings, key_of, refuse_bad_columns, suggested
from portfolio.ledger.comparing import UploadGone, taken
from portfolio.ledger.models import LedgerAccount, LedgerEntry, LedgerExtract, LedgerMapping, LedgerUpload
from portfolio.ledger.reading import Read, Transaction, digest_of, read_rows
from portfolio.money import ZERO, to_pence
from portfolio.people.models import Person
from portfolio.quarters import Quarter

MOST_ROWS, MOST_COLUMNS = 200_000, 100
WAITS = timedelta(days=7)
"""How long a ledger is kept that nobody takes over."""
AT_ONCE = 5_000
"""So many transactions are written by one statement's round."""


def packed(rows: Iterable[Row]) -> bytes:
    """Rows of text, packed to be kept until they are taken over."""
    return zlib.compress(json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(kept: bytes) -> list[Row]:
    """The rows that were packed."""
    return [(number, texts) for number, texts in json.loads(zlib.decompress(kept))]


def keep_upload(
    session: Session,
    year: FundingYear,
    csp: CSP | None,
    *,
    by: Person,
    name: str,
    sha256: str,
    rows: bytes,
    now: datetime,
) -> LedgerUpload:
    """Keep a ledger that somebody sent, in the place of what they sent before; raises SaidTwice (E7).

    One that anybody has left alone for too long goes too: its descriptions can name people.

    `csp` is the partnership whose ledger it is; None: it is that of all partnerships of the year.
    """
    same = (
        LedgerExtract.funding_year_id == year.id,
        LedgerExtract.csp_id == (csp.id if csp else None),
        LedgerExtract.sha256 == sha256,
        LedgerExtract.withdrawn_at.is_(None),
    )
    if session.scalar(select(LedgerExtract.id).where(*same)) is not None:
        raise SaidTwice("file", "withdraw the extract that was taken from it first", "file")
    replaced = and_(LedgerUpload.person_id == by.id, LedgerUpload.funding_year_id == year.id)
    session.execute(delete(LedgerUpload).where(or_(replaced, LedgerUpload.uploaded_at < now - WAITS)))
    upload = LedgerUpload(funding_year=year, csp=csp, person=by, name=name, sha256=sha256, rows=rows, uploaded_at=now)
    session.add(upload)
    session.flush()
    return upload


@dataclass(frozen=True)
class Looked:
    """An upload as it is understood: where its headings are, what is known of its columns, and what its rows say."""

    headings_row: int
    headings: list[str]
    below: list[Row]
    columns: Columns | None
    """None: nobody has said yet what this ledger's columns hold."""
    read: Read | None

    @property
    def seems(self) -> dict[Holds, int]:
        """What the columns hold as far as is known, or seem to hold by their headings."""
        if self.columns is None:
            return suggested(self.headings)
        return {holds: place for holds in Holds if (place := getattr(self.columns, holds.value)) is not None}


def look_at(rows: Sequence[Row], known: Mapping[str, Columns]) -> Looked:
    """Understand a ledger's rows; `known` are the columns by the key of headings. Raises NoHeadings."""
    place = find_headings(rows, known)
    number, headings = rows[place]
    below = list(rows[place + 1 :])
    columns = known.get(key_of(headings))
    return Looked(number, headings, below, columns, read_rows(below, headings, columns) if columns else None)


def known_columns(session: Session, police_area_id: int) -> dict[str, Columns]:
    """What the columns of a police area's ledgers hold, by the key of their headings."""
    rows = session.scalars(select(LedgerMapping).where(LedgerMapping.police_area_id == police_area_id))
    return {
        row.headings_sha256: Columns(**{holds.value: getattr(row, f"{holds.value}_column") for holds in Holds})
        for row in rows
    }


def remember_columns(session: Session, police_area_id: int, headings: Sequence[str], columns: Columns) -> None:
    """Remember what a ledger's columns hold, for this file and every later one with these headings; raises Refused."""
    refuse_bad_columns(columns)
    key = key_of(headings)
    here = (LedgerMapping.police_area_id == police_area_id, LedgerMapping.headings_sha256 == key)
    row = session.scalar(select(LedgerMapping).where(*here))
    if row is None:
        named = ", ".join(heading.strip() for heading in headings if heading.strip())
        row = LedgerMapping(police_area_id=police_area_id, headings_sha256=key, headings=named)
        session.add(row)
    for holds in Holds:
        setattr(row, f"{holds.value}_column", getattr(columns, holds.value))
    session.flush()


def set_accounts(session: Session, year: FundingYear, chosen: Mapping[str, int | None]) -> None:
    """Say which cost category account codes are, by the codes as they are compared; None: they are no spend."""
    categories = {category.id for category in year.programme.categories}
    refuse_any(
        PortfolioError("Choose one of those offered", code)
        for code, category_id in chosen.items()
        if category_id is not None and category_id not in categories
    )
    here = (
        LedgerAccount.police_area_id == year.police_area_id,
        LedgerAccount.programme_id == year.programme_id,
    )
    rows = {row.code: row for row in session.scalars(select(LedgerAccount).where(*here))}
    for code, category_id in chosen.items():
        row = rows.get(code)
        if row is None:
            row = LedgerAccount(police_area_id=year.police_area_id, programme_id=year.programme_id, code=code)
            session.add(row)
        row.category_id = category_id
    session.flush()


class HasFaults(PortfolioError):
    """A ledger with rows that cannot be read: none of it is taken over."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was taken over, because some rows cannot be read. Correct the file and upload it again"
        )


class NoColumns(PortfolioError):
    """A ledger of whose columns nobody has said what they hold."""

    def __init__(self) -> None:
        super().__init__("Say what its columns hold first")


def readable(looked: Looked) -> list[Transaction]:
    """All transactions of a ledger without a fault; raises NoColumns, HasFaults."""
    if looked.read is None:
        raise NoColumns
    if looked.read.faults:
        raise HasFaults
    return looked.read.transactions


class Moved(PortfolioError):
    """What taking a ledger over would do is no longer what somebody looked at."""

    def __init__(self) -> None:
        super().__init__(
            "The file, what its columns hold, or the extract that it takes the place of has changed since you looked. "
            "Nothing was taken over: look at what it would do now"
        )


def seen_of(session: Session, upload: LedgerUpload, looked: Looked) -> str:
    """By this a confirmation says what was looked at: the file, its columns, and the extracts that count till then."""
    stands = rules.standing(taken(session, upload.funding_year_id))
    own = sorted((str(quarter), number) for (csp_id, quarter), number in stands.items() if csp_id == upload.csp_id)
    columns = None if looked.columns is None else vars(looked.columns)
    return hashlib.sha256(json.dumps([upload.sha256, upload.csp_id, columns, own]).encode()).hexdigest()


def refuse_unless_seen(session: Session, upload: LedgerUpload, looked: Looked, seen: str) -> None:
    """Raise Moved where something else would be taken over than was looked at; until the commit it stays as it is."""
    _hold(session, upload)
    if seen_of(session, upload, looked) != seen:
        raise Moved


def _hold(session: Session, upload: LedgerUpload) -> None:
    """Whoever takes a ledger of the same year over next waits here, and then sees this one."""
    session.execute(select(FundingYear.id).where(FundingYear.id == upload.funding_year_id).with_for_update())


def take_over(
    session: Session, upload: LedgerUpload, transactions: Sequence[Transaction], *, by: Person, now: datetime
) -> LedgerExtract:
    """Keep a ledger's transactions for good, all or none; for the quarters they cover they take an older one's place.

    Raises NoTransactions, NothingOfTheYear, OtherLedger; UploadGone where the upload was taken over meanwhile.
    """
    year = upload.funding_year
    days = {each.on: Quarter.containing(each.on) for each in transactions}
    first, last = rules.period_of(year.year, days)
    _hold(session, upload)
    stands = rules.standing(taken(session, year.id))
    refuse_any([rules.counts_twice(rules.Taken(0, upload.csp_id, first, last), stands)])
    give_up(session, upload)
    extract = LedgerExtract(
        funding_year=year, csp_id=upload.csp_id, name=upload.name, sha256=upload.sha256,
        transactions=len(transactions), total=sum((each.amount for each in transactions), ZERO),
        transactions_sha256=digest_of(
            (row, on, to_pence(amount), *texts) for row, on, amount, *texts in transactions
        ),
        first_day=min(days), last_day=max(days), first_quarter=first, last_quarter=last, taken_by=by, taken_at=now,
    )  # fmt: skip
    session.add(extract)
    session.flush()
    codes = {centre: rules.code_of(centre) for centre in {each.centre for each in transactions}}
    for start in range(0, len(transactions), AT_ONCE):
        session.execute(
            insert(LedgerEntry.__table__),  # type: ignore[arg-type]  # typed as any FROM clause; it is a table
            [
                {
                    "extract_id": extract.id,
                    "line": each.row,
                    "posted_on": each.on,
                    "quarter": days[each.on],
                    "amount": each.amount,
                    "centre": each.centre,
                    "code": codes[each.centre],
                    "account": each.account,
                    "description": each.description,
                    "reference": each.reference,
                }
                for each in transactions[start : start + AT_ONCE]
            ],
        )
    return extract


def give_up(session: Session, upload: LedgerUpload) -> None:
    """Forget an upload; raises UploadGone where somebody else did, or took it over."""
    if not rows_changed(session, delete(LedgerUpload).where(LedgerUpload.id == upload.id)):
        raise UploadGone


def withdraw_extract(extract: LedgerExtract, because: str, *, by: Person, now: datetime) -> None:
    """Have an extract count no more; it stays to be seen, and an older one counts again. Raises Withdrawn."""
    if extract.withdrawn_at is not None:
        raise rules.Withdrawn("extract")
    extract.withdrawn_by, extract.withdrawn_at, extract.withdrawn_because = by, now, because
