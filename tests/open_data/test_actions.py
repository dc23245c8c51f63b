"""Publishing: only what was issued, never what was turned down or left out, and each version as it was."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from portfolio.decisions.models import Award
from portfolio.errors import NotFound, Refused
from portfolio.funding_years.models import Organisation
from portfolio.measures.models import Indicator, IndicatorResult
from portfolio.measures.rules import IndicatorKind
from portfolio.open_data import actions, rules
from portfolio.open_data.actions import parcel_of
from portfolio.open_data.issued import grants_of
from portfolio.open_data.queries import get_public_file, latest_of_all, versions_of
from portfolio.proposals.models import Proposal
from portfolio.returns.rules import ReturnKind
from tests.conftest import NOW
from tests.make import Q1, Q2
from tests.open_data.conftest import award_of, published
from tests.open_data.test_grants import content, table
from tests.returns.conftest import Scene

BECAUSE = "A refuge whose place is not told"


def refused(deed: Callable[[], object]) -> list[type]:
    """The kinds of what is refused."""
    with pytest.raises(Refused) as refusal:
        deed()
    return [type(error) for error in refusal.value.errors]


def test_nothing_is_published_of_a_draft(scene: Scene) -> None:
    scene.prepare(Q1)
    assert grants_of(scene.session, scene.year) == ()
    assert refused(lambda: published(scene)) == [rules.NothingToPublish]


def test_a_partnerships_own_return_publishes_its_awards_alone(scene: Scene) -> None:
    scene.issued(Q1, ReturnKind.CSP, scene.csp("bcp"))
    assert {grant.csp_key for grant in grants_of(scene.session, scene.year)} == {"bcp"}


def test_amounts_are_those_of_the_latest_issued_return_and_rejected_proposals_are_never_there(issued: Scene) -> None:
    first = {grant.reference: grant for grant in grants_of(issued.session, issued.year)}
    of_year = select(Proposal.reference).where(Proposal.funding_year == issued.year)
    funded = set(issued.session.scalars(of_year.join(Award)))
    turned_down = set(issued.session.scalars(of_year)) - funded
    assert turned_down
    assert set(first) == funded
    lines = table(issued, published(issued), "_register.csv")
    assert not turned_down.intersection(line["Reference"] for line in lines)
    assert sum(Decimal(line["Amount disbursed"]) for line in lines) == sum(grant.disbursed for grant in first.values())
    issued.issued(Q2)
    second = {grant.reference: grant for grant in grants_of(issued.session, issued.year)}
    assert second["SVD-25-01"].disbursed > first["SVD-25-01"].disbursed
    assert second["SVD-25-01"].return_id != first["SVD-25-01"].return_id


def test_what_earlier_quarters_counted_few_of_is_known(scene: Scene) -> None:
    told = Indicator(award=award_of(scene, "SVD-25-01"), kind=IndicatorKind.OUTPUT, name="Seen", unit="people")
    told.results = [
        IndicatorResult(quarter=quarter, value=value) for quarter, value in ((Q1, Decimal(3)), (Q2, Decimal(10)))
    ]
    scene.session.add(told)
    scene.session.commit()
    scene.issued(Q1)
    scene.issued(Q2)
    [grant] = [one for one in parcel_of(scene.session, scene.year).told if one.reference == "SVD-25-01"]
    assert [(one.to_date, one.had_few) for one in grant.delivered if one.indicator == "Seen"] == [(Decimal(13), True)]


def test_who_lacks_an_identifier_stands_in_the_register_and_not_in_the_data(issued: Scene) -> None:
    police = issued.session.scalars(select(Organisation).where(Organisation.key == "dorset-police")).one()
    held = "360G-dorsetopcc-SVD-25-04-dorset"
    row = published(issued)
    assert "SVD-25-04" in {line["Reference"] for line in table(issued, row, "_register.csv")}
    assert held not in {grant["id"] for grant in json.loads(content(issued, row, ".json"))["grants"]}
    actions.identify_recipient(issued.session, police, org_id="360G-dorsetopcc-ORG-police")
    issued.session.commit()
    later = published(issued, "Dorset Police is named")
    assert held in {grant["id"] for grant in json.loads(content(issued, later, ".json"))["grants"]}
    assert later.version == 2


def test_an_award_that_is_left_out_is_gone_from_the_next_version_and_comes_back_when_that_ends(issued: Scene) -> None:
    session, award = issued.session, award_of(issued, "SVD-25-03")
    first = published(issued)
    row = actions.leave_out(session, award, BECAUSE, by=issued.finance, at=NOW)
    session.commit()
    assert refused(lambda: actions.leave_out(session, award, "x", by=issued.finance, at=NOW)) == [
        rules.NoReason,
        rules.LeftOutAlready,
    ]
    assert refused(lambda: published(issued)) == [rules.NeedsNote]
    session.rollback()
    second = published(issued, "Without one award")
    assert "SVD-25-03" not in content(issued, second, "_register.csv").decode()
    assert "SVD-25-03" in content(issued, first, "_register.csv").decode()
    public = get_public_file(session, issued.year.id, second.files[0].name)
    assert public.publication_id == second.id
    assert [one.version for one in latest_of_all(session)] == [2]
    actions.end_exemption(session, row, by=issued.certifier, at=NOW)
    session.commit()
    assert refused(lambda: actions.end_exemption(session, row, by=issued.certifier, at=NOW)) == [rules.NotLeftOut]
    assert "SVD-25-03" in content(issued, published(issued, "It is back"), "_register.csv").decode()


def test_what_says_the_same_or_changed_meanwhile_is_not_published(issued: Scene) -> None:
    published(issued)
    assert refused(lambda: published(issued, "Again")) == [rules.NothingNew]
    issued.session.rollback()
    told: dict[str, Any] = {"by": issued.finance, "at": NOW, "seen": "0" * 64, "note": "Again"}
    assert rules.ChangedSinceSeen in refused(lambda: actions.publish(issued.session, issued.year, **told))


def test_identifiers_stay_for_ever(issued: Scene) -> None:
    area = issued.year.police_area
    actions.set_publisher(issued.session, area, prefix="360G-another", name="Dorset OPCC", org_id=None)
    issued.session.commit()
    published(issued)
    found = refused(lambda: actions.set_publisher(issued.session, area, prefix="360G-third", name="", org_id="x"))
    assert {rules.PrefixStays, rules.NoName} < set(found)


def test_without_a_publisher_there_are_the_registers(scene: Scene) -> None:
    scene.issued(Q1)
    row = published(scene)
    assert {file.name.rpartition("_")[2] for file in row.files} == {"register.csv"}


def test_who_makes_a_partnerships_grants_is_checked(issued: Scene) -> None:
    csp = issued.csp("bcp")
    wrong = {"authority": "BCP", "org_id": "BCP", "gss": "Poole"}
    assert len(refused(lambda: actions.identify_funder(issued.session, csp, **wrong))) == 2
    actions.identify_funder(issued.session, csp, authority="BCP Council", org_id=None, gss=None)
    issued.session.commit()
    lines = [grant for grant in grants_of(issued.session, issued.year) if grant.csp_key == "bcp"]
    assert {grant.funder.name for grant in lines} == {"BCP Council"}
    parcel = actions.parcel_of(issued.session, issued.year)
    assert {grant.csp_key for grant in parcel.complete} == {"dorset"}


def test_the_database_lets_nobody_change_what_was_published(issued: Scene) -> None:
    row = published(issued)
    row.note = "Never said"
    with pytest.raises(DatabaseError, match="what was published"):
        issued.session.flush()
    issued.session.rollback()
    assert versions_of(issued.session, issued.year)[0].note is None


def test_what_was_never_published_is_not_there(issued: Scene) -> None:
    with pytest.raises(NotFound):
        get_public_file(issued.session, issued.year.id, "SVD_Dorset_2025-26_360giving.json")
