"""The form of the best-scoring set: what it must keep to, as an address says it."""

from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from portfolio.proposals.rules import Level
from portfolio.scenarios.forms.ceilings import ceilings_in, with_ceilings
from portfolio.scenarios.optimiser import Wanted
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.rules import Plan
from portfolio.web.carried import Carried
from portfolio.web.forms import AddressForm, OneOf, PercentField, PoundsField, SeveralOf


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
        return Plan(ceilings_in(self.weighed, self.ceiling), self.over_percent.data or Decimal(0), {})

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
    form: BestForm = type("BestForm", (BestForm,), fields)(with_ceilings(sent, weighed))
    if "asked" not in sent:
        form.gates.data = ["passed"]
    named = [(each.number, each.name) for each in weighed.candidates]
    form.must.choices = form.never.choices = named
    form.most_per_organisation.choices = [(number, str(number)) for number in (1, 2, 3, 4, 5)]
    return form
