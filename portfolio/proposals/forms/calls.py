"""The form of a call: its dates, its guidance, and the criteria and gates by which proposals are judged."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from wtforms import FormField

from portfolio.proposals.calls import CallSaid, CriterionSaid, GateSaid
from portfolio.web.errors import constraint_means
from portfolio.web.forms import DateParts, Form, Line, Paragraphs, Part, Several, WholeNumber

constraint_means("uq_round_funding_year_id_csp_id", "Somebody has just set up this call. Look at theirs first")

MORE, MOST_LINES, MOST_NAME = 2, 40, 80


class CriterionPart(Part):
    """One criterion; a line without a name and a weight is none."""

    name = Line("Criterion", most=MOST_NAME)
    weight = WholeNumber("Weight")
    guidance = Paragraphs("What assessors look for", most=500)


class GatePart(Part):
    """One gate; a line without a name is none."""

    name = Line("Gate", most=MOST_NAME)
    guidance = Paragraphs("What assessors look for", most=500)


class CallForm(Form):
    """A partnership's call for proposals."""

    opens_on = DateParts("Opens on", missing="Enter the day on which the call opens")
    closes_on = DateParts(
        "Closes on", missing="Enter the last day", hint="The last day: what comes later is taken, and kept as late"
    )
    guidance = Paragraphs(
        "Guidance for applicants",
        hint="What the partnership looks for this year, what it does not pay for, and whom to ask",
    )
    most_points = WholeNumber(
        "Best score of a criterion", missing="Enter the best score of a criterion", hint="The worst is 0"
    )
    recommend_from = WholeNumber("Recommend from, per cent", missing="Enter a percentage")
    discuss_from = WholeNumber(
        "Discuss from, per cent", missing="Enter a percentage", hint="What scores less is not recommended"
    )
    criteria = Several(FormField(CriterionPart), min_entries=1, max_entries=MOST_LINES)
    gates = Several(FormField(GatePart), min_entries=1, max_entries=MOST_LINES)

    def lengthen(self) -> None:
        """Give room for more criteria and gates."""
        for lines in (self.criteria, self.gates):
            for _ in range(min(MORE, MOST_LINES - len(lines.entries))):
                lines.append_entry()

    def weights(self) -> int:
        """What the weights come to, as far as they can be read."""
        return sum(entry.form.weight.data or 0 for entry in self.criteria.entries)

    @staticmethod
    def _filled(lines: Several) -> list[Any]:
        """The lines in which anything is typed."""
        return [entry for entry in lines.entries if any(entry.form.data.values())]

    def said(self) -> CallSaid:
        """What was entered; a weight that is not there is none at all, which the rules refuse."""
        return CallSaid(
            opens_on=self.opens_on.data,
            closes_on=self.closes_on.data,
            guidance=self.guidance.data or None,
            most_points=self.most_points.data,
            recommend_from=Decimal(self.recommend_from.data),
            discuss_from=Decimal(self.discuss_from.data),
            criteria=tuple(
                CriterionSaid(part.name.data, part.weight.data or 0, part.guidance.data or None)
                for part in (entry.form for entry in self._filled(self.criteria))
            ),
            gates=tuple(
                GateSaid(part.name.data, part.guidance.data or None)
                for part in (entry.form for entry in self._filled(self.gates))
            ),
        )

    def places(self) -> dict[str, str]:
        """Where the rules' places are: they count the lines that say something, the form counts all."""
        found = {"criteria[0].name": self.criteria.entries[0].form.name.name}
        for kind, lines in (("criteria", self.criteria), ("gates", self.gates)):
            for place, entry in enumerate(self._filled(lines)):
                for field in entry.form:
                    found[f"{kind}[{place}].{field.short_name}"] = field.name
        return found


def as_said(said: CallSaid) -> dict[str, Any]:
    """How the form begins with a call."""
    whole = {name: int(getattr(said, name)) for name in ("recommend_from", "discuss_from")}
    return {
        "opens_on": said.opens_on,
        "closes_on": said.closes_on,
        "guidance": said.guidance,
        "most_points": said.most_points,
        **whole,
        "criteria": _rows(said.criteria),
        "gates": _rows(said.gates),
    }


def _rows(said: Sequence[CriterionSaid] | Sequence[GateSaid]) -> list[dict[str, Any]]:
    return [asdict(each) for each in said]
