"""What one person asks for and another decides on: variations here, corrections of locked quarters in a later room."""

from enum import StrEnum

from portfolio.errors import PortfolioError


class AskedState(StrEnum):
    """Where something stands that somebody asked for; only what was approved counts."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TAKEN_BACK = "Withdrawn by who asked for it"
"""What stands in place of a refusal's reason where nobody refused."""


class AskedByThemselves(PortfolioError):
    """Who asked for it decides on it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"You asked for this {what}, so somebody else must decide on it")


class DecidedAlready(PortfolioError):
    """What was approved, refused or withdrawn before."""

    def __init__(self, what: str, state: AskedState) -> None:
        super().__init__(f"This {what} is {state} already. Ask for another one if something is still wrong")


class NotTheirs(PortfolioError):
    """What somebody else asked for."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Somebody else asked for this {what}, so it is theirs to change or withdraw")


class NoReasonToRefuse(PortfolioError):
    """A refusal that does not say why."""

    def __init__(self) -> None:
        super().__init__("Give the reason, so that who asked knows what to do instead", "because")


def asked_state(asked_by: int, decided_by: int | None, refused_because: str | None) -> AskedState:
    """Where it stands, by who asked for it, who decided on it, if anybody did, and the reason of a refusal.

    Nobody refuses what they asked for themselves: they withdraw it.
    """
    if decided_by is None:
        return AskedState.WAITING
    if refused_because is None:
        return AskedState.APPROVED
    return AskedState.WITHDRAWN if decided_by == asked_by else AskedState.REFUSED


def bad_deciding(what: str, state: AskedState, asked_by: int, decides: int) -> PortfolioError | None:
    """Why somebody does not decide on it: it is decided already, or they asked for it themselves."""
    if state is not AskedState.WAITING:
        return DecidedAlready(what, state)
    return AskedByThemselves(what) if asked_by == decides else None


def bad_withdrawing(what: str, state: AskedState, asked_by: int, withdraws: int) -> PortfolioError | None:
    """Why somebody does not take it back, or change it: it is decided on, or was asked for by somebody else."""
    if state is not AskedState.WAITING:
        return DecidedAlready(what, state)
    return None if asked_by == withdraws else NotTheirs(what)


def no_reason_to_refuse(because: str) -> NoReasonToRefuse | None:
    """Whoever refuses it says why."""
    return None if because.strip() else NoReasonToRefuse()
