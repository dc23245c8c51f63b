"""Who may do what, and what an account must be like."""

from datetime import date

import pytest

from portfolio.errors import PortfolioError
from portfolio.people.giving import (
    BadEnd,
    HeldAlready,
    LastAdministrator,
    MayNotGive,
    RoleWithoutPlace,
    normal_email,
    refuse_bad_holding,
    refuse_held_twice,
    refuse_to_give,
)
from portfolio.people.rules import (
    GIVES,
    MAY,
    OPERATOR_MAY,
    PURPOSE,
    REACH,
    Act,
    Holding,
    Role,
    Viewer,
    Within,
    find_marked,
    giving,
    mark_of,
    within,
)

DAY = date(2025, 10, 20)


def test_every_role_is_in_the_table_and_every_act_is_somebodys() -> None:
    assert set(REACH) == set(MAY) == set(Role)
    assert set().union(*MAY.values()) == set(Act)


@pytest.mark.parametrize(
    ("holding", "act", "reach"),
    [
        (Holding(Role.LEAD), Act.CLAIM, Within(lead_id=7)),
        (Holding(Role.LEAD), Act.COMPARE, Within()),
        (Holding(Role.CSP_OFFICER, csp_id=3), Act.DECIDE, Within(csps=frozenset({3}))),
        (Holding(Role.CSP_OFFICER), Act.DECIDE, Within()),
        (Holding(Role.FINANCE, police_area_id=2), Act.APPROVE_CLAIM, Within(police_areas=frozenset({2}))),
        (Holding(Role.FINANCE), Act.APPROVE_CLAIM, Within()),
        (Holding(Role.CERTIFIER, police_area_id=2), Act.PREPARE_RETURN, Within()),
        (Holding(Role.ADMINISTRATOR), Act.MANAGE_PEOPLE, Within(everything=True)),
        (Holding(Role.ADMINISTRATOR), Act.APPROVE_CLAIM, Within()),
    ],
)
def test_a_role_carries_as_far_as_its_place(holding: Holding, act: Act, reach: Within) -> None:
    assert within(act, [holding], 7, DAY) == reach
    assert bool(reach) is (reach != Within())


def test_every_role_is_for_something_and_given_by_somebody() -> None:
    assert set(PURPOSE) == set(Role)
    assert GIVES.keys() <= set(Role)
    assert set().union(*GIVES.values()) == set(Role)
    assert MAY[Role.ADMINISTRATOR] >= OPERATOR_MAY, "an administrator may run every command too"


@pytest.mark.parametrize(
    ("holding", "role", "reach"),
    [
        (Holding(Role.CSP_OFFICER, csp_id=3), Role.LEAD, Within(csps=frozenset({3}))),
        (Holding(Role.CSP_OFFICER, csp_id=3), Role.CSP_MEMBER, Within(csps=frozenset({3}))),
        (Holding(Role.CSP_OFFICER, csp_id=3), Role.CSP_OFFICER, Within()),
        (Holding(Role.CSP_OFFICER, csp_id=3), Role.FINANCE, Within()),
        (Holding(Role.CSP_OFFICER, csp_id=3, ends_on=date(2025, 10, 19)), Role.LEAD, Within()),
        (Holding(Role.FINANCE, police_area_id=2), Role.LEAD, Within()),
        (Holding(Role.ADMINISTRATOR), Role.ADMINISTRATOR, Within(everything=True)),
    ],
)
def test_a_role_is_given_as_far_as_the_giver_reaches(holding: Holding, role: Role, reach: Within) -> None:
    assert giving(role, [holding], 7, DAY) == reach
    viewer = Viewer(7, "Ann", "ann@example.org", (holding,), DAY)
    assert viewer.giving(role) == reach
    for place, allowed in ((3, reach.everything or 3 in reach.csps), (4, reach.everything), (None, reach.everything)):
        if allowed:
            refuse_to_give(viewer, Holding(role, csp_id=place))
        else:
            with pytest.raises(MayNotGive):
                refuse_to_give(viewer, Holding(role, csp_id=place))


def test_the_operator_gives_any_role() -> None:
    refuse_to_give(None, Holding(Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    ("new", "refused"),
    [
        (Holding(Role.LEAD, 3), True),
        (Holding(Role.LEAD, 3, ends_on=date(2025, 9, 30)), False),
        (Holding(Role.LEAD, 3, ends_on=date(2025, 10, 1)), True),
        (Holding(Role.LEAD, 3, starts_on=date(2025, 12, 31)), True),
        (Holding(Role.LEAD, 3, starts_on=date(2026, 1, 1)), False),
        (Holding(Role.LEAD, 4), False),
        (Holding(Role.CSP_MEMBER, 3), False),
    ],
)
def test_a_role_is_held_for_one_place_once_at_a_time(new: Holding, refused: bool) -> None:
    held = [Holding(Role.LEAD, 3, starts_on=date(2025, 10, 1), ends_on=date(2025, 12, 31))]
    if refused:
        with pytest.raises(HeldAlready):
            refuse_held_twice(held, new)
    else:
        refuse_held_twice(held, new)


def test_a_role_that_is_for_no_place_is_refused_before_it_is_compared() -> None:
    with pytest.raises(RoleWithoutPlace):
        refuse_held_twice([], Holding(Role.CSP_MEMBER))


def test_an_end_before_the_beginning_says_the_beginning() -> None:
    assert "starts on 20 October 2025" in BadEnd(DAY).sentence


def test_roles_add_up() -> None:
    held = [Holding(Role.CSP_MEMBER, csp_id=3), Holding(Role.CSP_OFFICER, csp_id=4), Holding(Role.LEAD)]
    assert within(Act.SEE_CLAIMS, held, 7, DAY) == Within(csps=frozenset({3, 4}), lead_id=7)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "holds"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2025, 10, 21), None, False),
        (None, date(2025, 10, 19), False),
    ],
)
def test_a_role_counts_on_its_days(starts_on: date | None, ends_on: date | None, holds: bool) -> None:
    holding = Holding(Role.ADMINISTRATOR, starts_on=starts_on, ends_on=ends_on)
    assert holding.holds_on(DAY) is holds
    viewer = Viewer(7, "Ann", "ann@example.org", (holding,), DAY)
    assert viewer.may(Act.MANAGE_PEOPLE) is holds
    assert viewer.role_names == ("administrator" if holds else "")


def test_a_viewers_roles_are_named_once_each() -> None:
    held = (Holding(Role.CSP_OFFICER, 3), Holding(Role.CSP_OFFICER, 4), Holding(Role.LEAD))
    assert Viewer(7, "Ann", "ann@example.org", held, DAY).role_names == "CSP officer, project lead"


@pytest.mark.parametrize(
    ("reach", "holds", "holds_area"),
    [
        (Within(everything=True), True, True),
        (Within(csps=frozenset({3})), True, False),
        (Within(police_areas=frozenset({2})), True, True),
        (Within(lead_id=7), True, False),
        (Within(csps=frozenset({2}), police_areas=frozenset({3}), lead_id=8), False, False),
        (Within(), False, False),
    ],
)
def test_something_is_within_reach_or_not(reach: Within, holds: bool, holds_area: bool) -> None:
    assert reach.holds(csp_id=3, police_area_id=2, lead_id=7) is holds
    assert reach.holds_area(2) is holds_area


def test_what_nobody_leads_is_nobodys_own() -> None:
    assert not Within(lead_id=7).holds(csp_id=3, police_area_id=2)


@pytest.mark.parametrize("typed", ["Ann@Example.ORG", "  ann@example.org\n"])
def test_an_email_is_compared_in_small_letters(typed: str) -> None:
    assert normal_email(typed) == "ann@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ann", "ann@example", "ann@example.", "@example.org", "ann@.org", "a b@example.org", "a@b@example.org"),
        *("x" * 250 + "@b.uk", "zoë@example.org", "ann@exämple.org", "ann\x1f@example.org", "<ann@example.org>"),
    ],
)
def test_what_is_no_email_is_refused(typed: str) -> None:
    with pytest.raises(PortfolioError, match=r"like name@example\.org") as refused:
        normal_email(typed)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("holding", "field"),
    [
        (Holding(Role.LEAD), None),
        (Holding(Role.ADMINISTRATOR, starts_on=DAY, ends_on=DAY), None),
        (Holding(Role.CSP_OFFICER, csp_id=3), None),
        (Holding(Role.FINANCE, police_area_id=2, starts_on=DAY), None),
        (Holding(Role.CSP_OFFICER, police_area_id=2), "csp"),
        (Holding(Role.FINANCE, csp_id=3), "police_area"),
        (Holding(Role.LEAD, starts_on=DAY, ends_on=date(2025, 10, 19)), "ends_on"),
    ],
)
def test_a_role_names_its_place(holding: Holding, field: str | None) -> None:
    if field is None:
        refuse_bad_holding(holding)
        return
    with pytest.raises(PortfolioError) as refused:
        refuse_bad_holding(holding)
    assert refused.value.field == field


def test_the_last_administrator_stays() -> None:
    assert "Add another administrator first" in LastAdministrator().sentence


def test_the_record_names_people_by_number_and_can_be_read_back() -> None:
    viewer = Viewer(12, "Ann", "ann@example.org", (Holding(Role.FINANCE, None, 1), Holding(Role.LEAD)), DAY)
    assert (viewer.mark, viewer.role_names) == ("person 12", "finance officer, project lead")
    assert mark_of(12) == "person 12"
    assert find_marked("person 12") == 12
    assert [find_marked(text) for text in ("person", "person x", "ann@example.org", "person 12 (command line)")] == [
        None
    ] * 4
