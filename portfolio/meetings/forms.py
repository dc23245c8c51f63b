"""What is entered about the actions of meetings."""

from collections.abc import Iterable
from enum import StrEnum

from portfolio.funding_years.models import CSP
from portfolio.people.models import Person
from portfolio.web.forms import AddressForm, DateParts, Form, Line, OneOf, Paragraphs

SHORT_TEXT = 2_000


class Show(StrEnum):
    """Which actions to list."""

    YOURS = "yours"
    ENDED = "done or dropped"


class ActionFilter(AddressForm):
    """Which of the actions within reach to list."""

    show = OneOf("Actions", Show, blank="Still to be done")
    csp = OneOf("Partnership", blank="All partnerships")
    about = Line("Proposal", most=60)

    def offer(self, csps: Iterable[CSP]) -> None:
        """Offer the partnerships within reach."""
        self.csp.choices = [(csp.key, csp.name) for csp in csps]
        self.show.flags.optional = self.csp.flags.optional = self.about.flags.optional = False


class ActionForm(Form):
    """What a meeting agreed."""

    text = Paragraphs("What is to be done", missing="Say what is to be done", most=SHORT_TEXT)
    owner = OneOf("Who does it", kind=int, blank="Choose a person", missing="Choose who does it")
    due_on = DateParts("Due", missing="Enter the day by which it is to be done")
    about = Line("Proposal that it concerns", most=60, hint="Its reference, like SVD-25-01")
    body = Line("Who met", missing="Enter who met, like Dorset Community Safety Partnership")
    met_on = DateParts("Day of the meeting", missing="Enter the day of the meeting")
    minute = Line("Minute reference", most=100, hint="For example, item 6.7")

    def offer(self, people: Iterable[Person]) -> None:
        """Offer those who can take something on for the partnership."""
        self.owner.choices = [(person.id, person.name) for person in people]


class DoneForm(Form):
    """What came of an action."""

    note = Paragraphs("What came of it", most=SHORT_TEXT, hint="The next progress report says it")


class DropForm(Form):
    """Why an action is not to be done any more."""

    because = Paragraphs("Why it is dropped", missing="Say why it is dropped", most=SHORT_TEXT)
