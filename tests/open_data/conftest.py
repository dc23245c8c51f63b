"""Dorset with its first quarter issued to the OPCC, and a publisher."""

import pytest
from sqlalchemy import select

from portfolio.decisions.models import Award
from portfolio.open_data.actions import parcel_of, publish, set_publisher
from portfolio.open_data.models import Publication
from portfolio.proposals.models import Proposal
from tests.conftest import NOW
from tests.kept import kept
from tests.make import Q1
from tests.returns.conftest import Scene, scene  # noqa: F401  # a fixture, found by its name

PREFIX = "360G-dorsetopcc"


@pytest.fixture
def issued(scene: Scene) -> Scene:  # noqa: F811
    """The scene of the returns, one quarter further."""

    def tell() -> None:
        scene.issued(Q1)
        set_publisher(scene.session, scene.year.police_area, prefix=PREFIX, name="Dorset OPCC", org_id=None)

    kept(scene.session, "Dorset's first quarter issued, and a publisher", tell)
    return scene


def published(scene: Scene, note: str | None = None) -> Publication:  # noqa: F811
    """Finance publishes what there is."""
    seen = parcel_of(scene.session, scene.year).digest
    row = publish(scene.session, scene.year, by=scene.finance, at=NOW, seen=seen, note=note)
    scene.session.commit()
    return row


def award_of(at: Scene, reference: str) -> Award:
    """The award to a proposal."""
    return at.session.scalars(select(Award).join(Proposal).where(Proposal.reference == reference)).one()
