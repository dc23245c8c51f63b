"""The documents of a proposal: attached and removed while it is a draft. They are handed out where it is read."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.rules import Act
from portfolio.proposals import attaching
from portfolio.proposals.forms.beginning import DocumentForm
from portfolio.proposals.models import Proposal
from portfolio.proposals.views.room import draft_at, room
from portfolio.uploads.kinds import ACCEPT
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.uploading import takes_files

PLACE = "/proposals/<reference>/documents"


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
            flash(sent.attached_as(kept.name), "success")
            return redirect(url_for(".documents", reference=reference))
    return _page(proposal, form), 422


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
