"""The documents of a proposal: attached and removed while it is a draft, and handed out as files to be saved.

A file never stands in a page: it leaves as one to be saved, under a name that says what it is, and where a browser
opens it all the same, nothing in it runs.
"""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.rules import Act, mark_of
from portfolio.proposals import attaching, queries
from portfolio.proposals.forms.beginning import DocumentForm
from portfolio.proposals.models import Proposal
from portfolio.proposals.views.room import draft_at, room
from portfolio.uploads.kinds import ACCEPT
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.downloads import file_download
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.reading import note_reading
from portfolio.web.uploading import takes_files

PLACE = "/proposals/<reference>/documents"
IN_A_CELL = "sandbox; default-src 'none'"
"""What a browser lets a file do that it opens instead of saving it: nothing."""


@room.get(PLACE)
@allow(Act.PROPOSE)
def documents(reference: str) -> Any:
    """The documents of a draft."""
    return _page(draft_at(reference), DocumentForm(formdata=None))


def _page(proposal: Proposal, form: DocumentForm) -> str:
    files = attaching.documents_of(session(), proposal)
    return render_template(
        "proposals/documents.html", proposal=proposal, files=files, form=form, removal=ButtonForm(), accept=ACCEPT
    )


@room.post(PLACE)
@allow(Act.PROPOSE, deed="Attached a document")
@takes_files(attaching.MOST_BYTES)
def attach(reference: str) -> Any:
    """Attaches one file to a draft."""
    proposal, form = draft_at(reference), DocumentForm()
    if form.validate_on_submit():
        sent = form.file.sent
        with refusals_on(form) as outcome:
            kept = attaching.attach_document(session(), proposal, sent.name, sent.content, viewer().person_id, moment())
            commit()
        if outcome.ok:
            renamed = f" as {kept.name}: its name now says what is in it" if kept.name != sent.name else ""
            flash(f"{sent.name} is attached{renamed}.", "success")
            return redirect(url_for(".documents", reference=reference))
    return _page(proposal, form), 422


@room.get(f"{PLACE}/<int:document_id>")
@allow(Act.SEE_PROPOSALS)
def document(reference: str, document_id: int) -> Any:
    """One document, to be saved; that somebody else opened it is recorded, because it may name people."""
    proposal = queries.get_proposal(session(), reference, queries.seen_by(viewer()))
    found = attaching.get_document(session(), proposal, document_id)
    answer = file_download(found.name, found.content, found.media_type)
    answer.headers["Content-Security-Policy"] = IN_A_CELL
    note_reading(f"Document of {reference}: {found.name}", mark_of(found.attached_by_id))
    return answer


@room.post(f"{PLACE}/<int:document_id>/remove")
@allow(Act.PROPOSE, deed="Removed a document")
def remove(reference: str, document_id: int) -> Any:
    """Removes a document of a draft."""
    proposal = draft_at(reference)
    if ButtonForm().validate_on_submit():
        name = attaching.remove_document(session(), proposal, document_id)
        commit()
        flash(f"{name} is removed.", "success")
    return redirect(url_for(".documents", reference=reference))
