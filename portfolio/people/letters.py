"""What the messages about accounts say: who writes, to what they invite, until when, and what to do if unexpected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portfolio.clock import LONDON
from portfolio.people.rules import Viewer
from portfolio.quarters import format_day

NOBODY_ASKS = "Nobody will ever ask you for your passphrase, by e-mail or by telephone."


@dataclass(frozen=True)
class Letter:
    """A message's subject and text; `{link}` in it marks where its link goes."""

    subject: str
    text: str


def invitation(name: str, roles: Sequence[str], by: Viewer | None, until: datetime) -> Letter:
    """To somebody who has no passphrase yet; `roles` are in words, with their places."""
    return _letter(
        "Your invitation to Portfolio",
        name,
        f"{_sender(by)} invites you to Portfolio, where grants for community safety are followed from proposal to "
        f"return. Your part:\n\n{_listed(roles)}",
        f"Open this link and choose a passphrase. It takes a minute:\n\n{{link}}\n\nIt works once, until {_at(until)}. "
        f"If it has run out, ask {_asked(by)} for another.",
        "If you did not expect this, do nothing: nobody can use the account before a passphrase is chosen.",
        NOBODY_ASKS,
    )


def role_given(name: str, roles: Sequence[str], by: Viewer | None) -> Letter:
    """To somebody who signs in already."""
    return _letter(
        "You have a new role in Portfolio",
        name,
        f"{_sender(by)} gave you a role in Portfolio:\n\n{_listed(roles)}",
        "Sign in as before. There is nothing else to do.",
        f"If you did not expect this, ask {_asked(by)}.",
    )


def reset(name: str, by: Viewer | None, until: datetime) -> Letter:
    """To somebody who forgot their passphrase, or for whom an administrator asked (`by`)."""
    asked = "Somebody, most likely you, asked" if by is None else f"{_sender(by)} asked"
    return _letter(
        "A new passphrase for Portfolio",
        name,
        f"{asked} for a link with which you choose a new passphrase for Portfolio:\n\n{{link}}",
        f"It works once, until {_at(until)}. You are then signed out everywhere else.",
        "If you did not expect this, do nothing: your passphrase stays as it is. If it happens again, tell your "
        "administrator.",
        NOBODY_ASKS,
    )


def passphrase_changed(name: str, at: datetime) -> Letter:
    """To somebody whose passphrase was set anew by a link."""
    return _letter(
        "Your passphrase was changed",
        name,
        f"Your passphrase for Portfolio was changed with a link that was sent to this address, at {_at(at)}.",
        "If this was not you, tell your administrator at once: somebody else reads your e-mail.",
    )


def address_changed(name: str, new: str, by: Viewer) -> Letter:
    """To the address that somebody had until now."""
    return _letter(
        "Your e-mail address in Portfolio was changed",
        name,
        f"{_sender(by)} changed the e-mail address with which you sign in to Portfolio to {new}.",
        f"If this is wrong, ask {_asked(by)}, or your administrator, at once.",
    )


def _letter(subject: str, name: str, *paragraphs: str) -> Letter:
    return Letter(subject, "\n\n".join((f"Hello {name},", *paragraphs)) + "\n")


def _sender(by: Viewer | None) -> str:
    return by.name if by is not None else "The administrator"


def _asked(by: Viewer | None) -> str:
    return f"{by.name} ({by.email})" if by is not None else "your administrator"


def _listed(roles: Sequence[str]) -> str:
    return "\n".join(f"- {role}" for role in roles)


def _at(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%H:%M} on {format_day(local)}"
