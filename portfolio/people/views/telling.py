"""What the pages about accounts share: a link's key, where a message went, what each role is for."""

from functools import partial

from portfolio.people.joining import KeyOf
from portfolio.people.rules import PURPOSE
from portfolio.web.database import config
from portfolio.web.mail import mail_is_sent
from portfolio.words import begin


def key_of() -> KeyOf:
    """What makes the keys of this site's links."""
    return partial(config().derived_key, "link")


def on_its_way(email: str) -> str:
    """Where the message to an address is found."""
    if mail_is_sent():
        return f"A message is on its way to {email}."
    return f"No mail server is set, so the message to {email} is written to the outbox folder on the server."


def purposes() -> dict[str, str]:
    """What each role is for, by the role's name, as the choices of a form say it."""
    return {role.value: begin(purpose) for role, purpose in PURPOSE.items()}
