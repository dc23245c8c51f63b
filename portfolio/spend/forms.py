"""The shape of what leads and finance enter about spend."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wtforms import FieldList, FormField, HiddenField

from portfolio.money import BlankMoney
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import rules
from portfolio.spend.asking import Question
from portfolio.spend.checks import Contents, Ground
from portfolio.spend.models import ClaimQuery
from portfolio.spend.rules import RAG, Adjustment, Stage
from portfolio.web.forms import Form, Line, OneOf, Paragraphs, Part, PoundsField
from portfolio.words import begin

SHORT_TEXT = 3_000
"""The longest narrative: a page of a return."""

LONGEST_NUMBER = 10

RAG_MEANS = {
    RAG.GREEN: "On track: nothing stands in the way",
    RAG.AMBER_GREEN: "Mostly on track: small delays that will be made up",
    RAG.AMBER: "Some risk: it needs attention to stay on track",
    RAG.AMBER_RED: "Off track: it will not come right without help or a change of plan",
    RAG.RED: "In trouble: what was agreed will not be delivered",
}


class Carried(HiddenField):
    """Something the page knew already and gets back, as text; a meddler's other text is refused by what reads it."""

    data: str

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What came back."""
        self.data = str(valuelist[0]) if valuelist else ""


class LineForm(Part):
    """One category of one stream: what was spent, on what, and by which reference."""

    stream = Carried()
    category = Carried()
    amount = PoundsField("Amount", missing=None)
    description = Line("What it was for")
    transaction = Line("Ledger or invoice reference", most=120)


class ForecastForm(Part):
    """What is expected of one stream in one later quarter."""

    stream = Carried()
    quarter = Carried()
    amount = PoundsField("Amount", missing=None)


class AnswerForm(Part):
    """The answer to one question of finance's."""

    question = Carried()
    answer = Paragraphs("Your answer", missing="", most=SHORT_TEXT)


class ClaimForm(Form):
    """A lead's quarter. Blanks are let through here, so that a draft can be saved; sending asks for them."""

    edition = Carried()
    lines = FieldList(FormField(LineForm))
    match_spent = PoundsField(
        "Match spent this quarter", missing="", hint="Cash and in kind. Enter 0 if there was none."
    )
    forecasts = FieldList(FormField(ForecastForm))
    narrative = Paragraphs("What was done this quarter", missing="", most=SHORT_TEXT)
    outputs = Paragraphs(
        "Outputs and outcomes", most=SHORT_TEXT, hint="For example: 31 mentors trained in eight schools."
    )
    risks = Paragraphs("Risks", most=SHORT_TEXT, hint="What could go wrong, and what you are doing about it.")
    delivery_rag = OneOf("How delivery is going", RAG, missing="")
    spend_rag = OneOf("How spending is going", RAG, missing="")
    variance_explanation = Paragraphs("Why spend differs from the profile", missing="", most=SHORT_TEXT)
    answers = FieldList(FormField(AnswerForm))

    def validate(self, *rest: Any, **named: Any) -> bool:
        """E5: what was said of a line needs its amount, even if it is zero."""
        sound = bool(super().validate(*rest, **named))
        for entry in self.lines:
            line = entry.form
            if line.amount.data is None and not line.amount.errors and (line.description.data or line.transaction.data):
                line.amount.errors = [BlankMoney().sentence]
                sound = False
        return sound

    def entered(self) -> Iterator[LineForm]:
        """The lines that hold an amount; a category that was left alone is no entry."""
        return (entry.form for entry in self.lines if entry.form.amount.data is not None)

    def contents(self, year: FinancialYear) -> Contents:
        """What was typed, as a claim holds it."""
        return Contents(
            lines=tuple(
                rules.Line(
                    line.stream.data,
                    line.category.data,
                    line.amount.data,
                    line.description.data or None,
                    line.transaction.data or None,
                )
                for line in self.entered()
            ),
            forecasts={
                (entry.form.stream.data, Quarter.parse(year, entry.form.quarter.data)): entry.form.amount.data
                for entry in self.forecasts
                if entry.form.amount.data is not None
            },
            match_spent=self.match_spent.data,
            narrative=self.narrative.data,
            outputs=self.outputs.data,
            risks=self.risks.data,
            delivery_rag=self.delivery_rag.data,
            spend_rag=self.spend_rag.data,
            variance_explanation=self.variance_explanation.data,
        )

    def answered(self) -> dict[int, str]:
        """The answers by question."""
        parts = (entry.form for entry in self.answers)
        return {number_sent(part.question.data): part.answer.data for part in parts}

    def seen_edition(self) -> int:
        """The edition that was opened; none of ours where somebody meddled with it."""
        return number_sent(self.edition.data)

    def places(self, contents: Contents) -> dict[str, str]:
        """Where each thing that the rules speak of stands on the form."""
        boxes: dict[tuple[str, str], list[str]] = {}
        places: dict[str, str] = {}
        for entry in self.lines:
            line = entry.form
            places.setdefault(f"lines.{line.stream.data}", f"{entry.name}-amount")
            if line.amount.data is not None:
                boxes.setdefault((line.stream.data, line.category.data), []).append(entry.name)
        seen: Counter[tuple[str, str]] = Counter()
        for number, claimed in enumerate(contents.lines):
            key = (claimed.stream, claimed.category)
            names = boxes.get(key, [])
            if seen[key] < len(names):
                name = names[seen[key]]
                places |= {
                    f"lines[{number}].{field}": f"{name}-{shown}"
                    for field, shown in (
                        ("stream", "amount"),
                        ("category", "amount"),
                        ("amount", "amount"),
                        ("description", "description"),
                        ("transaction", "transaction"),
                    )
                }
            seen[key] += 1
        for forecast in self.forecasts:
            part = forecast.form
            places[f"forecasts.{part.stream.data}.{part.quarter.data}"] = f"{forecast.name}-amount"
        for answer in self.answers:
            places[f"answers.{answer.form.question.data}"] = f"{answer.name}-answer"
        return places


def claim_form(contents: Contents, ground: Ground, edition: int, questions: Iterable[ClaimQuery]) -> ClaimForm:
    """The form as a claim's contents fill it: a box for every category of every awarded stream."""
    return ClaimForm(
        data={
            "edition": str(edition),
            "lines": [
                line
                for stream in ground.award
                for category in ground.categories
                for line in _boxes(contents, stream, category)
            ],
            "forecasts": [
                {"stream": stream, "quarter": quarter.name, "amount": contents.forecasts.get((stream, quarter))}
                for stream in ground.award
                for quarter in ground.to_forecast
            ],
            "match_spent": contents.match_spent,
            "narrative": contents.narrative,
            "outputs": contents.outputs,
            "risks": contents.risks,
            "delivery_rag": contents.delivery_rag,
            "spend_rag": contents.spend_rag,
            "variance_explanation": contents.variance_explanation,
            "answers": [{"question": str(question.id), "answer": question.answer or ""} for question in questions],
        }
    )


def _boxes(contents: Contents, stream: str, category: str) -> list[Mapping[str, Any]]:
    """The boxes of one category: one for each of its lines, or a blank one."""
    lines: list[rules.Line | None] = [
        line for line in contents.lines if (line.stream, line.category) == (stream, category)
    ]
    return [
        {
            "stream": stream,
            "category": category,
            "amount": line.amount if line else None,
            "description": (line.description or "") if line else "",
            "transaction": (line.transaction or "") if line else "",
        }
        for line in lines or [None]
    ]


class SeenForm(Form):
    """A button under something that was read: nothing to fill in, but which edition it was."""

    edition = Carried()

    def seen_edition(self) -> int:
        """The edition that was read; none of ours where somebody meddled with it."""
        return number_sent(self.edition.data)


class AskedForm(Part):
    """The box for one question: about a line, the claim as a whole, or on from an earlier question."""

    about = Carried()
    question = Paragraphs("Your question", missing="", most=SHORT_TEXT)


class AskForm(SeenForm):
    """Finance's questions to a claim: a box for each line, of which those that are blank ask nothing."""

    questions = FieldList(FormField(AskedForm))

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


class ApproveManyForm(Form):
    """Claims to approve together: each by number and the edition that was read."""

    claims = FieldList(Carried())

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


class RefusalForm(Form):
    """Why a correction is refused."""

    because = Paragraphs("Why you refuse it", missing="", most=SHORT_TEXT, hint="Who asked for it is told this.")


class FilterForm(Form):
    """Which claims a list shows; it stands in the address."""

    quarter = OneOf("Quarter", missing="")
    stage = OneOf("State", Stage, blank="All", missing="")
    csp = OneOf("Partnership", kind=int, blank="All", missing="")


def number_sent(sent: object) -> int:
    """A number that the page wrote; none of ours where somebody meddled with it."""
    text = str(sent)
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else -1
