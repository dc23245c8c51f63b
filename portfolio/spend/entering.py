"""The shape of what a lead enters: a form for each part of a claim, and one for answers to finance's questions.

Blanks are let through, so that a draft can be saved; sending asks for them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from wtforms import FormField

from portfolio.money import BlankMoney
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import rules
from portfolio.spend.checks import Contents, Ground, Part
from portfolio.spend.models import ClaimQuery
from portfolio.spend.parts import digest
from portfolio.spend.rules import RAG, SHORT_REFERENCE, SHORT_TEXT
from portfolio.web import forms
from portfolio.web.carried import Carried, number_sent
from portfolio.web.forms import Form, Line, OneOf, Paragraphs, PoundsField, Several

RAG_MEANS = {
    RAG.GREEN: "On track: nothing stands in the way",
    RAG.AMBER_GREEN: "Mostly on track: small delays that will be made up",
    RAG.AMBER: "Some risk: it needs attention to stay on track",
    RAG.AMBER_RED: "Off track: it will not come right without help or a change of plan",
    RAG.RED: "In trouble: what was agreed will not be delivered",
}


class PartForm(Form):
    """A page of a claim; `seen` is the digest of what stood there when it was opened."""

    seen = Carried()

    @classmethod
    def filled(cls, contents: Contents, ground: Ground, seen: str) -> "PartForm":
        """The form as it is opened, with what a claim holds."""
        return cls(formdata=None, data={"seen": seen, **cls.shown(contents, ground)})

    @classmethod
    def shown(cls, contents: Contents, ground: Ground) -> Mapping[str, Any]:
        """What stands in its boxes."""
        return {name: getattr(contents, name) for name in cls._boxes()}

    @classmethod
    def _boxes(cls) -> list[str]:
        return [field.name for field in fields(Contents) if hasattr(cls, field.name)]

    def contents(self, year: FinancialYear) -> Contents:
        """What was typed, as a claim holds it; nothing of the other parts."""
        return Contents(**{name: self[name].data for name in self._boxes()})

    def places(self, contents: Contents) -> dict[str, str]:
        """Where the things that the rules speak of stand on the form, where they go by another name there."""
        return {}


class LineForm(forms.Part):
    """One category of one stream: what was spent, on what, and by which reference."""

    stream = Carried()
    category = Carried()
    amount = PoundsField("Amount", missing=None)
    description = Line("What it was for")
    transaction = Line("Ledger or invoice reference", most=SHORT_REFERENCE)


class SpendForm(PartForm):
    """What was spent, a box for every category of every awarded stream, and why it differs from the profile."""

    lines = Several(FormField(LineForm))
    variance_explanation = Paragraphs("Why spend differs from the profile", missing="", most=SHORT_TEXT)

    @classmethod
    def shown(cls, contents: Contents, ground: Ground) -> Mapping[str, Any]:
        """Its boxes; a category has as many as the claim has lines of it, or a blank one."""
        lines = [
            box
            for stream in ground.award
            for category in ground.categories
            for box in _boxes(contents, stream, category)
        ]
        return {"lines": lines, "variance_explanation": contents.variance_explanation}

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
        """The lines and the explanation."""
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
            variance_explanation=self.variance_explanation.data,
        )

    def places(self, contents: Contents) -> dict[str, str]:
        """The boxes of each line, and of each stream the first."""
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
                places |= {f"lines[{number}].{field}": f"{names[seen[key]]}-{box}" for field, box in _BOXES.items()}
            seen[key] += 1
        return places

    def box_of(self, stream: str, category: str) -> str | None:
        """The first box of a line, by name; None where there is none."""
        every = ((entry.form.stream.data, entry.form.category.data, entry.name) for entry in self.lines)
        return next((f"{name}-amount" for of, kind, name in every if (of, kind) == (stream, category)), None)


_BOXES = {
    "stream": "amount",
    "category": "amount",
    "amount": "amount",
    "description": "description",
    "transaction": "transaction",
}
"""The box of a line at which each of its faults stands."""


def _boxes(contents: Contents, stream: str, category: str) -> list[Mapping[str, Any]]:
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


class MatchForm(PartForm):
    """The match spent."""

    match_spent = PoundsField(
        "Match spent this quarter", missing="", hint="Cash and in kind. Enter 0 if there was none."
    )


class ExpectedForm(forms.Part):
    """What is expected of one stream in one later quarter."""

    stream = Carried()
    quarter = Carried()
    amount = PoundsField("Amount", missing=None)


class ForecastForm(PartForm):
    """A box for each awarded stream in each later quarter."""

    forecasts = Several(FormField(ExpectedForm))

    @classmethod
    def shown(cls, contents: Contents, ground: Ground) -> Mapping[str, Any]:
        """Its boxes."""
        return {
            "forecasts": [
                {"stream": stream, "quarter": quarter.name, "amount": contents.forecasts.get((stream, quarter))}
                for stream in ground.award
                for quarter in ground.to_forecast
            ]
        }

    def contents(self, year: FinancialYear) -> Contents:
        """The forecasts that were given."""
        return Contents(
            forecasts={
                (entry.form.stream.data, Quarter.parse(year, entry.form.quarter.data)): entry.form.amount.data
                for entry in self.forecasts
                if entry.form.amount.data is not None
            }
        )

    def places(self, contents: Contents) -> dict[str, str]:
        """The box of each forecast."""
        return {
            f"forecasts.{entry.form.stream.data}.{entry.form.quarter.data}": f"{entry.name}-amount"
            for entry in self.forecasts
        }


class ProgressForm(PartForm):
    """What was done, and how it goes."""

    narrative = Paragraphs("What was done this quarter", missing="", most=SHORT_TEXT)
    delivery_rag = OneOf("How delivery is going", RAG, missing="")
    spend_rag = OneOf("How spending is going", RAG, missing="")


class OutputsForm(PartForm):
    """What came of it."""

    outputs = Paragraphs(
        "Outputs and outcomes", most=SHORT_TEXT, hint="For example: 31 mentors trained in eight schools."
    )


class RisksForm(PartForm):
    """What could go wrong."""

    risks = Paragraphs("Risks", most=SHORT_TEXT, hint="What could go wrong, and what you are doing about it.")


FORMS: Mapping[Part, type[PartForm]] = {
    Part.SPEND: SpendForm,
    Part.MATCH: MatchForm,
    Part.FORECAST: ForecastForm,
    Part.PROGRESS: ProgressForm,
    Part.OUTPUTS: OutputsForm,
    Part.RISKS: RisksForm,
}


def form_of(part: Part, contents: Contents, ground: Ground, saved: Contents) -> PartForm:
    """A part's form as it is opened: what stands in it, and the digest of what is `saved` of it."""
    return FORMS[part].filled(contents, ground, digest(saved, part))


class AnswerForm(forms.Part):
    """The answer to one question of finance's; `seen` is what stood there when it was opened."""

    question = Carried()
    seen = Carried()
    answer = Paragraphs("Your answer", missing="", most=SHORT_TEXT)


class AnswersForm(Form):
    """The answers to every question of finance's that waits for one."""

    answers = Several(FormField(AnswerForm))

    @classmethod
    def filled(cls, questions: Iterable[ClaimQuery]) -> "AnswersForm":
        """The form as it is opened."""
        texts = ((str(question.id), question.answer or "") for question in questions)
        answers = [{"question": number, "seen": text, "answer": text} for number, text in texts]
        return cls(formdata=None, data={"answers": answers})

    def answered(self) -> dict[int, tuple[str, str]]:
        """By question, what was seen and what was typed."""
        parts = (entry.form for entry in self.answers)
        return {number_sent(part.question.data): (part.seen.data, part.answer.data) for part in parts}

    def places(self) -> dict[str, str]:
        """The box of each answer."""
        return {f"answers.{entry.form.question.data}": f"{entry.name}-answer" for entry in self.answers}
