"""The form of the workspace: ceilings, ticks and amounts, in the page or in its address."""

from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from portfolio.money import ZERO, format_plain
from portfolio.scenarios.forms.ceilings import ceilings_in, with_ceilings
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.rules import Plan
from portfolio.web.carried import Carried, SeenForm
from portfolio.web.errors import constraint_means
from portfolio.web.forms import Line, Paragraphs, PercentField, PoundsField, SeveralOf, plain_percent

constraint_means(
    "uq_scenario_funding_year_id_csp_id_name",
    "Another scenario of this year has this name. Enter another name, or open that one to change it",
    "name",
)


class WorkForm(SeenForm):
    """A portfolio that is tried: a tick and boxes for each proposal, and the ceilings above them."""

    tried = Carried(default="1")
    over_percent = PercentField("Plan above the ceilings by, %")
    taken = SeveralOf("Taken in", kind=int)
    name = Line("Name", missing="", most=80, hint="As the panel will speak of it: Prevention first")
    note = Paragraphs("Note", most=500)

    weighed: Weighed

    def award(self, number: int, stream: int) -> Any:
        """The box of what a proposal is awarded of a stream; blank is all that it asks."""
        return self[f"award-{number}-{stream}"]

    def ceiling(self, stream: int) -> Any:
        """The box of a stream's ceiling; blank is the partnership's allocation."""
        return self[f"ceiling-{stream}"]

    def reads(self) -> bool:
        """Whether everything can be read, in an address too, which carries no token."""
        fields = [field for field in self if field.name != "csrf_token"]
        return all([field.validate(self) for field in fields])  # noqa: C419 - each says what is wrong with it

    def plan(self) -> Plan:
        """What is tried; of boxes that cannot be read, as if they were blank."""
        offered, streams = set(self.taken.data or ()), self.weighed.streams
        awards = {}
        for each in self.weighed.candidates:
            if each.number in offered:
                boxes = {share.stream: self.award(each.number, share.stream).data for share in streams}
                asked = {stream: each.asks.get(stream, ZERO) for stream in boxes}
                awards[each.number] = {
                    stream: asked[stream] if typed is None else typed for stream, typed in boxes.items()
                }
        return Plan(ceilings_in(self.weighed, self.ceiling), self.over_percent.data or Decimal(0), awards)

    def address(self) -> dict[str, Any]:
        """What is tried, as an address says it."""
        named = {"edition": self.edition.data, "name": self.name.data, "note": self.note.data}
        return {**told_of(self.plan(), self.weighed), **{key: value for key, value in named.items() if value}}


def told_of(plan: Plan, weighed: Weighed) -> dict[str, Any]:
    """A plan as the address of a workspace says it."""
    told: dict[str, Any] = {"tried": 1, "over_percent": plain_percent(plan.over_percent)}
    told |= {f"ceiling-{stream}": format_plain(amount) for stream, amount in plan.ceilings.items()}
    told["taken"] = [each.number for each in weighed.candidates if each.number in plan.awards]
    for each in weighed.candidates:
        for stream, amount in plan.awards.get(each.number, {}).items():
            if amount != each.asks.get(stream, ZERO):
                told[f"award-{each.number}-{stream}"] = format_plain(amount)
    return told


def work_form(
    weighed: Weighed, begin: Plan, sent: MultiDict[str, str] | None = None, scenario: Scenario | None = None
) -> WorkForm:
    """The form of a workspace: as it is sent in an address (`sent`) or in the page's form, else as it begins."""
    fields: dict[str, Any] = {"weighed": weighed}
    for share in weighed.streams:
        fields[f"ceiling-{share.stream}"] = PoundsField(
            f"Ceiling, {share.name}", missing=None, default=begin.ceilings.get(share.stream, share.allocation)
        )
        for each in weighed.candidates:
            given = begin.awards.get(each.number, {}).get(share.stream)
            fields[f"award-{each.number}-{share.stream}"] = PoundsField(
                f"{each.reference}, {share.name}",
                missing=None,
                default=None if given == each.asks.get(share.stream, ZERO) else given,
            )
    made = type("WorkForm", (WorkForm,), fields)
    data = {"over_percent": begin.over_percent, "taken": list(begin.awards)}
    if scenario is not None:
        data |= {"name": scenario.name, "note": scenario.note or "", "edition": str(scenario.edition)}
    form: WorkForm = made(data=data) if sent is None else made(with_ceilings(sent, weighed), data=data)
    form.taken.choices = [(each.number, each.name) for each in weighed.candidates]
    return form
