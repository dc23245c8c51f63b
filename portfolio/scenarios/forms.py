"""The shape of what is tried: ceilings, ticks and amounts; what the best set must keep to; what is decided."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.widgets import TextInput

from portfolio.decisions.rules import Outcome, Ruling
from portfolio.funding_years.models import CSP, Programme, Stream
from portfolio.money import ZERO, format_plain
from portfolio.people.models import Person
from portfolio.proposals.rules import Level
from portfolio.scenarios.deciding import Proposed
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.optimiser import Wanted
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.rules import Plan
from portfolio.spend.forms import Carried, SeenForm
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, DateParts, Line, OneOf, Paragraphs, PoundsField, Said, SeveralOf

constraint_means(
    "uq_scenario_funding_year_id_csp_id_name",
    "Another scenario of this year has this name. Enter another name, or open that one to change it",
    "name",
)
LEAVE = "leave"
MOST_COMPARED = 4
_HUNDREDTHS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)


class PercentField(Said):
    """A percentage from 0 to 100 of at most two decimals, or with `whole` of none; None where nothing is typed."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: str, *, whole: bool = False, hint: str = "", **rest: Any) -> None:
        super().__init__(label, description=hint, **rest)
        self._settle(None)
        self.whole = whole

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else plain_percent(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it, or say how it is typed."""
        self.data = None
        typed = str(valuelist[0]).strip().removesuffix("%").strip() if valuelist else ""
        if not typed:
            return
        if not (_WHOLE if self.whole else _HUNDREDTHS).fullmatch(typed) or Decimal(typed) > 100:
            like = "70" if self.whole else "4.5"
            kind = "whole number" if self.whole else "number of at most two decimals"
            raise ValueError(f"{self.label.text} must be a {kind} from 0 to 100, like {like}")
        self.data = Decimal(typed)


def plain_percent(value: Decimal) -> str:
    """`4.5`, as a box shows a percentage."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


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
                awards[each.number] = {s: asked[s] if typed is None else typed for s, typed in boxes.items()}
        ceilings = {share.stream: self.ceiling(share.stream).data for share in streams}
        there = {share.stream: share.allocation for share in streams}
        return Plan(
            {stream: there[stream] if typed is None else typed for stream, typed in ceilings.items()},
            self.over_percent.data or Decimal(0),
            awards,
        )

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


def _with_ceilings(sent: MultiDict[str, str], weighed: Weighed) -> MultiDict[str, str]:
    """What an address says; it need not name the ceilings, which are the allocations then."""
    ceilings = {f"ceiling-{share.stream}": format_plain(share.allocation) for share in weighed.streams}
    unsaid = {name: amount for name, amount in {**ceilings, "over_percent": "0"}.items() if name not in sent}
    return MultiDict([*sent.items(multi=True), *unsaid.items()])


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
    form: WorkForm = made(data=data) if sent is None else made(_with_ceilings(sent, weighed), data=data)
    form.taken.choices = [(each.number, each.name) for each in weighed.candidates]
    return form


class BestForm(AddressForm):
    """What the best set must keep to; said by the address alone."""

    asked = Carried(default="1")
    over_percent = PercentField("Plan above the ceilings by, %")
    levels = SeveralOf("At least one proposal of each of these levels", Level)
    continuations = SeveralOf(
        "Earlier years", [("in", "Fund every continuation and extension")], hint="Whatever they score"
    )
    gates = SeveralOf("Gates", [("passed", "Only proposals that pass every gate")])
    must = SeveralOf("Must be in it", kind=int, hint="Whatever they score")
    never = SeveralOf("Must not be in it", kind=int)
    most_per_organisation = OneOf("At most so many of one lead organisation", kind=int, blank="Any number")
    least_score = PercentField("Lowest score, %", hint="Nothing that scores less is in it, but for what must be")
    part_percent = PercentField(
        "May be funded in part, at this share of what it asks, %", whole=True, hint="Blank: in full or not at all"
    )

    weighed: Weighed

    def ceiling(self, stream: int) -> Any:
        """The box of a stream's ceiling; blank is the partnership's allocation."""
        return self[f"ceiling-{stream}"]

    def plan(self) -> Plan:
        """The ceilings, with nothing awarded."""
        ceilings = {share.stream: self.ceiling(share.stream).data for share in self.weighed.streams}
        there = {share.stream: share.allocation for share in self.weighed.streams}
        return Plan(
            {stream: there[stream] if typed is None else typed for stream, typed in ceilings.items()},
            self.over_percent.data or Decimal(0),
            {},
        )

    def wanted(self) -> Wanted:
        """What the optimiser is asked."""
        plan = self.plan()
        return Wanted(
            limits={stream: plan.limit(stream) for stream in plan.ceilings},
            levels=frozenset(self.levels.data),
            continuations=bool(self.continuations.data),
            must=frozenset(self.must.data),
            never=frozenset(self.never.data),
            most_per_organisation=self.most_per_organisation.data,
            least_score=self.least_score.data,
            gates=bool(self.gates.data),
            part_percent=int(self.part_percent.data) if self.part_percent.data else None,
        )


def best_form(weighed: Weighed, sent: MultiDict[str, str]) -> BestForm:
    """The form of the best set, as an address says it; one that says nothing asks for gates that are passed."""
    fields: dict[str, Any] = {"weighed": weighed}
    for share in weighed.streams:
        fields[f"ceiling-{share.stream}"] = PoundsField(f"Ceiling, {share.name}", missing=None)
    form: BestForm = type("BestForm", (BestForm,), fields)(_with_ceilings(sent, weighed))
    if "asked" not in sent:
        form.gates.data = ["passed"]
    named = [(each.number, each.name) for each in weighed.candidates]
    form.must.choices = form.never.choices = named
    form.most_per_organisation.choices = [(number, str(number)) for number in (1, 2, 3, 4, 5)]
    return form


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
