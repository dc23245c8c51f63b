"""E1 in the database itself: what a partnership awards of a stream never passes its allocation and the tolerance.

The rule refuses it with a sentence long before. These guards stand behind it: whatever brings money to a line of an
award is held against all that the partnership awards of the stream in the year, and an allocation is not lowered below
that. On PostgreSQL the partnership's share is held meanwhile: of two who award at once the second waits, and then
counts what the first one did. SQLite has one writer at a time in any case.
"""
# ruff: noqa: S608 - the words are put together from names that stand in this file; no value is in them

from dataclasses import dataclass

from portfolio.migrations.guards_0003 import Guard

ABOVE = "awards are never more than the allocation and its tolerance"
BELOW = "an allocation is never less than its awards"


@dataclass(frozen=True)
class _Place:
    """One partnership's share of one stream in one year, each named by SQL for its number."""

    csp: str
    stream: str
    year: str

    @property
    def share(self) -> str:
        """The row of the allocation."""
        return (
            "FROM csp_allocation AS c JOIN stream_allocation AS t ON t.id = c.stream_allocation_id "
            f"WHERE c.csp_id = {self.csp} AND t.stream_id = {self.stream} AND t.funding_year_id = {self.year}"
        )

    @property
    def ceiling(self) -> str:
        """What may be awarded, in pence; nothing where nothing is allocated."""
        return f"COALESCE((SELECT {_with_tolerance('c.amount', self.stream)} {self.share}), 0)"

    def awards(self, but: str = "0") -> str:
        """What is awarded, in pence, as varied; without the decided amount of line `but`."""
        lines = "JOIN award AS a ON a.id = l.award_id JOIN proposal AS p ON p.id = a.proposal_id"
        here = f"l.stream_id = {self.stream} AND a.csp_id = {self.csp} AND p.funding_year_id = {self.year}"
        return (
            f"(SELECT COALESCE(SUM(l.amount), 0) FROM award_line AS l {lines} WHERE {here} AND l.id <> {but}) + "
            "(SELECT COALESCE(SUM(s.amount), 0) FROM variation_share AS s "
            f"JOIN award_line AS l ON l.id = s.award_line_id {lines} WHERE {here})"
        )


def _with_tolerance(amount: str, stream: str) -> str:
    """An allocation and its programme's tolerance, half a penny rounded up, as the rule has it: in whole numbers alone.

    A tolerance is kept as text; four places of it count.
    """
    percent = (
        "(SELECT CAST(ROUND(CAST(g.tolerance_percent AS NUMERIC) * 10000) AS BIGINT) FROM programme AS g "
        f"JOIN stream AS f ON f.programme_id = g.id WHERE f.id = {stream})"
    )
    return f"{amount} + ({amount} * {percent} + 500000) / 1000000"


def _of_award(award: str, stream: str) -> _Place:
    proposals = "FROM proposal AS p JOIN award AS a ON a.proposal_id = p.id"
    return _Place(
        csp=f"(SELECT a.csp_id FROM award AS a WHERE a.id = {award})",
        stream=stream,
        year=f"(SELECT p.funding_year_id {proposals} WHERE a.id = {award})",
    )


LINE = _of_award("NEW.award_id", "NEW.stream_id")
SHARE = _of_award(
    "(SELECT l.award_id FROM award_line AS l WHERE l.id = NEW.award_line_id)",
    "(SELECT l.stream_id FROM award_line AS l WHERE l.id = NEW.award_line_id)",
)
ALLOCATION = _Place(
    csp="OLD.csp_id",
    stream="(SELECT t.stream_id FROM stream_allocation AS t WHERE t.id = OLD.stream_allocation_id)",
    year="(SELECT t.funding_year_id FROM stream_allocation AS t WHERE t.id = OLD.stream_allocation_id)",
)
_GAINS = "(NEW.amount > OLD.amount OR NEW.award_id <> OLD.award_id OR NEW.stream_id <> OLD.stream_id)"

GUARDS = [
    Guard(
        "award_line",
        "INSERT",
        ABOVE,
        f"NEW.amount > 0 AND {LINE.awards()} + NEW.amount > {LINE.ceiling}",
        holds=LINE.share,
    ),
    Guard(
        "award_line",
        "UPDATE",
        ABOVE,
        f"{_GAINS} AND {LINE.awards(but='OLD.id')} + NEW.amount > {LINE.ceiling}",
        holds=LINE.share,
    ),
    Guard(
        "variation_share",
        "INSERT",
        ABOVE,
        f"NEW.amount > 0 AND {SHARE.awards()} + NEW.amount > {SHARE.ceiling}",
        holds=SHARE.share,
    ),
    Guard(
        "csp_allocation",
        "UPDATE",
        BELOW,
        f"NEW.amount < OLD.amount AND {ALLOCATION.awards()} > {_with_tolerance('NEW.amount', ALLOCATION.stream)}",
    ),
    Guard("csp_allocation", "DELETE", BELOW, f"{ALLOCATION.awards()} > 0"),
]
