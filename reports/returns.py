"""Returns as workbooks: written, read back and compared with what they are to say before anyone gets them."""

from collections.abc import Callable

from reports import proving
from reports.content import Kind, ReturnContent
from reports.home_office import claim_book, statement_book
from reports.opcc import quarterly_book
from reports.sheets import Book

BOOKS: dict[Kind, Callable[[ReturnContent], Book]] = {
    Kind.CSP: quarterly_book,
    Kind.OPCC: quarterly_book,
    Kind.HOME_OFFICE: claim_book,
    Kind.STATEMENT: statement_book,
}


def book(content: ReturnContent) -> Book:
    """The declared sheets of a return of its kind."""
    return BOOKS[content.cover.kind](content)


def write(content: ReturnContent) -> bytes:
    """The return's workbook; the same content gives the same bytes."""
    from reports.workbook import write_book  # 0.1 s of CPU, needed only to write

    return write_book(book(content))


def reconcile(content: ReturnContent, workbook: bytes) -> list[str]:
    """Sentences that name sheet and cell, one for each difference between a workbook and its return."""
    from reports.reading import differences

    return differences(book(content), workbook)


def proved(content: ReturnContent) -> bytes:
    """The return's workbook, read back and found to say what the return says; raises NotReconciled otherwise."""
    return proving.proved(book(content))
