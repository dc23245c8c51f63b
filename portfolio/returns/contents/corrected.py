"""The notes of corrections: what a quarter said when it was returned, and what it was put right by since."""

from collections.abc import Iterator, Mapping

from portfolio.decisions.models import Award
from portfolio.money import format_pounds
from portfolio.returns.contents.awards import AwardFacts
from portfolio.returns.contents.notes import NOTE
from portfolio.returns.contents.scope import Scope
from portfolio.spend.corrections import CorrectedLine, Entered, corrected_lines
from portfolio.spend.models import Correction
from portfolio.words import begin
from reports.content import Note

CORRECTION = "Correction of"
"""How what such a note is about begins."""


def correction_notes(scope: Scope, facts: Mapping[int, AwardFacts]) -> Iterator[Note]:
    """A note for each line of the year that was corrected up to this quarter: both figures, why, and who approved it.

    The figure of the corrected quarter stays as it was returned; what it was put right by is in the actual of the
    quarter that it counts in.
    """
    covered = Correction.award_id.in_(scope.of_awards(Award.id))
    lines = corrected_lines(scope.session, covered, Correction.entered_in.in_(scope.quarter.to_date()))

    def place(line: CorrectedLine) -> tuple[int, str]:
        award = facts[line.award_id]
        return award.csp_id, award.reference

    for line in sorted(lines, key=place):
        about = f"{CORRECTION} {line.quarter.short}: {facts[line.award_id].about}, {line.stream.name}"
        both = f"{begin(line.category.name)}: {line.in_words}, so it is now known to be {format_pounds(line.now)}."
        yield Note(NOTE, about, " ".join([both, *(_why(entered) for entered in line.corrections)]))


def _why(entered: Entered) -> str:
    """The reason of a correction as a sentence of its own, and who approved it, if that is known."""
    reason = entered.correction.reason
    ended = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    return f"{ended} Approved by {entered.approved_by}." if entered.approved_by else ended
