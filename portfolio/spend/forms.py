"""The shape of what leads and finance enter about spend."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from wtforms import FormField

from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.asking import Question
from portfolio.spend.checks import Ground
from portfolio.spend.evidence import MOST_BYTES
from portfolio.spend.models import Claim
from portfolio.spend.rules import LIST_STATES, SHORT_TEXT
from portfolio.uploads.kinds import TAKEN
from portfolio.web.carried import Carried, SeenForm, number_sent
from portfolio.web.forms import Form, OneOf, Paragraphs, Part, PoundsField, Several, SeveralOf
from portfolio.web.uploading import OneFile
from portfolio.words import begin, file_size


class AskedForm(Part):
    """The box for one question: about a line, the claim as a whole, or on from an earlier question."""

    about = Carried()
    question = Paragraphs("Your question", missing="", most=SHORT_TEXT)


class AskForm(SeenForm):
    """Finance's questions to a claim: a box for each line, of which those that are blank ask nothing."""

    questions = Several(FormField(AskedForm))

    def asked(self) -> list[Question]:
        """What was typed; what somebody meddled with is about no line that is there."""
        return [_question(entry.form.about.data, entry.form.question.data) for entry in self.questions]


def _question(about: str, text: str) -> Question:
    kind, *numbers = about.split("-")
    match kind, [number_sent(number) for number in numbers]:
        case "whole", []:
            return Question(text)
        case "line", [stream_id, category_id]:
            return Question(text, stream_id, category_id)
        case _, [*_, number]:
            return Question(text, follows_id=number)
        case _:
            return Question(text, follows_id=-1)


class AccrualForm(Part):
    """What of one line is accrued; the line by number."""

    line = Carried()
    accrued = PoundsField("Of which accrued", missing=None)


class AccrualsForm(SeenForm):
    """What of a claim's lines was received and not yet paid when the quarter ended."""

    lines = Several(FormField(AccrualForm))

    @classmethod
    def of(cls, claim: Claim) -> dict[str, Any]:
        """What its boxes begin with."""
        return {
            "edition": claim.edition,
            "lines": [{"line": line.id, "accrued": line.accrued} for line in claim.lines],
        }

    def told(self) -> dict[int, Decimal | None]:
        """What was typed, by the number of the line."""
        return {number_sent(entry.form.line.data): entry.form.accrued.data for entry in self.lines}


class ApproveManyForm(Form):
    """Claims to approve together: each by number and the edition that was read."""

    claims = Several(Carried())

    def editions(self) -> dict[int, int]:
        """The editions read, by claim."""
        pairs = (str(entry.data).partition(":") for entry in self.claims)
        return {number_sent(number): number_sent(edition) for number, _, edition in pairs}


class CorrectionForm(Form):
    """A signed adjustment of a quarter that is locked."""

    stream = OneOf("Stream", missing="Select a stream", blank="Choose one")
    category = OneOf("Cost category", missing="Select a category", blank="Choose one")
    entered_in = OneOf("It counts in", kind=int, missing="Select a quarter")
    amount = PoundsField(
        "Difference",
        missing="Enter the difference, above or below zero, that puts the quarter right",
        hint="What has to be added to the quarter, or with a minus sign taken off it, like −73.11.",
    )
    reason = Paragraphs("Reason", missing="", most=SHORT_TEXT, hint="The return shows it beside the figure.")

    def offer(self, ground: Ground, open_quarters: Iterable[Quarter]) -> None:
        """Offer what was awarded, the programme's categories, and the quarters that are open."""
        self.stream.choices = [(stream, begin(stream)) for stream in ground.award]
        self.category.choices = [(category, begin(category)) for category in ground.categories]
        self.entered_in.choices = [(quarter.number, str(quarter)) for quarter in open_quarters]

    def adjustment(self, corrects: Quarter) -> Adjustment:
        """What was entered about a quarter."""
        entered_in = Quarter(corrects.year, self.entered_in.data)
        return Adjustment(
            self.stream.data, self.category.data, corrects, entered_in, self.amount.data, self.reason.data
        )


class CountsInForm(Form):
    """The open quarter in which a correction counts."""

    entered_in = OneOf("It counts in", kind=int, missing="Select a quarter that is open")

    def offer(self, open_quarters: Iterable[Quarter]) -> None:
        """Offer the quarters that are open."""
        self.entered_in.choices = [(quarter.number, str(quarter)) for quarter in open_quarters]

    def quarter(self, year: FinancialYear) -> Quarter:
        """The quarter chosen, of the year of the corrected one."""
        return Quarter(year, self.entered_in.data)


class EvidenceForm(Form):
    """A file that proves what a claim says, and the lines that it is for."""

    file = OneFile("File", missing="Choose a file", hint=f"{TAKEN}. At most {file_size(MOST_BYTES)}.")
    lines = SeveralOf("What it is for", hint="You can leave this out, for instance where a file is for everything.")

    def offer(self, claim: Claim | None) -> None:
        """Offer the lines that the claim has so far."""
        named = {
            f"{line.stream_id}-{line.category_id}": f"{begin(line.stream.name)}, {line.category.name}"
            for line in (claim.lines if claim is not None else ())
        }
        self.lines.choices = list(named.items())

    def chosen(self) -> list[tuple[int, int]]:
        """The lines chosen, by the numbers of their streams and categories."""
        pairs = (value.split("-") for value in dict.fromkeys(self.lines.data))
        return [(int(stream), int(category)) for stream, category in pairs]


class WorkbookForm(Form):
    """A workbook of claims that was filled in."""

    file = OneFile("Workbook", missing="Choose the workbook that you filled in")


class ConfirmForm(Form):
    """The button under what a workbook would change: by what it carries, that alone is confirmed."""

    seen = Carried()


class FilterForm(Form):
    """Which claims a list shows; it stands in the address."""

    quarter = OneOf("Quarter", missing="")
    stage = OneOf("State", [(word, begin(word)) for word in LIST_STATES], blank="All", missing="")
    csp = OneOf("Partnership", kind=int, blank="All", missing="")
