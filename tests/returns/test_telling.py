"""Who is told by mail what a return waits for: those alone who can take it on, in the deed's own transaction."""

from typing import Any

from sqlalchemy import delete, select

from portfolio.mail.models import Message
from portfolio.people.rules import Role
from portfolio.returns.models import Return
from tests import make
from tests.conftest import NOW, SignedIn
from tests.make import Q1
from tests.returns.conftest import Scene
from tests.returns.test_views import CERTIFICATE, NOW_PAGE


def told(scene: Scene) -> list[tuple[str, str]]:
    """Whom the messages since the last look went to, and what they are about."""
    found = scene.session.scalars(select(Message).order_by(Message.id)).all()
    names = {scene.finance.email: "finance", scene.certifier.email: "certifier", scene.opcc.email: "office"}
    said = sorted((names[message.recipient], message.subject) for message in found)
    scene.session.execute(delete(Message))
    scene.session.commit()
    return said


def test_each_step_is_told_to_those_whose_step_is_next(scene: Scene, signed_in: SignedIn) -> None:
    elsewhere = make.area(scene.session, "E23000001", "Elsewhere")
    make.person(scene.session, Role.CERTIFIER, area=elsewhere)
    make.person(scene.session, Role.CERTIFIER, disabled_at=NOW)
    finance, certifier, opcc = (signed_in(person=who) for who in (scene.finance, scene.certifier, scene.opcc))
    about = "OPCC return, Q1 2025/26,"
    finance.post(NOW_PAGE.format(scene.year.id, "q1", "opcc"))
    assert told(scene) == [("certifier", f"{about} was prepared")]
    row = scene.check(scene.session.scalars(select(Return)).one())
    certifier.post(f"/returns/{row.id}/certify", data=CERTIFICATE)
    assert told(scene) == [("finance", f"{about} was certified")]
    finance.post(f"/returns/{row.id}/issue")
    assert told(scene) == [("office", f"{about} was issued")]
    opcc.post(f"/returns/{row.id}/query", data={"question": "Why so little?"})
    [message] = scene.session.scalars(select(Message))
    assert f"Otto Penn asks about the OPCC return of Serious Violence Duty, {Q1.short}:" in message.text
    assert message.text.endswith(f"/returns/{row.id}\n")
    assert told(scene) == [("finance", f"{about} has a question")]
    finance.post(f"/returns/{row.id}/answer", data={"answer": "A late start."})
    assert told(scene) == [("office", f"{about} is answered")]
    refused: Any = finance.post(f"/returns/{row.id}/answer", data={"answer": "Again."})
    assert (refused.status_code, told(scene)) == (422, [])


def test_a_partnership_s_return_is_told_of_on_front_pages_alone(scene: Scene, signed_in: SignedIn) -> None:
    finance = signed_in(person=scene.finance)
    finance.post(NOW_PAGE.format(scene.year.id, "q1", "csp-dorset"))
    assert told(scene) == []
    assert "waits to be checked" in signed_in(person=scene.certifier).get("/").text
