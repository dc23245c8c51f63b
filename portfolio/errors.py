"""What goes wrong, in sentences a user can act on; and what is worth a warning, as values.

An error says which field or cell, what is wrong, and how to put it right. Rules raise or return
these; the edge (a page, a command, an upload) shows them. Codes such as "E1" and "W3" are the
numbers of the rules in the product's domain description.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class PortfolioError(Exception):
    """A mistake that a user can put right: one sentence, and the field it concerns."""

    code: str | None = None

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    def at(self, field: str) -> "PortfolioError":
        """The same error, said of another field: a rule's plain name becomes a form's or a file's place."""
        self.field = field
        return self

    def each(self) -> "tuple[PortfolioError, ...]":
        """This error, as a refusal of one."""
        return (self,)


class Refused(PortfolioError):
    """Several faults at once, so that a user puts all of them right in one go."""

    def __init__(self, errors: Sequence[PortfolioError]) -> None:
        if not errors:
            raise ValueError("a refusal needs at least one error")
        super().__init__(" ".join(error.sentence for error in errors))
        self.errors: tuple[PortfolioError, ...] = tuple(single for error in errors for single in error.each())

    def each(self) -> "tuple[PortfolioError, ...]":
        """Every single error of this refusal."""
        return self.errors


def refuse_any(errors: Iterable[PortfolioError | None]) -> None:
    """Raise every error found, together; do nothing where there is none."""
    found = [error for error in errors if error is not None]
    if found:
        raise Refused(found)


class NotFound(PortfolioError):
    """What was asked for is not here, or not for this person: the two are told apart to nobody."""


class NotAllowed(PortfolioError):
    """The person may not do this."""


class SaidTwice(PortfolioError):
    """E7: the very same thing is recorded already: a button was pressed twice, or two people entered one letter."""

    code = "E7"

    def __init__(self, what: str, differently: str, field: str) -> None:
        super().__init__(f"The very same {what} is recorded already. If this is another one, {differently}", field)


@dataclass(frozen=True, order=True)
class RuleWarning:
    """Something worth knowing that never stands in the way (W1 to W10): shown, recorded, returned."""

    code: str
    sentence: str
    about: str = ""
