"""What every attempt to prove who one is begins with: a passphrase's, a code's."""

from portfolio.people import signing_in
from portfolio.people.models import SignInOutcome
from portfolio.people.throttling import NO_WAIT, TooSoon
from portfolio.web.callers import caller
from portfolio.web.clock import machine_moment
from portfolio.web.database import keeping


def begin_attempt(email: str, otherwise: SignInOutcome = SignInOutcome.REFUSED) -> int:
    """Note an attempt as failed, before it is looked at; its number, to withdraw it by when it was right.

    It is kept at once, so that this comes before anything else of a view is changed. Raises TooSoon where it came
    before the wait after earlier ones was over.
    """
    with keeping() as session:
        attempt = signing_in.begin(session, email, caller(), machine_moment(), otherwise)
    if attempt.wait > NO_WAIT:
        raise TooSoon(attempt.wait)
    return attempt.id
