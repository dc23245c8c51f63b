"""How long one waits before the next attempt to sign in, after so many that failed.

An account bears five failures, more than it takes to remember which passphrase it was. Then each failure doubles the
wait, from ten seconds up to a quarter of an hour: whoever guesses has about a hundred guesses a day at one account,
from however many addresses, where a passphrase of three words would take millions. A council's people share one
address, so an address bears thirty failures in an hour, whichever accounts they were at, before the same waits begin;
they are forgotten after that hour, so that a busy morning holds nobody up in the afternoon.

Attempts from a browser on which an account was signed in before are counted apart, and the address's failures do not
hold them up: guessing at somebody's account from elsewhere does not keep its owner out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portfolio.errors import PortfolioError

FREE_FOR_AN_ACCOUNT = 5
FREE_FOR_AN_ADDRESS = 30
ACCOUNT_REMEMBERS = timedelta(hours=24)
ADDRESS_REMEMBERS = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
NO_WAIT = timedelta(0)


class TooSoon(PortfolioError):
    """An attempt to sign in before the wait was over; the same is said whether there is such an account or not."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Too many attempts to sign in failed. Wait {in_words(wait)}, and try again")


@dataclass(frozen=True)
class Failures:
    """How many attempts failed, and when the last of them was made."""

    count: int
    last_at: datetime | None


def wait_after(count: int, free: int) -> timedelta:
    """How long one waits after so many failures, the first few of which are free."""
    doublings = count - free
    if doublings < 0:
        return NO_WAIT
    return min(FIRST_WAIT * (1 << min(doublings, 10)), LONGEST_WAIT)


def wait_from(now: datetime, failures: Failures, free: int) -> timedelta:
    """How much of the wait is left."""
    if failures.last_at is None:
        return NO_WAIT
    return max(failures.last_at + wait_after(failures.count, free) - now, NO_WAIT)


def in_words(wait: timedelta) -> str:
    """A wait as a person is told: `40 seconds`, `2 minutes`; never shorter than it is."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    count, unit = (seconds, "second") if seconds < 90 else (-(-seconds // 60), "minute")
    return f"{count} {unit}{'s' if count != 1 else ''}"
