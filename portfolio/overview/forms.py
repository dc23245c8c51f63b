"""What to look at of a funding year: a quarter, and a partnership."""

from portfolio.overview.year import Scope
from portfolio.quarters import Quarter
from portfolio.web.forms import AddressForm, OneOf

WHOLE_AREA = "All partnerships"


class LookForm(AddressForm):
    """Chooses the quarter that figures are shown as at, and one partnership where somebody sees several."""

    quarter = OneOf("Figures as at", missing="Choose a quarter")
    csp = OneOf("Partnership", blank=WHOLE_AREA)

    def offer(self, scope: Scope, at: Quarter) -> None:
        """The year's quarters and the partnerships that are within reach, with those that are looked at chosen."""
        self.quarter.choices = [(quarter.name.lower(), str(quarter)) for quarter in scope.year.year.quarters]
        self.quarter.data = at.name.lower()
        self.csp.choices = [(csp.key, csp.name) for csp in scope.reached]
        self.csp.data = scope.csp.key if scope.csp else None
        self.csp.flags.optional = False
