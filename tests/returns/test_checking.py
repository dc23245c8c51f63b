"""Checking: what is open in a return is seen beforehand, and accepted with a reason before it is certified."""

import hashlib
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.errors import PortfolioError, Refused
from portfolio.people.rules import Role
from portfolio.returns import actions
from portfolio.returns.assembling import assemble
from portfolio.returns.certificates import AT_THE_END, COMBINED, TO_THE_FUNDER, certificate_of
from portfolio.returns.models import Return
from portfolio.returns.points import CLAIM, LEDGER, MOST, SORTS, Point, points_of
from portfolio.returns.queries import Place, place_of
from portfolio.returns.readiness import FINANCE, open_in_quarter, owner_of, readiness
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.spend.rules import ClaimStatus
from reports.content import Kind
from tests.conftest import NOW, SignedIn
from tests.make import Q1, Q2
from tests.returns.conftest import Scene
from tests.returns.test_actions import claim_of
from tests.returns.test_views import NOW_PAGE, text_of

TODAY = date(2025, 10, 20)


def in_line(scene: Scene, quarter: Any = Q1) -> Place:
    """The place of the area's return to the commissioner's office."""
    return Place(scene.year, quarter, ReturnKind.OPCC, None)


def test_what_is_open_is_found_with_whose_it_is(scene: Scene) -> None:
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.SUBMITTED
    claim_of(scene, "SVD-25-03", Q1).status = ClaimStatus.QUERIED
    claim_of(scene, "SVD-25-02", Q1).variance_explanation = None
    scene.session.commit()
    found = readiness(scene.session, in_line(scene), TODAY)
    claims = [(point.reference, point.status, owner_of(point)) for point in found.points if point.sort == CLAIM]
    lead = claim_of(scene, "SVD-25-03", Q1).award.proposal.lead_organisation.name
    assert claims[:2] == [("SVD-25-01", "Submitted", FINANCE), ("SVD-25-03", "Queried", lead)]
    assert {owner_of(point) for point in found.points if point.sort == LEDGER} == {FINANCE}
    assert [point.sort for point in found.points] == sorted((p.sort for p in found.points), key=list(SORTS).index)
    assert (found.is_ready, found.late is not None, list(found.in_the_way)) == (False, True, [])
    assert found.in_words.startswith("3 claims, ")
    later = readiness(scene.session, in_line(scene, Q2), TODAY)
    assert [error.code for error in later.in_the_way] == ["E8"]


def test_the_list_counts_each_return_s_part(scene: Scene) -> None:
    claim_of(scene, "SVD-25-03", Q1).status = ClaimStatus.QUERIED
    scene.session.commit()
    csps = [Place(scene.year, Q1, ReturnKind.CSP, scene.csp(key)) for key in ("dorset", "bcp")]
    area = [in_line(scene), Place(scene.year, Q1, ReturnKind.HOME_OFFICE, None)]
    parts = {found.place.slug: found for found in open_in_quarter(scene.session, [*area, *csps])}
    assert parts["opcc"].number(CLAIM) == sum(parts[slug].number(CLAIM) for slug in ("csp-dorset", "csp-bcp")) > 0
    assert (parts["opcc"].number(LEDGER) > 0, parts["home-office"].number(LEDGER)) == (True, 0)
    assert open_in_quarter(scene.session, []) == []
    for place in csps:
        own = readiness(scene.session, place, TODAY)
        assert parts[place.slug].number(CLAIM) == own.number(CLAIM)
        assert parts[place.slug].number("W1") == own.number("W1")


def test_too_many_points_of_a_sort_are_accepted_together(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    row = scene.prepare(Q1)
    content = assemble(scene.session, scene.year, Q1, Kind.OPCC)
    each = [point for point in points_of(content) if point.sort == "W2"]
    assert 1 < len(each) <= MOST
    monkeypatch.setattr("portfolio.returns.points.MOST", 1)
    [together] = [point for point in points_of(content) if point.sort == "W2"]
    assert (together.about, together.key != each[0].key) == (f"{len(each)} of them", True)
    assert together.found == f"{each[0].about}; and {len(each) - 1} more"
    scene.check(row)
    assert len(row.points) == len(points_of(content))


def test_each_open_point_needs_a_reason_which_is_kept_and_goes_when_it_is_prepared_again(scene: Scene) -> None:
    row = scene.prepare(Q1)
    points = points_of(assemble(scene.session, scene.year, Q1, Kind.OPCC))
    accepted = {point.key: f"Because of {number}" for number, point in enumerate(points)}
    last = points[-1]
    with pytest.raises(Refused) as error:
        actions.check_return(scene.session, row, by=scene.certifier, at=NOW, accepted={**accepted, last.key: " "})
    assert [(each.field, each.sentence[: len(last.about)]) for each in error.value.errors] == [(last.key, last.about)]
    actions.check_return(scene.session, row, by=scene.certifier, at=NOW, accepted=accepted)
    scene.session.commit()
    assert (row.status, row.checked_by, row.checked_at) == (ReturnStatus.CHECKED, "Cliff Ames", NOW)
    assert [point.accepted_because for point in row.points] == list(accepted.values())
    assert scene.prepare(Q1).points == []
    assert (row.status, row.checked_by, row.checked_at) == (ReturnStatus.PREPARED, None, None)


def test_who_prepared_it_cannot_check_it_and_what_changed_cannot_be_checked(scene: Scene) -> None:
    row = scene.prepare(Q1)
    every = dict.fromkeys(SORTS, "Known.")
    with pytest.raises(Refused, match="Somebody else must go through it"):
        actions.check_return(scene.session, row, by=scene.finance, at=NOW, accepted=every)
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.SUBMITTED
    with pytest.raises(PortfolioError, match="Prepare it again"):
        actions.check_return(scene.session, row, by=scene.certifier, at=NOW, accepted=every)


def test_each_level_has_its_words_and_its_signature(scene: Scene) -> None:
    words = {kind: certificate_of(kind) for kind in Kind}
    assert COMBINED not in words[Kind.CSP].text
    assert TO_THE_FUNDER in words[Kind.HOME_OFFICE].text
    assert words[Kind.STATEMENT].text == f"{words[Kind.HOME_OFFICE].text} {AT_THE_END}"
    assert "Police and Crime Commissioner" in words[Kind.HOME_OFFICE].signatory
    row = scene.certify(scene.prepare(Q1, ReturnKind.HOME_OFFICE))
    assert row.certificate == words[Kind.HOME_OFFICE].text


def test_checking_on_the_page(scene: Scene, signed_in: SignedIn) -> None:
    row, certifier = scene.prepare(Q1), signed_in(person=scene.certifier)
    page = f"/returns/{row.id}/check"
    assert "Somebody else must check it" in text_of(signed_in(person=scene.finance).get(page))
    words = text_of(certifier.get(page))
    assert "Go through what is open" in words
    every = points_of(assemble(scene.session, scene.year, Q1, Kind.OPCC))
    sorts = {point.sort for point in every}
    typed = {every[0].key: "A word \U0001f642 of its own"}
    refused = certifier.post(page, data=typed)
    assert refused.status_code == 422
    assert "A word \U0001f642 of its own" in refused.text
    assert f"{every[-1].about}: say why" in refused.text.replace("&#39;", "'")
    sent = {**dict.fromkeys(sorts, "Told the office."), **{point.key: "Told the office." for point in every}, **typed}
    assert certifier.post(page, data=sent).location == f"/returns/{row.id}"
    scene.session.expire_all()
    assert row.points[0].accepted_because == "A word \U0001f642 of its own"
    assert "Accepted when it was checked" in text_of(certifier.get(f"/returns/{row.id}"))
    assert certifier.get(page).location == f"/returns/{row.id}"


def test_the_office_makes_the_home_office_s_return_and_receives_the_others(scene: Scene, signed_in: SignedIn) -> None:
    opcc = signed_in(person=scene.opcc)
    for slug, status in (("opcc", 422), ("csp-dorset", 422), ("home-office", 302)):
        answer = opcc.post(NOW_PAGE.format(scene.year.id, "q1", slug))
        assert answer.status_code == status, slug
    own, received = scene.session.get_one(Return, 1), scene.prepare(Q1)
    assert (own.kind, own.prepared_by) == (ReturnKind.HOME_OFFICE, "Otto Penn")
    assert "somebody else must check it" in text_of(opcc.get(f"/returns/{own.id}"))
    assert opcc.get(f"/returns/{received.id}/check").location == f"/returns/{received.id}"
    assert "Finance prepares, checks and issues" in text_of(opcc.post(f"/returns/{received.id}/check"))
    scene.certify(own)
    assert opcc.post(f"/returns/{own.id}/issue").status_code == 302
    sent = {"to": "Home Office, Serious Violence Unit", "on": ["21", "10", "2025"]}
    assert "The date is in the future" in text_of(opcc.post(f"/returns/{own.id}/forward", data=sent))
    sent["on"] = ["19", "10", "2025"]
    assert "before the return was issued" in text_of(opcc.post(f"/returns/{own.id}/forward", data=sent))
    sent["on"] = ["20", "10", "2025"]
    opcc.post(f"/returns/{own.id}/forward", data=sent)
    assert "To Home Office, Serious Violence Unit, on 20 October 2025" in text_of(opcc.get(f"/returns/{own.id}"))


def test_what_is_missing_has_a_page_that_leads_to_each_place(scene: Scene, signed_in: SignedIn) -> None:
    claim_of(scene, "SVD-25-01", Q1).status = ClaimStatus.SUBMITTED
    scene.session.commit()
    page = NOW_PAGE.format(scene.year.id, "q1", "opcc") + "/readiness"
    answer = signed_in(person=scene.finance).get(page)
    csp = claim_of(scene, "SVD-25-01", Q1).award.csp.key
    for address in (f"/spend/SVD-25-01/{csp}/2025-26/q1", "/ledger?year="):
        assert f'href="{address}' in answer.text
    assert "Claims that are due and not approved" in text_of(answer)
    assert 'href="/spend/' not in signed_in(person=scene.opcc).get(page).text.partition("<main")[2]
    assert signed_in(Role.CSP_OFFICER, csp=scene.csp("bcp")).get(page).status_code == 404
    assert page in signed_in(person=scene.finance).get("/returns?quarter=q1").text


def test_what_was_issued_is_handed_out_with_what_proves_it(scene: Scene, signed_in: SignedIn) -> None:
    row, finance = scene.issued(Q1), signed_in(person=scene.finance)
    files = {name: finance.get(f"/returns/{row.id}/{name}") for name in ("file", "snapshot", "sha256")}
    names = {of: answer.headers["Content-Disposition"].rpartition("=")[2] for of, answer in files.items()}
    assert names == {of: f"OPCC_2025-26_Q1.{end}" for of, end in zip(files, ("xlsx", "json", "sha256"), strict=True)}
    of_both = [f"{hashlib.sha256(files[of].data).hexdigest()}  {names[of]}" for of in ("file", "snapshot")]
    assert files["sha256"].text.splitlines() == of_both
    for name in files:
        assert finance.get(f"/returns/{scene.prepare(Q2).id}/{name}").status_code == 404


def test_a_point_of_no_award_is_its_partnership_s_or_whoever_s(scene: Scene) -> None:
    row = scene.prepare(Q1)
    assert place_of(row).slug == "opcc"
    owners = {sort: owner_of(Point(sort, "x", "y")) for sort in ("W3", "W8", "W4")}
    assert owners == {"W3": "The partnership’s officer", "W8": "Who records the measures", "W4": FINANCE}
    assert scene.session.scalars(select(Return)).one() is row
