"""The documents that a proposal comes with: attached and removed while it is a draft, then kept as they were sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from portfolio.errors import NotFound, PortfolioError, refuse_any
from portfolio.people.models import Person
from portfolio.proposals import rules
from portfolio.proposals.models import Proposal, ProposalDocument
from portfolio.uploads.kept import as_kept, find_altered
from portfolio.words import MEGABYTE

MOST_BYTES = 10 * MEGABYTE
MOST_FILES = 10
"""All of them live in the database, and every backup holds them."""


class TooManyDocuments(PortfolioError):
    """A proposal has as many documents as it may."""

    def __init__(self) -> None:
        super().__init__(
            f"A proposal can have {MOST_FILES} files, and this one has them. "
            "Put several into one PDF, or remove one that is not needed",
            "file",
        )


class AttachedAlready(PortfolioError):
    """The very same file is there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"This very file is attached already, as {name}. Choose another one", "file")


def documents_of(session: Session, proposal: Proposal) -> Sequence[ProposalDocument]:
    """A proposal's documents, oldest first; without their bytes, which no list may read."""
    return session.scalars(
        select(ProposalDocument)
        .where(ProposalDocument.proposal_id == proposal.id)
        .order_by(ProposalDocument.id)
        .options(joinedload(ProposalDocument.attached_by).lazyload(Person.roles))
    ).all()


def get_document(session: Session, proposal: Proposal, number: int) -> ProposalDocument:
    """One document with its bytes; raises NotFound, also where it is of another proposal."""
    found = session.scalar(
        select(ProposalDocument)
        .where(ProposalDocument.id == number, ProposalDocument.proposal_id == proposal.id)
        .options(undefer(ProposalDocument.content), joinedload(ProposalDocument.attached_by).lazyload(Person.roles))
    )
    if found is None:
        raise NotFound("There is no such document")
    return found


def attach_document(
    session: Session, proposal: Proposal, name: str, content: bytes, by_id: int, at: datetime
) -> ProposalDocument:
    """Attach a file to a draft, under a name that says what it is.

    Refused: a proposal that was handed in, one file too many, the same file again. Raises NotTaken for kinds that are
    not taken.
    """
    kept, here = as_kept(name, content), documents_of(session, proposal)
    same = [each.name for each in here if each.sha256 == kept.sha256]
    refuse_any(
        [
            rules.not_a_draft(proposal.reference, proposal.status),
            AttachedAlready(same[0]) if same else None,
            TooManyDocuments() if len(here) >= MOST_FILES else None,
        ]
    )
    document = ProposalDocument(proposal=proposal, **kept.columns, attached_by_id=by_id, attached_at=at)
    session.add(document)
    session.flush()
    return document


def remove_document(session: Session, proposal: Proposal, number: int) -> str:
    """Remove a document of a draft, and say what it was called."""
    refuse_any([rules.not_a_draft(proposal.reference, proposal.status)])
    document = get_document(session, proposal, number)
    session.delete(document)
    session.flush()
    return document.name


def altered_documents(session: Session) -> Iterator[str]:
    """Prove by SHA-256 and size that each document is what was sent. Yields a sentence for each one that is not."""
    rows = session.execute(
        select(
            ProposalDocument.id,
            ProposalDocument.name,
            ProposalDocument.size,
            ProposalDocument.sha256,
            ProposalDocument.content,
            Proposal.reference,
        )
        .join(Proposal, Proposal.id == ProposalDocument.proposal_id)
        .order_by(ProposalDocument.id)
        .execution_options(yield_per=1)
    )
    for number, name, size, sha256, content, reference in rows:
        if (altered := find_altered(f"document {number}, {name}, of {reference}", content, size, sha256)) is not None:
            yield altered
