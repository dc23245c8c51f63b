"""Proofs that what was published is what stands here."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.open_data.models import Publication, PublishedFile
from portfolio.uploads.kept import digest_of


def altered_publications(session: Session) -> Iterator[str]:
    """Prove that every publication has files, that versions follow one another, and each file by its SHA-256."""
    files = select(func.count(PublishedFile.id)).where(PublishedFile.publication_id == Publication.id)
    rows = session.execute(
        select(Publication.id, Publication.funding_year_id, Publication.version, files.scalar_subquery()).order_by(
            Publication.funding_year_id, Publication.version
        )
    )
    last: dict[int, int] = {}
    for number, year, version, held in rows:
        if version != last.get(year, 0) + 1:
            yield f"publication {number} is version {version} of its year, and the one before it is not there"
        if not held:
            yield f"publication {number}, version {version}, has no files. Bring them back from a backup"
        last[year] = version
    kept = session.execute(
        select(PublishedFile.id, PublishedFile.name, PublishedFile.sha256, PublishedFile.content)
        .order_by(PublishedFile.id)
        .execution_options(yield_per=1)
    )
    for number, name, sha256, content in kept:
        if digest_of(content) != sha256:
            yield f"published file {number}, {name}, is not what was published. Bring it back from a backup"
