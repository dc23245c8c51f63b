"""The forms of scoring a proposal, and of recording what a panel agreed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wtforms import Field, HiddenField

from portfolio.assessment.models import Assessment, Moderation
from portfolio.assessment.rules import AgreedMeanwhile, Said
from portfolio.proposals.models import Criterion, Gate, Round
from portfolio.web.errors import constraint_means, put_on
from portfolio.web.forms import Form, Line, OneOf, Paragraphs

MOST_REASON = 2_000
MOST_LINE = 500
MOST_IN_A_ROW = 10
"""A scale up to here is a row of buttons; a longer one is a list to choose from."""
NOT_GIVEN = "Not given"
PASSES, FAILS = "yes", "no"
GATE_ANSWERS = ((PASSES, "Passes"), (FAILS, "Does not pass"))
CRITERIA_CHANGED = (
    "The criteria, weights, gates or points were changed since you opened this page. Look at all of it once more: what "
    "you typed is still where it fits, and is not saved yet"
)
AGREED_MEANWHILE = AgreedMeanwhile().sentence
constraint_means("uq_moderation_supersedes_id", AGREED_MEANWHILE)
constraint_means("uq_moderation_first", AGREED_MEANWHILE)
constraint_means("uq_moderation_proposal_id_csp_id", AGREED_MEANWHILE)
constraint_means(
    "uq_assessment_proposal_id_csp_id_assessor_id",
    "You have just begun this assessment in another window. Open the page again and go on there",
)


class CriteriaForm(Form):
    """Points and reasons for each criterion of a round; what else a form asks follows them."""

    comment: Paragraphs
    round: Round

    def __iter__(self) -> Iterator[Field]:
        """The fields in the order of the page, which is that of the error summary."""
        first = self._of_round()
        return iter([*first, *(field for field in super().__iter__() if field not in first)])

    def _of_round(self) -> list[Field]:
        return [field for criterion in self.round.criteria for field in self.of_criterion(criterion)]

    def of_criterion(self, criterion: Criterion) -> tuple[Any, Any]:
        """The points for a criterion, and why."""
        return self[f"points-{criterion.id}"], self[f"justification-{criterion.id}"]

    def said(self) -> Said:
        """What was entered, as the rules read it."""
        criteria = {each.id: self.of_criterion(each) for each in self.round.criteria}
        return Said(
            points={number: points.data for number, (points, _) in criteria.items()},
            justifications={number: why.data for number, (_, why) in criteria.items()},
            comment=self.comment.data,
        )


class ScoreForm(CriteriaForm):
    """What an assessor thinks of a proposal: boxes for each gate and criterion of its round."""

    comment = Paragraphs(
        "What the panel should know besides", most=MOST_REASON, hint="Strengths, doubts, questions to the applicant"
    )
    scale = HiddenField()
    """By what the page had it scored."""

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Points are given by the criteria that the page showed, and mean something else by others."""
        is_right: bool = super().validate(extra_validators)
        if self.scale.data == scale_of(self.round):
            return is_right
        self.scale.data = scale_of(self.round)
        put_on(self, CRITERIA_CHANGED)
        return False

    def _of_round(self) -> list[Field]:
        return [*(field for gate in self.round.gates for field in self.of_gate(gate)), *super()._of_round()]

    def of_gate(self, gate: Gate) -> tuple[Any, Any]:
        """Whether it passes a gate, and why not."""
        return self[f"passed-{gate.id}"], self[f"reason-{gate.id}"]

    def said(self) -> Said:
        """What was entered, with the gates."""
        gates = {each.id: self.of_gate(each) for each in self.round.gates}
        return replace(
            super().said(),
            passed={number: _passed(answer.data) for number, (answer, _) in gates.items()},
            reasons={number: why.data for number, (_, why) in gates.items()},
        )


def _passed(answer: str | None) -> bool | None:
    return None if answer is None else answer == PASSES


def _answer(passed: bool | None) -> str | None:
    if passed is None:
        return None
    return PASSES if passed else FAILS


def score_form(of: Round, found: Assessment | None = None) -> ScoreForm:
    """The form for a round's gates and criteria; it begins with what was saved, where there is something."""
    scores = {score.criterion_id: score for score in found.scores} if found else {}
    answers = {answer.gate_id: answer for answer in found.gates} if found else {}
    fields: dict[str, Any] = {"round": of}
    for gate in of.gates:
        answer = answers.get(gate.id)
        begun = _answer(answer.passed if answer else None)
        fields[f"passed-{gate.id}"] = OneOf(
            gate.name, GATE_ANSWERS, missing="", hint=gate.guidance or "", default=begun
        )
        fields[f"reason-{gate.id}"] = Line(
            f"{gate.name}: why it does not pass", missing="", most=MOST_LINE, default=answer.reason if answer else None
        )
    for criterion in of.criteria:
        score = scores.get(criterion.id)
        fields[f"points-{criterion.id}"] = _points(
            f"{criterion.name}, weight {criterion.weight}",
            of,
            score.points if score else None,
            criterion.guidance,
            None if of.most_points <= MOST_IN_A_ROW else NOT_GIVEN,
        )
        fields[f"justification-{criterion.id}"] = Paragraphs(
            f"{criterion.name}: why these points",
            missing="",
            most=MOST_REASON,
            default=score.justification if score else None,
        )
    form: ScoreForm = type("ScoreForm", (ScoreForm,), fields)(
        data={"comment": found.comment if found else None, "scale": scale_of(of)}
    )
    return form


def scale_of(of: Round) -> str:
    """By what a round is scored, in short: the most points, its criteria with their weights, its gates."""
    criteria = [f"{each.id}x{each.weight}" for each in of.criteria]
    return " ".join([str(of.most_points), *criteria, *(str(gate.id) for gate in of.gates)])


def _points(label: str, of: Round, begun: int | None, hint: str | None = None, blank: str | None = None) -> OneOf:
    scale = [(points, str(points)) for points in range(of.most_points + 1)]
    return OneOf(label, scale, kind=int, blank=blank, missing="", hint=hint or "", default=begun)


class ModerateForm(CriteriaForm):
    """What a panel agreed on a proposal: points for each criterion, the gates, and how it came to this."""

    passes = OneOf("Does it pass the gates?", GATE_ANSWERS, missing="")
    comment = Paragraphs(
        "How the panel came to this",
        missing="",
        most=MOST_REASON,
        hint="What was discussed, and why scores were moved or kept. It stands in the record of the round",
    )
    seen = HiddenField()

    def passes_gates(self) -> bool | None:
        """Whether the panel finds that it passes the gates; None where that is not said."""
        return _passed(self.passes.data)

    def seen_moderation(self) -> int | None:
        """The number of the moderation that the page showed; -1 for what no page of ours sends."""
        sent = self.seen.data or ""
        if not sent:
            return None
        return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else -1


def moderate_form(of: Round, given: Mapping[int, Sequence[int]], before: Moderation | None) -> ModerateForm:
    """The form for a round's criteria; it begins with what was agreed before, or where all assessors gave the same."""
    agreed = {score.criterion_id: score for score in before.scores} if before else {}
    fields: dict[str, Any] = {"round": of}
    for criterion in of.criteria:
        score, points = agreed.get(criterion.id), set(given.get(criterion.id, ()))
        unanimous = next(iter(points)) if len(points) == 1 else None
        fields[f"points-{criterion.id}"] = _points(
            criterion.name, of, score.points if score else unanimous, blank=NOT_GIVEN
        )
        fields[f"justification-{criterion.id}"] = Paragraphs(
            "Why, where no assessor gave this", missing="", most=MOST_REASON, default=score.reason if score else None
        )
    begin = {
        "passes": _answer(before.passes_gates if before else None),
        "seen": str(before.id) if before else "",
    }
    form: ModerateForm = type("ModerateForm", (ModerateForm,), fields)(data=begin)
    return form
