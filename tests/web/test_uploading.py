"""Files that people send: taken where a view says so, refused in a sentence where they cannot be, and held nowhere."""

import io

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portfolio.people import sessions
from portfolio.people.rules import Act, Role
from portfolio.web import access
from portfolio.web.arrival import MOST_SENT, MOST_TYPED
from portfolio.web.forms import Form, Line
from portfolio.web.uploading import OneFile, TakesNoFiles, clean_name, takes_files
from portfolio.words import MEGABYTE
from tests.conftest import NOW, SignedIn, title_of
from tests.sending import with_file

PAGE = "/sent/here"
CSV = b"Date,Amount\r\n"


class Sending(Form):
    """A form with a file and a text."""

    note = Line("Note")
    file = OneFile("File", missing="Choose a file", hint="At most 3 MB")


SHOWN = """{% from "_macros/forms.html" import error_summary, file_field, hidden, text %}
{{ error_summary(form) }}<form method="post" enctype="multipart/form-data">{{ hidden(form) }}
{{ text(form.note) }}{{ file_field(form.file, accept=".csv") }}</form>
{% if form.file.data %}{{ form.file.data.name }}: {{ form.file.data.content|length }} bytes{% endif %}"""


@pytest.fixture(autouse=True)
def pages(app: Flask) -> None:
    """A page that takes files, and one that forgot to say so."""

    def send() -> str:
        form = Sending()
        form.validate_on_submit()
        return render_template_string(SHOWN, form=form)

    declared = access.allow(Act.MANAGE_PEOPLE)(send)
    app.post("/sent/nowhere", endpoint="nowhere")(declared)
    app.add_url_rule(
        PAGE,
        "here",
        takes_files(3 * MEGABYTE)(access.allow(Act.MANAGE_PEOPLE)(lambda: send())),
        methods=["GET", "POST"],
    )


@pytest.fixture
def ann(signed_in: SignedIn) -> FlaskClient:
    """Somebody signed in."""
    return signed_in(Role.ADMINISTRATOR)


def test_a_file_arrives_under_its_own_name(ann: FlaskClient) -> None:
    answer = ann.post(PAGE, **with_file(b"x" * (MOST_TYPED + 1), "Users/Ann/ledger.csv", note="for June"))
    assert "ledger.csv: 2097153 bytes" in answer.text
    assert "Users" not in answer.text
    assert 'value="for June"' in answer.text
    assert 'type="file" accept=".csv" aria-describedby="file-hint ' in ann.get(PAGE).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * (3 * MEGABYTE + 1), "This file is 3.1 MB. Send one of at most 3 MB"),
        (b"x" * (23 * MEGABYTE), "This file is 23 MB. Send one of at most 3 MB"),
        (b"", "This file is empty. Check it, and choose it again"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_field(ann: FlaskClient, content: bytes, sentence: str) -> None:
    answer = ann.post(PAGE, **with_file(content, note="for June"))
    assert answer.text.count(sentence) == 2, "in the summary and beside the field"
    assert 'value="for June"' in answer.text


def test_a_form_without_a_file_asks_for_it(ann: FlaskClient) -> None:
    for sent in (with_file(b"", ""), {"data": {"note": "x"}}, {"data": {"file": "typed, not chosen"}}):
        assert ann.post(PAGE, **sent).text.count("Choose a file") == 2
    two = MultiDict([("file", (io.BytesIO(CSV), "a.csv")), ("file", (io.BytesIO(CSV), "b.csv"))])
    assert "Send one file at a time" in ann.post(PAGE, data=two).text


def test_a_file_in_place_of_a_text_is_no_text(ann: FlaskClient) -> None:
    answer = ann.post(
        PAGE, data={"file": (io.BytesIO(CSV), "ledger.csv"), "note": (io.BytesIO(b"<script>"), "note.html")}
    )
    assert "ledger.csv: 13 bytes" in answer.text
    assert "note.html" not in answer.text


def test_elsewhere_files_are_not_let_in(app: Flask, ann: FlaskClient) -> None:
    answer = ann.post("/sent/nowhere", **with_file(b"x" * MOST_TYPED))
    assert (answer.status_code, title_of(answer)) == (413, "That is too large to send")
    with pytest.raises(TakesNoFiles, match="takes_files"):
        ann.post("/sent/nowhere", **with_file(CSV))
    with pytest.raises(ValueError, match="does not let in"):
        takes_files(MOST_SENT)


def test_what_is_larger_than_the_server_takes_is_told_on_a_page(ann: FlaskClient) -> None:
    answer = ann.post(PAGE, **with_file(b"x" * MOST_SENT))
    assert (answer.status_code, title_of(answer)) == (413, "That is too large to send")


def test_a_text_of_a_form_with_a_file_has_its_limit_all_the_same(ann: FlaskClient) -> None:
    assert ann.post(PAGE, **with_file(CSV, note="x" * (MOST_TYPED + 1))).status_code == 413
    assert ann.post(PAGE, data={"note": "x" * MOST_TYPED}).status_code == 413


def test_a_session_that_ended_meanwhile_says_that_the_file_was_not_kept(
    app: Flask, session: Session, signed_in: SignedIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    ann = signed_in(Role.ADMINISTRATOR)
    token = ann.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    wrong = ann.post(PAGE, **with_file(CSV, csrf_token="forged", note="for June"))
    sessions.end_sessions(session, ann.person.id, NOW)
    session.commit()
    ended = ann.post(PAGE, **with_file(CSV, csrf_token=token, note="for June"))
    assert [title_of(answer) for answer in (wrong, ended)] == [
        "This form was open too long",
        "You are no longer signed in",
    ]
    for answer in (wrong, ended):
        assert "a file cannot be held for you" in answer.text
        assert "Send it again" not in answer.text
    without = ann.post(PAGE, **with_file(b"", "", csrf_token=token, note="for June"))
    assert "Send it again" in without.text, "nothing was chosen, so nothing is lost"


CLEAN = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\ann\\June invoice.pdf": "June invoice.pdf",
    "invoice\r\nX-Planted: yes.pdf": "invoice X-Planted: yes.pdf",
    "invoice\u202efdp.exe": "invoice fdp.exe",
    ".htaccess": "htaccess",
    "Rechnung März.pdf": "Rechnung März.pdf",
    "a" * 300 + ".pdf": "a" * 116 + ".pdf",
    "///": "file",
}


def test_names_lead_nowhere_and_hide_nothing() -> None:
    assert {name: clean_name(name) for name in CLEAN} == CLEAN
