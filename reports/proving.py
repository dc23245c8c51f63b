"""A workbook before anyone gets it: written, read back, and compared with what was declared."""

from reports.sheets import Book


class NotReconciled(ValueError):
    """A workbook does not say what was declared; `differences` has a sentence for each cell."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("The workbook does not say what it is to say: " + "; ".join(differences))
        self.differences = differences


def proved(book: Book) -> bytes:
    """The workbook of a book, read back and found to say the same; raises NotReconciled otherwise."""
    from reports.reading import differences
    from reports.workbook import write_book  # 0.1 s of CPU, needed only to write

    workbook = write_book(book)
    found = differences(book, workbook)
    if found:
        raise NotReconciled(found)
    return workbook
