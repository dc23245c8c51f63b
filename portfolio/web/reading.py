"""That somebody was shown what is personal to others is recorded, before it is shown.

A page that is asked for cannot write, so the record is written in a transaction of its own. Where it cannot be
written, nothing is shown.
"""

from portfolio.history import Author
from portfolio.people.models import PersonalReading
from portfolio.web import database
from portfolio.web.access import viewer
from portfolio.web.clock import moment

DEED = "Read personal data"


def note_reading(what: str, *about: str) -> None:
    """Record that the person is shown something of others: what it is, and of whom (their marks, `person 12`).

    Once a page, not once a row; what is one's own is no such reading. A form that comes back refused keeps nothing,
    so what it changed is undone first: on SQLite its session would otherwise be the one writer that this waits for.
    """
    reader = viewer()
    others = [mark for mark in dict.fromkeys(about) if mark != reader.mark]
    if not others:
        return
    if database.session().info["writing"]:
        database.rollback()
    with database.database().writing(Author(reader.mark, moment(), DEED)) as session:
        session.add(PersonalReading(reader_id=reader.person_id, what=what, about=", ".join(others)))
