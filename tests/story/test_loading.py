"""Stories that load: Dorset's to the penny, and others of every size and kind."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.db import Database, Pence
from portfolio.decisions.models import Award, AwardLine, Decision, ProfileShare
from portfolio.funding_years.models import CSP, CspAllocation, FundingYear, Organisation, PoliceArea, Programme
from portfolio.history import broken_seals, rows_behind_its_back
from portfolio.match_funding.models import Match
from portfolio.measures.models import Measure, MeasureDefinition, Observation
from portfolio.money import from_pence, share_evenly, to_pence
from portfolio.proposals.models import Intervention, Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.spend.models import Claim, ClaimLine, Correction
from portfolio.spend.rules import ClaimStatus
from portfolio.story import loading
from tests import make, stories
from tests.story import told


def positions(session: Session, year: int, quarter: int) -> dict[str, figures.Position]:
    """Where the money of a year stands at a quarter, by `dorset labour`, and `combined` of everything."""
    at = Quarter(FinancialYear(year), quarter)
    funding_year = session.scalars(select(FundingYear).where(FundingYear.year == at.year)).one()
    keys = {csp.id: csp.key for csp in session.scalars(select(CSP))}
    streams = {stream.id: stream.name for stream in funding_year.programme.streams}
    found = figures.by_csp(session, funding_year.id, at)
    return {f"{keys[csp]} {streams[stream]}": position for (csp, stream), position in found.items()} | {
        "combined": figures.together(found.values(), at)
    }


@pytest.fixture
def dorset(database: Database) -> Database:
    """The Dorset story, told."""
    loaded = told.tell(database, told.DORSET)
    assert loaded.passed_over == []
    assert loaded.counts == {
        "funding years": 2, "partnerships": 2, "proposals": 17, "decisions": 18, "awards": 15, "claims": 43,
        "corrections": 1, "measures": 3,
    }  # fmt: skip
    assert (loaded.programme, loaded.area) == ("Serious Violence Duty", "Dorset")
    return database


def test_dorset_comes_out_to_the_penny(dorset: Database) -> None:
    expected = told.dorset()["expected_pence"]["2025"]
    with dorset.reading() as session:
        for quarter, key in ((1, "Q1"), (2, "Q2")):
            found = positions(session, 2025, quarter)
            for name in ("dorset non-labour", "dorset labour", "bcp non-labour", "bcp labour"):
                assert to_pence(found[name].this_quarter) == expected[key][name]
            assert to_pence(found["combined"].this_quarter) == expected[key]["combined total"]
        combined = found["combined"]
        assert combined.this_quarter == Decimal("72857.14")
        assert combined.to_date == Decimal("136071.10")
        assert combined.before == Decimal("63213.96")
        assert to_pence(combined.award) == sum(expected["awarded"].values()) == 29200000
        for name, pence in expected["to_date_Q2"].items():
            if not name.startswith("combined"):
                assert to_pence(found[name].to_date) == pence
        before = positions(session, 2024, 4)
        for name, pence in told.dorset()["expected_pence"]["2024"]["outturn"].items():
            assert to_pence(before[name].outturn) == pence


def test_dorset_keeps_what_was_said_and_done(dorset: Database) -> None:
    with dorset.reading() as session:
        tool = session.scalars(select(Proposal).where(Proposal.reference == "SVD-25-04")).one()
        outcomes = {
            decision.csp.key: decision.outcome.value
            for decision in session.scalars(select(Decision).where(Decision.proposal == tool))
        }
        assert outcomes == {"dorset": "part-funded", "bcp": "rejected"}
        nurse = session.scalars(select(Proposal).where(Proposal.reference == "SVD-25-01")).one()
        assert nurse.continues is not None
        assert nurse.continues.reference == "SVD-24-01"
        assert nurse.intervention == nurse.continues.intervention
        assert make.count_of(session, Intervention) == 17 - 6
        pledged = session.scalars(select(Match).order_by(Match.pledged)).all()
        assert [(match.funder.name, match.kind.value, match.pledged) for match in pledged] == [
            ("Westhaven Youth Trust", "in kind", Decimal("4200.00")),
            ("Office of the Police and Crime Commissioner for Dorset", "cash", Decimal("7500.00")),
        ]
        assert all(status is ClaimStatus.APPROVED for status in session.scalars(select(Claim.status)))
        unavailable = session.scalars(select(Observation).where(Observation.value.is_(None))).one()
        assert (unavailable.unavailable or "").startswith("Data received under the Cardiff Model")
        zero = session.scalars(
            select(Observation.value)
            .join(MeasureDefinition)
            .join(Measure)
            .where(Measure.code == "SVD-C", Observation.quarter == make.Q2)
        )
        assert list(zero) == [Decimal(0)]


def test_a_loaded_story_stands_in_the_record(dorset: Database) -> None:
    with dorset.reading() as session:
        assert [*broken_seals(session), *rows_behind_its_back(session)] == []
        kept = told.rows(session)
        assert kept.pop("history_entry") == sum(kept.values())


def test_the_same_story_twice_is_refused_and_changes_nothing(dorset: Database) -> None:
    with dorset.reading() as session:
        before = told.rows(session)
    assert told.faults(dorset, told.DORSET) == [
        f"years[{place}]: Serious Violence Duty {year} for Dorset is here already: this story, or one like it, was "
        "loaded before. Nothing was changed"
        for place, year in enumerate(("2024/25", "2025/26"))
    ]
    with dorset.reading() as session:
        assert told.rows(session) == before


def test_of_two_who_load_the_same_story_at_once_the_second_is_refused(database: Database) -> None:
    found: list[list[str]] = []
    together = threading.Barrier(2)

    def load() -> None:
        together.wait(30)
        found.append(told.faults(database, told.DORSET))

    loaders = [threading.Thread(target=load) for _ in range(2)]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join(60)
    assert sorted(map(len, found)) == [0, 2]
    with database.reading() as session:
        assert make.count_of(session, Claim) == 43


def other_area() -> dict[str, object]:
    """Dorset's story told of another area: the same grant, codes, organisations' keys and amounts."""
    text = json.dumps(told.dorset())
    for ours, theirs in (("Dorset", "Kent"), ("SVD-", "KSV-"), ("E23000039", "E23000032"), ('"bcp', '"medway')):
        text = text.replace(ours, theirs)
    return dict(json.loads(text.replace('"dorset', '"kent').replace("BCP", "Medway")))


def test_another_area_has_the_same_codes_and_keys(dorset: Database, tmp_path: Path) -> None:
    story = other_area()
    assert told.faults(dorset, told.write(tmp_path, story)) == []
    with dorset.reading() as session:
        programmes = session.scalars(select(Programme).order_by(Programme.id)).all()
        assert [(one.code, one.administering_body) for one in programmes] == [
            ("SVD", "Office of the Police and Crime Commissioner for Dorset"),
            ("SVD", "Office of the Police and Crime Commissioner for Kent"),
        ]
        years = session.scalars(select(FundingYear).where(FundingYear.year == make.YEAR)).all()
        at = make.Q2
        assert [figures.together(figures.by_csp(session, year.id, at).values(), at).to_date for year in years] == [
            Decimal("136071.10")
        ] * 2
        shared = session.scalars(select(Organisation).where(Organisation.name == "Westhaven Youth Trust")).all()
        assert [organisation.key for organisation in shared] == ["westhaven-youth-trust"]
        assert list(session.scalars(select(Organisation.key).where(Organisation.name == "NHS Kent"))) == ["nhs-kent"]


def test_a_second_programme_of_the_same_area_joins_the_first(dorset: Database, tmp_path: Path) -> None:
    text = json.dumps(told.dorset()).replace("SVD-", "HOT-").replace('"SVD"', '"HOT"')
    story = json.loads(text.replace("Serious Violence Duty", "Hotspot Response"))
    assert told.faults(dorset, told.write(tmp_path, story)) == []
    with dorset.reading() as session:
        assert make.count_of(session, PoliceArea) == 1
        assert make.count_of(session, CSP) == 2
        assert make.count_of(session, Organisation) == 6
        assert make.count_of(session, FundingYear) == 4
        assert make.count_of(session, Measure) == 6


def test_the_next_year_of_the_same_programme_goes_on(database: Database, tmp_path: Path) -> None:
    story = told.dorset()
    first = {**told.dorset(), "years": story["years"][:1], "expected_pence": {"2024": story["expected_pence"]["2024"]}}
    for key in ("proposals", "decisions", "awards", "claims"):
        first[key] = [entry for entry in story[key] if "-24-" in entry.get("ref", entry.get("proposal"))]
    first["corrections"] = []
    for measure in first["measures"]:
        measure["observations"] = [{"year": 2024, "quarter": 4, "value": 3}]
    told.alter(first, "measures[1].definition", "As the force counted until 2025")
    assert told.faults(database, told.write(tmp_path, first)) == []
    second = {**story, "years": story["years"][1:], "expected_pence": {"2025": story["expected_pence"]["2025"]}}
    for key in ("proposals", "decisions", "awards", "claims"):
        second[key] = [entry for entry in story[key] if "-25-" in entry.get("ref", entry.get("proposal"))]
    for proposal in second["proposals"]:
        proposal["continues"] = None
    assert told.faults(database, told.write(tmp_path, second)) == []
    with database.reading() as session:
        assert make.count_of(session, Programme) == make.count_of(session, PoliceArea) == 1
        versions = {measure.code: len(measure.definitions) for measure in session.scalars(select(Measure))}
        assert versions == {"SVD-A": 1, "SVD-B": 2, "SVD-C": 1}
        assert positions(session, 2025, 2)["combined"].to_date == Decimal("136071.10")


def test_clashes_with_what_is_here_are_refused(dorset: Database, tmp_path: Path) -> None:
    story = other_area()
    told.alter(story, "csps[0].key", "dorset")
    text = json.dumps(story).replace('"kent', '"dorset').replace("KSV-25-01", "SVD-25-01")
    assert told.faults(dorset, told.write(tmp_path, text)) == [
        "csps[0].key: is “dorset”, but that key is here for Dorset Community Safety Partnership. "
        "Use another, or put one of the two right",
        "proposals[7].ref: is “SVD-25-01”, but that reference is taken. Use another, or put one of the two right",
    ]


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("police_area.name", "Dorsetshire", "police_area.name: is “Dorsetshire”, but E23000039 is here as Dorset."),
        ("programme.streams[1]", "projects", "programme.streams: is “labour, projects”, but SVD is here with labour, "),
        ("programme.categories", ["other", "gold"], "programme.categories: is “other, gold”, but SVD is here with pay"),
    ],
)
def test_what_is_here_under_the_same_code_must_be_the_same(
    dorset: Database, tmp_path: Path, place: str, value: object, fault: str
) -> None:
    story = told.small() | {"programme": told.dorset()["programme"], "police_area": told.dorset()["police_area"]}
    told.alter(story, "years[0].year", 2023)
    text = json.dumps(story).replace("2025", "2023").replace('"core"', '"labour"')
    story = json.loads(text)
    told.alter(story, place, value)
    assert [found.startswith(fault) for found in told.faults(dorset, told.write(tmp_path, story))] == [True]


def test_an_only_partnership_has_all_of_the_allocation(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, told.small())) == []
    with database.reading() as session:
        assert list(session.scalars(select(CspAllocation.amount))) == [Decimal("100.01")]
        grant = session.scalars(select(Programme)).one()
        assert (grant.variance_percent, grant.variance_floor) == (Decimal(10), Decimal("500.00"))
        assert [category.name for category in grant.categories][-1] == "other"
        assert told.rows(session).keys() & {"claim", "claim_line", "measure", "match", "correction"} == set()


def test_pennies_that_do_not_divide_go_to_the_first_quarters(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, told.small())) == []
    with database.reading() as session:
        profile = session.scalars(select(ProfileShare).order_by(ProfileShare.quarter)).all()
        assert [share.amount for share in profile] == [Decimal("25.01"), *[Decimal("25.00")] * 3]
        assert [share.quarter for share in profile] == list(make.YEAR.quarters)


def test_an_award_of_part_of_the_year_is_spread_over_its_quarters(database: Database, tmp_path: Path) -> None:
    story = told.small()
    story["proposals"][0] |= {"starts_on": "2025-09-30", "ends_on": "2026-04-01"}
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        profile = session.scalars(select(ProfileShare).order_by(ProfileShare.quarter)).all()
        assert [(share.quarter.short, share.amount) for share in profile] == [
            ("Q2 2025/26", Decimal("25.01")),
            ("Q3 2025/26", Decimal("25.00")),
            ("Q4 2025/26", Decimal("25.00")),
            ("Q1 2026/27", Decimal("25.00")),
        ]


def thirty_two(*, a_penny_more: bool = False) -> dict[str, object]:
    """A year of £932,764.00 shared by thirty-two boroughs."""
    shares = share_evenly(Decimal("932764.00"), 32)
    story = told.small() | {"proposals": [], "decisions": []}
    keys = [f"borough-{number}" for number in range(1, 33)]
    story["csps"] = [{"key": key, "name": key.title()} for key in keys]
    given = {key: {"core": to_pence(amount)} for key, amount in zip(keys, shares, strict=True)}
    given["borough-32"]["core"] += 1 if a_penny_more else 0
    story["years"] = [{"year": 2025, "status": "provisional", "allocation": {"core": 93276400}, "csp": given}]
    return story


def test_thirty_two_boroughs_share_to_the_penny(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, thirty_two())) == []
    with database.reading() as session:
        assert session.scalar(select(type_coerce(func.sum(CspAllocation.amount), Pence))) == Decimal("932764.00")
        assert make.count_of(session, CspAllocation) == 32


def test_a_penny_too_much_among_thirty_two_is_refused(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, thirty_two(a_penny_more=True))) == [
        "years[0].csp.core: The partnerships' shares of the core stream come to £932,764.01, £0.01 more than its "
        "allocation of £932,764.00. Lower the shares or raise the allocation"
    ]


def decided(*outcomes: tuple[str, int]) -> dict[str, object]:
    """The small story, decided on again and again."""
    story = told.small()
    story["decisions"] = [
        {
            "proposal": "CSF-1",
            "csp": "medway",
            "outcome": outcome,
            "awarded": {"core": pence} if pence else {},
            "reason": f"Reason {number}",
            "meeting": {"date": f"2025-0{number}-13", "minute": str(number)},
        }
        for number, (outcome, pence) in enumerate(outcomes, start=4)
    ]
    return story


def test_a_decision_in_instalments_supersedes_step_by_step(database: Database, tmp_path: Path) -> None:
    story = decided(("deferred", 0), ("part-funded", 4000), ("funded", 10001))
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        first, second, third = session.scalars(select(Decision).order_by(Decision.id))
        assert (first.supersedes, second.supersedes, third.supersedes) == (None, first, second)
        assert list(session.scalars(select(AwardLine.amount))) == [Decimal("100.01")]


def test_money_taken_back_by_a_later_decision_leaves_no_award(database: Database, tmp_path: Path) -> None:
    story = decided(("funded", 10001), ("rejected", 0))
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        assert make.count_of(session, Award) == 0
        assert make.count_of(session, Decision) == 2


@pytest.mark.parametrize("key", ["awards", "claims", "corrections", "measures", "organisations"])
def test_what_a_story_need_not_hold_may_be_missing(database: Database, tmp_path: Path, key: str) -> None:
    story = told.small() | {"awards": [], "claims": [], "corrections": [], "measures": []}
    if key == "organisations":
        story |= {"proposals": [], "decisions": []}
    del story[key]
    assert told.faults(database, told.write(tmp_path, story)) == []


def test_claims_are_kept_with_all_they_say(database: Database, tmp_path: Path) -> None:
    line = {"stream": "core", "category": "other", "amount": -5, "description": " Refund ", "transaction": "T-1"}
    story = told.small() | {
        "claims": [
            claim := told.claim(
                1,
                2500,
                narrative="Began.",
                delivery_rag="Amber/Red",
                spend_rag="Red",
                variance_explanation="Late",
                match_spent=7,
                forecast={"core": [1, 2, 3]},
            )
        ]
    }
    claim["lines"].append(line)
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        kept = session.scalars(select(Claim)).one()
        assert (kept.narrative, kept.variance_explanation, kept.match_spent) == ("Began.", "Late", Decimal("0.07"))
        assert [kept.delivery_rag, kept.spend_rag] == ["Amber/Red", "Red"]
        assert [(row.quarter.name, row.amount) for row in kept.forecasts] == [
            ("Q2", Decimal("0.01")),
            ("Q3", Decimal("0.02")),
            ("Q4", Decimal("0.03")),
        ]
        refund = session.scalars(select(ClaimLine).where(ClaimLine.amount < from_pence(0))).one()
        assert (refund.amount, refund.description, refund.transaction) == (Decimal("-0.05"), "Refund", "T-1")


def test_a_correction_counts_in_the_quarter_it_was_entered_in(database: Database, tmp_path: Path) -> None:
    story = told.small() | {
        "claims": [told.claim(1, 2500), told.claim(2, 2500)],
        "corrections": [
            {
                "proposal": "CSF-1", "csp": "medway", "year": "2025/26", "quarter_corrected": 1, "entered_in": 2,
                "stream": "core", "category": "training", "amount": -100, "reason": "Wrong rate",
            }
        ],
        "expected_pence": {
            "2025": {
                "Q1": {"combined total": 2500},
                "Q2": {"medway core": 2400, "medway total": 2400},
                "to_date_Q2": {"combined core": 4900},
                "awarded": {"combined total": 10001},
                "allocation": {"medway core": 10001},
                "requested": {"medway core": 10001},
                "requested_one_core": 10001,
                "requested_1_core": 10001,
            }
        },
    }  # fmt: skip
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        assert session.scalars(select(Correction)).one().amount == Decimal("-1.00")


def test_years_and_rules_may_be_written_as_people_do(database: Database, tmp_path: Path) -> None:
    story = told.small()
    told.alter(story, "years[0].year", "2025/26")
    story["years"][0] |= {"confirmed_on": "2025-03-27", "reference": "HO/1", "note": "late"}
    told.alter(story, "proposals[0].year", "2025 to 2026")
    story["programme"] |= {
        "variance_rule": {"percent": 12.5, "floor_pence": 1},
        "match_rule": {"percent": 30, "base": "total", "in_kind_counts": True},
        "tolerance_percent": 10,
        "claim_deadlines": "15 Jul, 15 Oct, 15 Jan, 15 Apr",
        "retention_years": 6,
        "in_arrears": False,
        "carry_over": True,
        "statutory_power": "An Act",
        "categories": ["training", "other"],
    }
    told.alter(story, "decisions[0].awarded.core", 11001)
    assert told.faults(database, told.write(tmp_path, story)) == []
    with database.reading() as session:
        grant = session.scalars(select(Programme)).one()
        assert (grant.variance_percent, grant.variance_floor) == (Decimal("12.5"), Decimal("0.01"))
        assert (grant.match_percent, grant.match_base, grant.match_in_kind_counts) == (Decimal(30), "total", True)
        assert (grant.carry_over, grant.in_arrears, grant.retention_years) == (True, False, 6)
        year = session.scalars(select(FundingYear)).one()
        assert (year.confirmed_reference, year.note) == ("HO/1", "late")


def test_a_byte_order_mark_and_letters_of_any_language_are_fine(database: Database, tmp_path: Path) -> None:
    story = told.small()
    title = "Łódź, Ynys Môn \N{HOCHO} =cmd|' /C calc'!A0\u0007"
    told.alter(story, "proposals[0].title", title)
    file = tmp_path / "story.json"
    file.write_text("\ufeff" + json.dumps(story).replace("\\\\u", "\\u"), encoding="utf-8")
    assert told.faults(database, file) == []
    with database.reading() as session:
        assert session.scalars(select(Proposal.title)).one() == title


def test_notes_are_read_over_and_other_keys_are_told(database: Database, tmp_path: Path) -> None:
    story = told.small() | {"about": "x", "note_on_counting": 5, "basis": "made up", "weather": "fine"}
    story["proposals"][0] |= {"basis": "x", "notes": [], "colour": "blue"}
    story["expected_pence"] = {
        "about": {},
        "2031": {"Q1": {}},
        "2025": {
            "note": "x",
            "profit": {"combined total": 5},
            "Q1": {"kent core": 1, "medway gold": 1, "combined total": None},
            "requested_all_core": 5,
            "requested_one_gold": 5,
            "requested_one_core": None,
        },
    }
    loaded = told.tell(database, told.write(tmp_path, story))
    assert loaded.passed_over == [
        "proposals[0].colour",
        "weather",
        "expected_pence.about",
        "expected_pence.2031",
        "expected_pence.2025.note",
        "expected_pence.2025.profit",
        "expected_pence.2025.Q1.kent core",
        "expected_pence.2025.Q1.medway gold",
        "expected_pence.2025.Q1.combined total",
        "expected_pence.2025.requested_all_core",
        "expected_pence.2025.requested_one_gold",
        "expected_pence.2025.requested_one_core",
    ]


def test_an_open_years_outturn_stands_at_its_last_claims(database: Database, tmp_path: Path) -> None:
    story = told.small() | {"claims": [told.claim(1, 2000, forecast={"core": [2000, 2000, 2000]})]}
    story["expected_pence"] = {"2025": {"outturn": {"combined total": 8000}}}
    assert told.faults(database, told.write(tmp_path, story)) == []


def test_a_large_made_up_year_comes_out_to_the_penny(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "AT_ONCE", 7)
    story = stories.story(csps=7, awards=40)
    assert told.faults(database, stories.write(tmp_path, story)) == []
    lines = [(claim["quarter"], line["amount"]) for claim in story["claims"] for line in claim["lines"]]
    spent = {quarter: sum(pence for of, pence in lines if of <= quarter) for quarter in (1, 2)}
    with database.reading() as session:
        for quarter, pence in spent.items():
            assert to_pence(positions(session, 2025, quarter)["combined"].to_date) == pence
        assert [*broken_seals(session), *rows_behind_its_back(session)] == []
