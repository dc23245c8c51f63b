"""What the pages of the audit trail are narrowed to, in their addresses."""

from collections.abc import Iterable

from portfolio.audit.rules import RECORDS
from portfolio.mail.rules import MessageState
from portfolio.people.models import PersonalReading
from portfolio.web.forms import AddressForm, Line, OneOf
from portfolio.words import begin

A_MOMENT = "For example, 20 10 2025 or 20 10 2025 14:30"


class Filter(AddressForm):
    """Narrows a page, by its address alone, to a stretch of time."""

    start = Line("From", most=40, hint=A_MOMENT)
    end = Line("To", most=40, hint="A day without a time counts whole")

    def settle(self) -> None:
        """Nothing of a filter has to be filled in, so no label says that it is optional."""
        for field in self:
            field.flags.optional = False


class ReadingFilter(Filter):
    """Narrows what was read to who read it."""

    author = OneOf("Who", blank="Everybody")

    def offer_authors(self, authors: Iterable[tuple[str, str]]) -> None:
        """Offer who is in the record, by name."""
        self.author.choices = sorted(authors, key=lambda pair: pair[1].casefold())
        self.settle()


class HistoryFilter(ReadingFilter):
    """Narrows the history to who did what to which record."""

    record = OneOf(
        "Kind of record",
        [
            (name, f"{begin(kind.words)}{' (by stream)' if name == 'award_line' else ''}")
            for name, kind in RECORDS.items()
            if name != PersonalReading.__tablename__
        ],
        blank="All records",
    )
    which = Line("Which one", most=254, hint="Its reference, key, e-mail address or number")
    deed = OneOf("What was done", blank="Everything")


class SignInFilter(Filter):
    """Narrows attempts to sign in to an address that was typed, or one that they came from."""

    email = Line("E-mail address", most=254)
    address = Line("Network address", most=45, hint="For example, 192.0.2.7")


class MessageFilter(Filter):
    """Narrows messages to those in one state."""

    state = OneOf("State", MessageState, blank="All messages")
