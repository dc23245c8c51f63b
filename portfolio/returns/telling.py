"""Who is told that a return waits for them, or was asked about or answered: queued with the deed itself.

Of one partnership's return only questions and answers are told by mail: where there are hundreds, the front page lists
what waits. `by` is the name of who did it, `now` the machine's moment, and `site` the site's address.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.people.actions import viewer_of
from portfolio.people.models import Person, RoleHeld
from portfolio.people.posting import can_be_told, post
from portfolio.people.rules import MAY, Act, find_marked
from portfolio.returns.models import Return
from portfolio.returns.queries import place_of
from portfolio.returns.rules import NOT_WHO_PREPARED_IT, STEPS, ReturnKind, ReturnStatus, acts_for

NEXT: dict[ReturnStatus, tuple[str, str]] = {
    ReturnStatus.PREPARED: ("prepared", "It waits to be checked by somebody else than who prepared it."),
    ReturnStatus.CHECKED: ("checked", "It waits for the certificate to be signed."),
    ReturnStatus.CERTIFIED: ("certified", "It can now be issued."),
    ReturnStatus.ISSUED: ("issued", "Its file is kept as it is. It can be queried, or sent on."),
}
"""What was done to bring a return into a state, and what comes next."""


class Letter(NamedTuple):
    """A message's subject and text."""

    subject: str
    text: str


def tell_next(session: Session, row: Return, by: str, *, today: date, now: datetime, site: str) -> None:
    """Tell those who may take an area's return further what it waits for."""
    if row.kind is ReturnKind.CSP:
        return
    done, coming = NEXT[row.status]
    act = STEPS.get(row.status, Act.FORWARD_RETURN)
    readers = [
        person
        for person in _who_may(session, row, act, today)
        if row.status not in NOT_WHO_PREPARED_IT or person.id != row.prepared_by_id
    ]
    _send(session, readers, row, f"was {done}", (f"{by} {done} the {_name(row)}. {coming}",), now, site)


def tell_queried(session: Session, row: Return, by: str, *, today: date, now: datetime, site: str) -> None:
    """Tell those who answer for a return what was asked about it."""
    readers = _who_may(session, row, STEPS[ReturnStatus.QUERIED], today)
    said = (f"{by} asks about the {_name(row)}:", row.queries[-1].question, "Its figures stay as they were issued.")
    _send(session, readers, row, "has a question", said, now, site)


def tell_answered(session: Session, row: Return, by: str, *, now: datetime, site: str) -> None:
    """Tell who asked about a return what was answered."""
    query = row.queries[-1]
    number = find_marked(query.asked_by)
    readers = can_be_told([session.get(Person, number)] if number is not None else [])
    said = (f"{by} answered your question about the {_name(row)}:", query.question, f"Answer: {query.answer}")
    _send(session, readers, row, "is answered", said, now, site)


def _who_may(session: Session, row: Return, act: Act, today: date) -> list[Person]:
    acts, place = acts_for(act, row.kind), place_of(row)
    roles = [role for role, allowed in MAY.items() if allowed.intersection(acts)]
    held = RoleHeld.role.in_(roles), RoleHeld.police_area_id == row.funding_year.police_area_id
    people = session.scalars(select(Person).where(Person.roles.any(held[0] & held[1])).order_by(Person.id)).all()
    return can_be_told(
        person for person in people if any(place.is_reached_by(viewer_of(person, today).within(one)) for one in acts)
    )


def _name(row: Return) -> str:
    place, version = place_of(row), f", version {row.version}" if row.version > 1 else ""
    return f"{place.name} of {row.funding_year.programme.name}, {row.quarter.short}{version}"


def _send(
    session: Session, readers: Sequence[Person], row: Return, what: str, said: Sequence[str], now: datetime, site: str
) -> None:
    subject = f"{place_of(row).name}, {row.quarter.short}, {what}"

    def letter_to(name: str) -> Letter:
        return Letter(subject, "\n\n".join((f"Hello {name},", *said, f"See it: {site}/returns/{row.id}")) + "\n")

    post(session, readers, letter_to, now)
