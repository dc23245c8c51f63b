"""A comparison of two returns as a workbook, with both values of every cell that is not the same."""

from datetime import datetime

from portfolio.quarters import format_day
from portfolio.returns.changes.comparing import Comparison, Logged
from portfolio.words import begin, count
from reports.changes_book import ChangeLine, ChangesContent, LogLine, proved_changes


def file_of(found: Comparison, *, by: str, now: datetime) -> tuple[str, bytes]:
    """The workbook under its name, read back before anybody gets it."""
    first, second = (side.file_part for side in (found.before, found.after))
    return f"Changes_{first}_to_{second}.xlsx", proved_changes(content_of(found, by=by, now=now))


def content_of(found: Comparison, *, by: str, now: datetime) -> ChangesContent:
    """A comparison as its workbook takes it."""
    return ChangesContent(
        before=found.before.name,
        after=found.after.name,
        chosen=tuple(about(found)),
        compared=found.compared,
        lines=tuple(
            ChangeLine(
                difference.cell,
                "\n".join(share.in_words for share in difference.shares),
                "Yes" if difference.is_explained else "No",
                "Yes" if difference.surprises else "No",
            )
            for difference in found.differences
        ),
        log=tuple(_logged(line) for line in found.log),
        made_by=by,
        made_at=now,
    )


def about(found: Comparison) -> list[tuple[str, str]]:
    """What was compared and how much of it is not the same, in words."""
    unexplained = len(found.unexplained)
    told = [
        ("Cells compared", f"{found.compared.compared:,}"),
        ("Cells that are not the same", f"{len(found.differences):,}"),
        ("Unexpected: more than a later quarter brings", f"{len(found.surprising):,}"),
        ("Not explained", f"{unexplained:,}" if unexplained else "None: each difference has a cause on record"),
    ]
    for sheets, side in ((found.compared.only_before, found.before), (found.compared.only_after, found.after)):
        if sheets:
            told.append((f"Only in {side.name}", f"{count(len(sheets), 'sheet')}: {', '.join(sheets)}"))
    if not found.covers_the_same:
        told.append(("What was left out", "The two cover different ground, so only lines that both have are compared"))
    return told


def _logged(line: Logged) -> LogLine:
    cause = line.cause
    return LogLine(
        begin(cause.kind.value),
        cause.words,
        line.amount,
        line.by,
        format_day(cause.on) if cause.on else None,
        line.cells,
        ", ".join(line.sheets),
        "Yes" if cause.surprises else "No",
    )
