"""The form that turns a scenario into decisions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wtforms import Field

from portfolio.decisions.rules import Outcome, Ruling
from portfolio.funding_years.models import CSP, Programme, Stream
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.scenarios.deciding import Proposed
from portfolio.web.carried import SeenForm
from portfolio.web.forms import DateParts, Line, OneOf, Paragraphs, SeveralOf

LEAVE = "leave"
"""Chosen for a proposal on which nothing is decided now."""


class RulingsForm(SeenForm):
    """A scenario as decisions: one for each proposal, and what is the same for all of them."""

    body = Line("Who decided", missing="Enter which meeting decided", hint="As it will stand in the return")
    met_on = DateParts("Date of the meeting", missing="Enter the date of the meeting")
    minute = Line("Minute", hint="For example, 6.5 (a)")
    above_because = Paragraphs(
        "Why it awards more than its allocation",
        missing="",
        most=2_000,
        hint="Needed where the awards of a stream come to more than its allocation: what the partnership counts on",
    )
    deciders = SeveralOf("Who took part", kind=int, hint="People who declared an interest cannot take part")

    rows: tuple[Proposed, ...]
    streams: tuple[Stream, ...]

    def __iter__(self) -> Iterator[Field]:
        """The fields in the order of the page, which is that of the error summary: each proposal's come first."""
        of_rows = [box(each) for each in self.rows for box in (self.decision, self.reason, self.conditions)]
        return iter([*of_rows, *(field for field in super().__iter__() if field not in of_rows)])

    def decision(self, each: Proposed) -> Any:
        """The choice of what is decided on a proposal."""
        return self[f"decision-{each.candidate.number}"]

    def reason(self, each: Proposed) -> Any:
        """The box of its reason."""
        return self[f"reason-{each.candidate.number}"]

    def conditions(self, each: Proposed) -> Any:
        """The box of its conditions."""
        return self[f"conditions-{each.candidate.number}"]

    def rulings(self) -> Mapping[int, Ruling]:
        """What is decided, by the number of the proposal; not on those that are left as they are."""
        return {
            each.candidate.number: Ruling(
                Outcome(self.decision(each).data),
                self.body.data,
                {stream.name: each.given.get(stream.id, ZERO) for stream in self.streams},
                self.reason(each).data,
                self.conditions(each).data,
                self.met_on.data,
                self.minute.data,
                self.above_because.data if self.above_because else None,
            )
            for each in self.rows
            if self.decision(each).data != LEAVE
        }


def rulings_form(
    rows: Sequence[Proposed], programme: Programme, csp: CSP, people: Iterable[Person], edition: int
) -> RulingsForm:
    """The form that turns a scenario into decisions; what is decided so already begins as left alone.

    Only a programme that tolerates awards above an allocation asks why they are made.
    """
    fields: dict[str, Any] = {"rows": tuple(rows), "streams": tuple(programme.streams)}
    if not programme.tolerance_percent:
        fields["above_because"] = None
    for each in rows:
        number, name = each.candidate.number, each.candidate.reference
        choices = [(outcome.value, outcome.value.capitalize()) for outcome in each.outcomes]
        fields[f"decision-{number}"] = OneOf(
            f"{name}, decision",
            [*choices, (LEAVE, "Leave as it is")],
            missing=f"Choose what is decided on {name}",
            default=LEAVE if each.is_so_already else choices[0][0] if each.given else None,
            blank=None if each.given else "Choose",
        )
        fields[f"reason-{number}"] = Paragraphs(f"{name}, reason", missing="", most=2_000)
        fields[f"conditions-{number}"] = Paragraphs(f"{name}, conditions", missing="", most=2_000)
    made = type("RulingsForm", (RulingsForm,), fields)
    form: RulingsForm = made(data={"body": csp.name, "edition": str(edition)})
    form.deciders.choices = [(person.id, person.name) for person in people]
    return form
