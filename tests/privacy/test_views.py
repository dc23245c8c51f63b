"""The notices that everybody reads, the settings that administrators change, and what is held about oneself."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.history import HistoryEntry
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.privacy.held import HELD, REMAINS
from portfolio.settings import Setting, find_setting, set_setting
from tests import make
from tests.conftest import NOW, SignedIn, Visitor
from tests.pages import read, value_of
from tests.privacy.conftest import Left, attempt_row

SETTINGS = {
    "organisation_name": "Dorset Council",
    "contact": "privacy@example.org",
    "keep_sessions_days": "30",
    "keep_attempts_days": "90",
    "keep_links_days": "30",
    "keep_messages_days": "90",
}


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_notices_are_for_everybody_and_linked_from_every_page(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200
    assert f'href="{address}"' in client.get("/sign-in").text
    assert "Edit this" not in client.get(address).text


def test_the_privacy_page_says_what_is_held_and_for_how_long(client: FlaskClient, session: Session) -> None:
    set_setting(session, "keep_links_days", "12")
    make.programme(session).retention_years = 9
    words = read(client.get("/privacy").text)
    for each in HELD:
        assert f"{each.what} {each.why} {each.basis}" in words
    for sentence in REMAINS:
        assert sentence in words
    assert "Kept for 12 days after the link was used or expired" in words
    assert "Kept for 90 days after the attempt" in words
    assert "Kept for 9 years after the last financial year" in words
    assert "(the controller) is the council that runs this site." in words
    assert "{" not in words


def test_the_notices_name_the_council(client: FlaskClient, session: Session) -> None:
    set_setting(session, "organisation_name", "Dorset <Council>")
    set_setting(session, "contact", "privacy@example.org")
    set_setting(session, "statement_prepared_on", "2025-10-01")
    assert "(the controller) is Dorset &lt;Council&gt;." in client.get("/privacy").text
    words = read(client.get("/accessibility").text)
    assert "This statement was prepared on 1 October 2025." in words
    assert "write to privacy@example.org" in words
    assert "not tested by people who use screen readers" in words


def test_a_councils_own_words_take_their_place_and_are_shown_as_typed(client: FlaskClient, session: Session) -> None:
    set_setting(session, "privacy_notice", "# Our notice\n\nOne\ntwo <script>alert(1)</script>\n\n- a\n- b")
    page = client.get("/privacy").text
    assert "<h2>Our notice</h2>" in page
    assert "<p>One<br>two &lt;script&gt;alert(1)&lt;/script&gt;</p>" in page
    assert "<ul><li>a</li><li>b</li></ul>" in page
    assert "Your rights" not in page


@pytest.fixture
def administrator(signed_in: SignedIn) -> Visitor:
    return signed_in(Role.ADMINISTRATOR)


def changes(session: Session) -> list[tuple[str, str, str]]:
    """What history says of settings: the deed, before and after."""
    found = select(HistoryEntry).where(HistoryEntry.record == "setting").order_by(HistoryEntry.id)
    return [(entry.deed, entry.before, entry.after) for entry in session.scalars(found)]


def opened(browser: Visitor, address: str = "/settings") -> dict[str, str]:
    return {"seen": value_of(browser.get(address), "seen")}


def test_settings_are_the_administrators(signed_in: SignedIn) -> None:
    for role in (Role.FINANCE, Role.CSP_OFFICER, Role.LEAD):
        browser = signed_in(role)
        assert browser.get("/settings").status_code == 403
        assert browser.get("/settings/privacy").status_code == 403
        assert 'href="/settings"' not in browser.get("/help").text


def test_settings_show_what_is_usual_until_something_else_is_set(administrator: Visitor) -> None:
    page = administrator.get("/settings")
    assert value_of(page, "keep_attempts_days") == "90"
    assert value_of(page, "organisation_name") == ""
    assert "Offered to everybody, required of nobody" in read(page.text)
    assert 'href="/settings"' in page.text


def test_a_change_is_kept_and_on_record(administrator: Visitor, session: Session) -> None:
    sent = (
        SETTINGS | opened(administrator) | {"keep_links_days": " 1,000 ", "statement_prepared_on": ["1", "10", "2025"]}
    )
    assert administrator.post("/settings", data=sent).location == "/settings"
    page = administrator.get("/settings")
    assert (value_of(page, "keep_links_days"), value_of(page, "organisation_name")) == ("1000", "Dorset Council")
    sent = SETTINGS | opened(administrator) | {"keep_links_days": "20", "statement_prepared_on": ["1", "10", "2025"]}
    assert administrator.post("/settings", data=sent).status_code == 302
    session.rollback()
    *first, last = changes(session)
    assert {json.loads(after)["name"] for _, _, after in first} == {
        "organisation_name",
        "contact",
        "keep_links_days",
        "statement_prepared_on",
    }
    assert last == ("Changed the settings", '{"value":"1000"}', '{"value":"20"}')


def test_faults_are_said_and_what_was_typed_is_kept(administrator: Visitor, session: Session) -> None:
    sent = SETTINGS | opened(administrator) | {"keep_attempts_days": "1", "keep_links_days": "a month", "contact": "x"}
    page = administrator.post("/settings", data=sent | {"keep_messages_days": ""})
    assert page.status_code == 422
    words = read(page.text)
    assert "Attempts to sign in must be kept for a whole number of days from 2 to 3,650" in words
    assert "Used and expired links must be kept for a whole number of days from 1 to 3,650" in words
    assert "Enter for how many days to keep messages that no longer wait" in words
    assert (value_of(page, "keep_links_days"), value_of(page, "contact")) == ("a month", "x")
    assert session.scalars(select(Setting)).all() == []


def test_two_who_edit_at_once_do_not_overwrite_each_other_unseen(
    administrator: Visitor, signed_in: SignedIn, session: Session
) -> None:
    other = signed_in(Role.ADMINISTRATOR)
    mine, theirs = SETTINGS | opened(administrator), SETTINGS | opened(other)
    assert other.post("/settings", data=theirs | {"contact": "theirs@example.org"}).status_code == 302
    page = administrator.post("/settings", data=mine | {"contact": "mine@example.org"})
    assert page.status_code == 422
    words = read(page.text)
    assert "Somebody else changed this while you were editing" in words
    assert "Now: theirs@example.org" in words
    assert value_of(page, "contact") == "mine@example.org"
    again = mine | {"contact": "mine@example.org", "seen": value_of(page, "seen")}
    assert administrator.post("/settings", data=again).status_code == 302
    session.rollback()
    assert find_setting(session, "contact") == "mine@example.org"


def test_a_form_without_what_it_saw_is_refused_once_anything_is_set(administrator: Visitor, session: Session) -> None:
    set_setting(session, "contact", "privacy@example.org")
    assert administrator.post("/settings", data=SETTINGS).status_code == 422


def test_words_are_edited_with_a_preview(administrator: Visitor, session: Session) -> None:
    page = administrator.get("/settings/privacy")
    assert "# Your rights" in page.text
    sent = {"seen": value_of(page, "seen"), "words": "# Ours\n\nWrite to {contact} <b>."}
    look = administrator.post("/settings/privacy", data=sent | {"do": "look"})
    assert look.status_code == 200
    assert "<h2>Ours</h2>" in look.text
    assert "<p>Write to the administrator of this site &lt;b&gt;.</p>" in look.text
    assert changes(session) == []
    assert administrator.post("/settings/privacy", data=sent | {"do": "save"}).location == "/privacy"
    assert "<h2>Ours</h2>" in administrator.get("/privacy").text
    session.rollback()
    [(deed, _, after)] = changes(session)
    assert (deed, json.loads(after)["value"]) == ("Changed the words of a notice", sent["words"])


def test_words_that_somebody_else_changed_are_shown_beside_ones_own(administrator: Visitor, session: Session) -> None:
    sent = opened(administrator, "/settings/accessibility") | {"words": "My words"}
    set_setting(session, "accessibility_statement", "Their words")
    page = administrator.post("/settings/accessibility", data=sent)
    assert page.status_code == 422
    assert "My words" in page.text
    assert "Their words" in page.text
    sent |= {"seen": value_of(page, "seen")}
    assert administrator.post("/settings/accessibility", data=sent).location == "/accessibility"


def test_empty_words_and_unknown_notices_are_refused(administrator: Visitor) -> None:
    page = administrator.post("/settings/privacy", data=opened(administrator, "/settings/privacy") | {"words": " "})
    assert page.status_code == 422
    assert "Enter the words of the notice" in read(page.text)
    assert administrator.get("/settings/nothing").status_code == 404
    assert administrator.post("/settings/nothing").status_code == 404


@pytest.fixture
def her(left: Left, signed_in: SignedIn, session: Session) -> Visitor:
    """The one who has everything, before she left."""
    browser = signed_in(person=left.person)
    browser.environ_base["HTTP_USER_AGENT"] = "a test"
    return browser


def test_a_person_sees_what_is_held_about_them(her: Visitor, session: Session) -> None:
    other = make.person(session, name="Somebody Else", email="else@example.org")
    session.add(attempt_row(other.email, NOW, other))
    page = her.get("/account/data")
    words = read(page.text)
    for told in ("Agnes Quill-Marsh", "Agnes Quill", "agnes.quill@example.org", "Finance officer", "31 March 2026",
                 "Her brother-in-law runs it", "subject-of-agnes", "203.0.113.77", "Your account, Agnes",
                 "Approved a claim", "SVD-25-01", "Reset"):  # fmt: skip
        assert told in words, told
    assert "else@example.org" not in words
    assert 'href="/account/data"' in her.get("/account").text


def test_the_file_says_the_same(her: Visitor) -> None:
    answer = her.get("/account/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data-2025-10-20.json"'
    assert answer.mimetype == "application/json"
    told = json.loads(answer.text)
    assert told["person"] == f"person {her.person.id}"
    held = told["held"]
    assert held["Declarations of interest"] == [
        {"Proposal": "SVD-25-01", "Interest": "Her brother-in-law runs it", "Declared on": "2025-05-01"}
    ]
    assert held["Earlier values"] == [{"Name, address or text": "Agnes Quill"}]
    assert held["Roles"][0]["Until"] == "2026-03-31"
    assert len(held["Attempts to sign in"]) == 2


def test_that_others_were_shown_something_of_oneself_is_held_too(
    signed_in: SignedIn, administrator: Visitor, session: Session
) -> None:
    one = signed_in(Role.CSP_OFFICER)
    administrator.get(f"/people/{one.person.id}")
    tenth = make.person(session)
    tenth.id = one.person.id * 10 + 1
    session.commit()
    administrator.get(f"/people/{tenth.id}")
    held = json.loads(one.get("/account/data.json").text)["held"]
    assert len(held["Shown to others"]) == 1


def test_somebody_of_whom_little_is_held(signed_in: SignedIn) -> None:
    words = read(signed_in(Role.LEAD).get("/account/data").text)
    assert "Nothing is held under: Earlier values, Projects that you led, Declarations of interest" in words


def test_a_long_part_is_cut_on_the_page_and_whole_in_the_file(
    signed_in: SignedIn, session: Session, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    browser = signed_in(Role.LEAD)
    few = queries_of(browser, "/account/data")
    session.add_all(attempt_row(browser.person.email, NOW, browser.person) for _ in range(60))
    session.commit()
    assert queries_of(browser, "/account/data") == few
    assert "The newest 50 of 60; the file has them all" in read(browser.get("/account/data").text)
    assert len(json.loads(browser.get("/account/data.json").text)["held"]["Attempts to sign in"]) == 60


def test_own_data_are_for_whoever_is_signed_in(client: FlaskClient, session: Session) -> None:
    for address in ("/account/data", "/account/data.json"):
        assert client.get(address).location.startswith("/sign-in")
    assert session.scalars(select(Person)).all() == []
