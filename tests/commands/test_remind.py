"""remind: whom it tells, what it says, and that it does so once."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio import settings
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.mail.models import Message
from portfolio.people.rules import Role
from tests import make
from tests.commands.conftest import Run
from tests.conftest import NOW


@pytest.fixture
def scene(migrated: Config) -> Iterator[Session]:
    """On the day that claims of Q2 are due: a lead with two, one without a lead, and one of another police area."""
    database = Database(migrated.database_url)
    with database.session(writing=True) as session:
        Author("a test", NOW, "Set the scene")(session)
        settings.set_setting(session, settings.STORY_DAY, "2025-10-31")
        lead = make.person(session, Role.LEAD, name="Lena Marsh", email="lena@example.org", password_hash="kept")
        for number in (1, 2, 3):
            award = make.award(session, make.proposal(session, f"SVD-25-0{number}"), lead_person_id=lead.id)
            make.claim(session, award)
        award.lead_person_id = None
        for role in (Role.FINANCE, Role.LEAD):
            away = make.area(session, "E23000026", "Essex")
            make.person(session, role, email=f"{role.name.lower()}@example.org", area=away, password_hash="kept")
        session.commit()
        yield session
    database.close()


def messages(session: Session) -> int | None:
    queued = session.scalar(select(func.count(Message.id)))
    session.rollback()  # SQLite has one writer at a time
    return queued


def test_it_says_whom_it_tells_of_what_and_does_so_once(scene: Session, run: Run) -> None:
    whom = "    Lena Marsh: SVD-25-01 dorset Q2 2025/26, SVD-25-02 dorset Q2 2025/26"
    nobody = "Nobody to remind of SVD-25-03 dorset Q2 2025/26: the award has no lead\n"
    day = "As of 31 October 2025, the demonstration’s day: "
    said = run("remind", "--dry-run")
    assert (said.code, said.lines, said.err) == (0, [f"{day}1 message would be queued, about 2 claims", whom], nobody)
    assert messages(scene) == 0
    said = run("remind")
    queued = f"{day}1 message queued, about 2 claims. `portfolio deliver` sends them"
    assert (said.code, said.lines, said.err) == (0, [queued, whom], nobody)
    said = run("remind")
    assert said.lines == [f"{day}nobody has to be reminded of anything that they were not told before"]
    assert messages(scene) == 1


def test_programs_get_an_answer(scene: Session, run: Run) -> None:
    assert json.loads(run("remind", "--json").out) == {
        "day": "2025-10-31",
        "queued": True,
        "told": [{"lead": "Lena Marsh", "claims": ["SVD-25-01 dorset Q2 2025/26", "SVD-25-02 dorset Q2 2025/26"]}],
        "not_told": [{"claim": "SVD-25-03 dorset Q2 2025/26", "because": "the award has no lead"}],
    }


def test_in_somebodys_name_it_reaches_as_far_as_they_do(scene: Session, run: Run) -> None:
    said = run("remind", "--as", "finance@example.org")
    assert (said.code, said.err) == (0, "")
    assert messages(scene) == 0
    said = run("remind", "--as", "lead@example.org")
    assert said.code == 1
    assert "may not remind leads of claims that are due" in said.err
