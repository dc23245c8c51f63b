"""Proofs that what funders sent, and what was filled for them, is what it was."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funder_forms.models import FilledForm, FormBlank, FunderForm
from portfolio.uploads.kept import digest_of, find_altered


def altered_blanks(session: Session) -> Iterator[str]:
    """Prove by SHA-256 and size that each blank is what was taken in. Yields a sentence for each one that is not."""
    rows = session.execute(
        select(
            FormBlank.id, FormBlank.name, FormBlank.size, FormBlank.sha256, FormBlank.content, FunderForm.name,
            FormBlank.label,
        )
        .join(FormBlank.form)
        .order_by(FormBlank.id)
        .execution_options(yield_per=1)
    )  # fmt: skip
    for number, name, size, sha256, content, form, label in rows:
        if (altered := find_altered(f"blank {number}, {name}, of {form}, {label}", content, size, sha256)) is not None:
            yield altered


def altered_fillings(session: Session) -> Iterator[str]:
    """Prove by its SHA-256 that each filled form is what was kept. Yields a sentence for each one that is not."""
    rows = session.execute(
        select(FilledForm.id, FilledForm.file_name, FilledForm.file_sha256, FilledForm.file)
        .order_by(FilledForm.id)
        .execution_options(yield_per=1)
    )
    for number, name, sha256, file in rows:
        if digest_of(file) != sha256:
            yield f"filled form {number}, {name}, is not the file that was filled. Bring it back from a backup"
