"""That the ledger is as it was taken over, to the penny: what the command `check` asks."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.ledger.models import LedgerEntry, LedgerExtract
from portfolio.ledger.reading import digest_of
from portfolio.money import ZERO, format_pounds, to_pence
from portfolio.words import count

AT_ONCE = 5_000
"""So many transactions are in memory at a time."""


def unaltered(session: Session) -> Iterator[str]:
    """Each extract has the transactions that it was taken over with: as many, to the same sum, with the same digest."""
    extracts = select(
        LedgerExtract.id,
        LedgerExtract.name,
        LedgerExtract.transactions,
        LedgerExtract.total,
        LedgerExtract.transactions_sha256,
    )
    for extract in session.execute(extracts.order_by(LedgerExtract.id)).all():
        number, total = 0, ZERO

        def told() -> Iterator[tuple[object, ...]]:
            nonlocal number, total
            columns = (
                LedgerEntry.line,
                LedgerEntry.posted_on,
                LedgerEntry.amount,
                LedgerEntry.centre,
                LedgerEntry.account,
                LedgerEntry.description,
                LedgerEntry.reference,
            )
            rows = select(*columns).where(LedgerEntry.extract_id == extract.id)  # noqa: B023 - used up below
            for line, on, amount, *texts in session.execute(
                rows.order_by(LedgerEntry.line, LedgerEntry.id).execution_options(yield_per=AT_ONCE)
            ):
                number, total = number + 1, total + amount
                yield line, on, to_pence(amount), *texts

        found = digest_of(told())
        name = f"the ledger extract {extract.name} (number {extract.id})"
        if number != extract.transactions or total != extract.total:
            yield (
                f"{name}: {count(extract.transactions, 'transaction')} of {format_pounds(extract.total)} were taken "
                f"over, {count(number, 'transaction')} of {format_pounds(total)} are kept"
            )
        elif found != extract.transactions_sha256:
            yield f"{name}: its transactions are not those that were taken over: their SHA-256 differs"
