"""What an action of a meeting must say, where it stands on a day, and who may say that it is over."""

from datetime import date
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.quarters import format_day


class Standing(StrEnum):
    """Where an action stands."""

    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    DROPPED = "dropped"


class BadAction(PortfolioError):
    """An action that nobody could do, or that no meeting can have agreed."""


class EndedAlready(PortfolioError):
    """An action that is done or dropped: what was said of it stays."""

    def __init__(self, standing: Standing, ended_on: date) -> None:
        super().__init__(
            f"This action was {standing} on {format_day(ended_on)}. Record a new one if more is to be done"
        )


class NotTheirs(PortfolioError):
    """Ending an action that is somebody else's."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"Only {owner}, whose action this is, or an officer of the partnership can say that it is done"
        )


def standing(due_on: date, ended_on: date | None, today: date, *, dropped: bool) -> Standing:
    """Where an action stands on a day: due until its day is past, then overdue, until it ends."""
    if ended_on is not None:
        return Standing.DROPPED if dropped else Standing.DONE
    return Standing.OVERDUE if due_on < today else Standing.DUE


def bad_action(text: str, body: str, met_on: date, due_on: date, today: date) -> list[PortfolioError]:
    """What is wrong with an action as it was recorded: it says what, who met and when, and is due no earlier."""
    errors: list[PortfolioError] = []
    if not text.strip():
        errors.append(BadAction("Say what is to be done", "text"))
    if not body.strip():
        errors.append(BadAction("Enter who met, like Dorset Community Safety Partnership", "body"))
    if met_on > today:
        errors.append(BadAction("The meeting is still to come. Record its actions when it has been held", "met_on"))
    if due_on < met_on:
        errors.append(
            BadAction(f"It cannot be due before the meeting of {format_day(met_on)}. Check both days", "due_on")
        )
    return errors


def bad_ending(note: str, *, dropped: bool) -> BadAction | None:
    """An action that is not done any more says why."""
    if dropped and not note.strip():
        return BadAction("Say why it is dropped", "because")
    return None
