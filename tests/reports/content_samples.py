"""Contents of returns to write workbooks from: Dorset's 2025/26 Q2 and variations on it. Amounts are illustrative."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from portfolio.money import ZERO, from_pence, share_evenly
from portfolio.quarters import FinancialYear, Quarter
from portfolio.rounding import METHOD, rounded_table
from reports.content import (
    AssetRow,
    ByQuarter,
    CategoryRow,
    Certification,
    Cover,
    DecisionRow,
    InterventionRow,
    Kind,
    LedgerRow,
    MatchRow,
    MeasureRow,
    Note,
    OutputRow,
    ReturnContent,
    Rounded,
    RoundedRow,
    Statement,
    StatementRow,
    SummaryRow,
    VariationRow,
)
from reports.totals import summary_totals

YEAR = FinancialYear(2025)
DORSET, BCP = "Dorset Community Safety Partnership", "BCP Community Safety Partnership"
LABOUR, NON_LABOUR = "labour", "non-labour"
NURSE, RELATIONSHIPS, LEVEL_UP = "SVD-25-01", "SVD-25-02", "SVD-25-03"
PERPETRATOR, ANALYST = "SVD-25-04", "SVD-25-07"
OUTREACH, NAVIGATORS, COORDINATION = "SVD-25-21", "SVD-25-22", "SVD-25-23"

TITLES = {
    NURSE: "Specialist Nurse",
    RELATIONSHIPS: "Healthy Relationships and Mentors in Violence Prevention Programme",
    LEVEL_UP: "Level-Up Project",
    PERPETRATOR: "High Harm Perpetrator Tool",
    "SVD-25-05": "Night-time economy street mentors",
    "SVD-25-06": "Weapons awareness roadshow",
    ANALYST: "Serious violence analyst and coordination (Dorset)",
    OUTREACH: "Youth outreach and detached work",
    NAVIGATORS: "A&E navigators",
    COORDINATION: "Serious violence coordination (BCP)",
}
LEADS = {
    NURSE: "NHS Dorset",
    RELATIONSHIPS: "Dorset Council",
    LEVEL_UP: "Dorset Council",
    PERPETRATOR: "Dorset Police",
    "SVD-25-05": "Westhaven Youth Trust",
    "SVD-25-06": "Dorset Police",
    ANALYST: "Dorset Council",
    OUTREACH: "BCP Council",
    NAVIGATORS: "NHS Dorset",
    COORDINATION: "BCP Council",
}
NEW = (PERPETRATOR, NAVIGATORS, "SVD-25-05", "SVD-25-06")
LEVELS = {
    NURSE: "targeted",
    RELATIONSHIPS: "universal, targeted, focused",
    LEVEL_UP: "targeted, focused",
    OUTREACH: "targeted, focused",
    NAVIGATORS: "focused",
}
EXPLANATIONS = {
    LEVEL_UP: "Late-start groups ran in September, bringing spend forward from Q3.",
    NAVIGATORS: "Third navigator started on 1 July and took a relocation payment in Q2.",
}
RAGS = {LEVEL_UP: "Amber/Green"}
NARRATIVES = {
    NURSE: "29 young people on caseload.",
    RELATIONSHIPS: "Eight schools; 31 mentors trained.",
    LEVEL_UP: "Two extra groups in September.",
    PERPETRATOR: "Supplier appointed, data agreement signed.",
    ANALYST: "Problem profile delivered.",
    OUTREACH: "Summer plan delivered.",
    NAVIGATORS: "All three navigators in post.",
    COORDINATION: "Needs assessment published.",
}

AWARDS = [
    (NURSE, DORSET, NON_LABOUR, 2841375, (710344, 710344, 710344, 710343)),
    (RELATIONSHIPS, DORSET, LABOUR, 300000, (75000, 75000, 75000, 75000)),
    (RELATIONSHIPS, DORSET, NON_LABOUR, 2209920, (552480, 552480, 552480, 552480)),
    (LEVEL_UP, DORSET, NON_LABOUR, 1987533, (496884, 496883, 496883, 496883)),
    (PERPETRATOR, DORSET, NON_LABOUR, 1040193, (0, 260048, 520097, 260048)),
    (ANALYST, DORSET, LABOUR, 4809747, (1202437, 1202437, 1202437, 1202436)),
    (OUTREACH, BCP, NON_LABOUR, 6120450, (1530113, 1530113, 1530112, 1530112)),
    (NAVIGATORS, BCP, NON_LABOUR, 3687517, (526788, 1053577, 1053576, 1053576)),
    (COORDINATION, BCP, LABOUR, 6203265, (1550817, 1550816, 1550816, 1550816)),
]
PAY, TRAVEL, TRAINING, ROOMS = "pay and on-costs", "travel and subsistence", "training", "premises and room hire"
MATERIALS, SERVICES, OTHER = "equipment and materials", "commissioned services", "other"
SPEND = {
    (NURSE, NON_LABOUR): {PAY: (651208, 651208), TRAVEL: (22417, 35019), TRAINING: (0, 24000)},
    (RELATIONSHIPS, LABOUR): {PAY: (75000, 75000)},
    (RELATIONSHIPS, NON_LABOUR): {SERVICES: (410000, 455500), TRAINING: (96250, 88000)},
    (LEVEL_UP, NON_LABOUR): {PAY: (310333, 465500), MATERIALS: (41298, 83777), OTHER: (0, -12500)},
    (PERPETRATOR, NON_LABOUR): {SERVICES: (0, 240048)},
    (ANALYST, LABOUR): {PAY: (1171935, 1171935), TRAINING: (0, 31501)},
    (OUTREACH, NON_LABOUR): {PAY: (1388902, 1388902), TRAVEL: (73110, 90217 - 7311), ROOMS: (41500, 41500)},
    (NAVIGATORS, NON_LABOUR): {PAY: (455100, 910200), TRAINING: (64400, 30000)},
    (COORDINATION, LABOUR): {PAY: (1501200, 1501200), TRAVEL: (18743, 22018)},
}
ALLOCATIONS = [
    (DORSET, LABOUR, 5109747),
    (DORSET, NON_LABOUR, 8079021),
    (BCP, LABOUR, 6203265),
    (BCP, NON_LABOUR, 9807967),
]
OUTTURN_BEFORE = {
    (DORSET, LABOUR): from_pence(5047331),
    (DORSET, NON_LABOUR): from_pence(7665535),
    (BCP, LABOUR): from_pence(6142548),
    (BCP, NON_LABOUR): from_pence(9691033),
}
EXPECTED = {
    "Q1": {
        (DORSET, NON_LABOUR): 1531506,
        (DORSET, LABOUR): 1246935,
        (BCP, NON_LABOUR): 2023012,
        (BCP, LABOUR): 1519943,
        LABOUR: 2766878,
        NON_LABOUR: 3554518,
        "total": 6321396,
    },
    "Q2": {
        (DORSET, NON_LABOUR): 2030552,
        (DORSET, LABOUR): 1278436,
        (BCP, NON_LABOUR): 2453508,
        (BCP, LABOUR): 1523218,
        LABOUR: 2801654,
        NON_LABOUR: 4484060,
        "total": 7285714,
    },
    "to date": {
        (DORSET, NON_LABOUR): 3562058,
        (DORSET, LABOUR): 2525371,
        (BCP, NON_LABOUR): 4476520,
        (BCP, LABOUR): 3043161,
        LABOUR: 5568532,
        NON_LABOUR: 8038578,
        "total": 13607110,
    },
}
"""What the story's totals must come to, in pence."""


def dorset(kind: Kind = Kind.OPCC, status: str = "prepared") -> ReturnContent:
    """The combined return of Dorset and BCP for Q2 2025/26."""
    quarter = Quarter(YEAR, 2)
    return ReturnContent(
        cover=_cover(kind, quarter, status),
        summary=tuple(
            SummaryRow(csp, stream, from_pence(pence), OUTTURN_BEFORE[csp, stream])
            for csp, stream, pence in ALLOCATIONS
        ),
        interventions=tuple(_interventions()),
        categories=tuple(_categories()),
        match=_match(),
        variations=(
            VariationRow(
                "Forecast underspend",
                ANALYST,
                DORSET,
                LABOUR,
                "",
                "",
                from_pence(31502),
                "The analyst's post was filled below the budgeted grade.",
                "",
                None,
            ),
        ),
        outputs=_outputs(),
        measures=tuple(_measures()),
        decisions=tuple(_decisions()),
        statement=None,
        certification=Certification(
            "I certify that the expenditure in this return was incurred for the purposes of the grant, in line with "
            "its conditions, and agrees with the accounting records.",
            None,
            None,
            None,
        ),
        notes=(
            Note("1", "Measure SVD-B", "The definition is being checked with the force."),
            Note("W3", "Night-time match, SVD-25-04", "£7,500.00 of match is pledged and not yet secured."),
        ),
    )


def with_ledger() -> ReturnContent:
    """The combined return where Dorset's ledger is here, BCP's is not, and some of it belongs to no project."""
    claimed = {csp: from_pence(sum(pence for (of, _), pence in _claimed_in_q2() if of == csp)) for csp in (DORSET, BCP)}
    return replace(
        dorset(),
        ledger=(
            LedgerRow(DORSET, claimed[DORSET] + from_pence(12001), claimed[DORSET], from_pence(-9000)),
            LedgerRow(BCP, None, claimed[BCP], ZERO),
            LedgerRow(None, from_pence(4550), ZERO, ZERO),
        ),
    )


def _claimed_in_q2() -> list[tuple[tuple[str, str], int]]:
    return [((key[0], key[1]), pence) for key, pence in EXPECTED["Q2"].items() if isinstance(key, tuple)]


def one_csp() -> ReturnContent:
    """Dorset CSP's own return of the same quarter."""
    whole = dorset(Kind.CSP)
    return replace(
        whole,
        cover=replace(whole.cover, csps=(DORSET,)),
        summary=tuple(row for row in whole.summary if row.csp == DORSET),
        interventions=tuple(row for row in whole.interventions if row.csp == DORSET),
        categories=tuple(row for row in whole.categories if row.csp == DORSET),
        match=tuple(row for row in whole.match if row.csp == DORSET),
        outputs=tuple(row for row in whole.outputs if row.csp == DORSET),
        decisions=tuple(row for row in whole.decisions if row.csp == DORSET),
    )


def first_quarter(kind: Kind = Kind.OPCC) -> ReturnContent:
    """The same area one quarter earlier: nothing claimed before."""
    whole = dorset(kind)
    return replace(
        whole,
        cover=replace(whole.cover, quarter=Quarter(YEAR, 1)),
        interventions=tuple(replace(row, corrections=ZERO) for row in whole.interventions),
        categories=tuple(replace(row, actual=row.actual[:1]) for row in whole.categories),
    )


def year_end(kind: Kind = Kind.HOME_OFFICE) -> ReturnContent:
    """The whole year claimed, every forecast come true, and the statement that closes it."""
    whole = dorset(kind)
    to_come = {(row.csp, row.stream): row.quarters[2:] for row in whole.interventions}
    later: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in whole.interventions:
        third, fourth = later.get((row.csp, row.stream), (ZERO, ZERO))
        later[row.csp, row.stream] = (third + row.quarters[2], fourth + row.quarters[3])
    assert later.keys() == to_come.keys()
    categories = [
        replace(row, actual=(*row.actual, *(later.pop((row.csp, row.stream), (ZERO, ZERO)))))
        for row in whole.categories
    ]
    return replace(
        whole,
        cover=replace(whole.cover, quarter=Quarter(YEAR, 4)),
        categories=tuple(categories),
        variations=(),
        statement=Statement(
            (
                StatementRow(LABOUR, Decimal("113130.12"), Decimal("84847.59"), ZERO),
                StatementRow(NON_LABOUR, Decimal("178869.88"), Decimal("140000.00"), Decimal("9375.00")),
            ),
            "No assets were bought with the grant.",
            "Independent assurance is still to come.",
        ),
    )


def closed(kind: Kind = Kind.STATEMENT) -> ReturnContent:
    """The same year with what is told at its end: accruals, money withheld, and assets, one of them sold."""
    whole = year_end(kind)
    assert whole.statement is not None
    labour, non_labour = whole.statement.rows
    accrued = (Decimal("250.10") if place == 1 else ZERO for place, _ in enumerate(whole.categories))
    laptop = AssetRow(
        NURSE, DORSET, NON_LABOUR, "Laptop", "DC-10477", "Dorchester", date(2025, 5, 12), Decimal("899.99"),
        None, ZERO, None,
    )  # fmt: skip
    van = replace(
        laptop, reference=OUTREACH, csp=BCP, description="Outreach van", serial=None, cost=Decimal("9400.00"),
        disposed_on=date(2026, 2, 3), proceeds=Decimal("6150.50"), disposed_because="Sold at auction",
    )  # fmt: skip
    return replace(
        whole,
        categories=tuple(replace(row, accrued=amount) for row, amount in zip(whole.categories, accrued, strict=True)),
        statement=replace(
            whole.statement,
            rows=(replace(labour, withheld=Decimal("120.00")), replace(non_labour, withheld=ZERO)),
            assets="2 assets: £10,299.99 together.",
            register=(laptop, van),
        ),
    )


def empty(kind: Kind = Kind.OPCC) -> ReturnContent:
    """A year that has just been announced: no awards, no claims, nothing at all."""
    whole = year_end(kind) if kind is Kind.STATEMENT else dorset(kind, "draft")
    statement = Statement((), "Nothing is known of assets.", "None yet.") if whole.statement else None
    return replace(
        whole,
        summary=(), interventions=(), categories=(), match=(), variations=(), outputs=(), measures=(), decisions=(),
        statement=statement, notes=(),
    )  # fmt: skip


def many_csps(count: int = 32, awards: int = 2, quarter: int = 2) -> ReturnContent:
    """An area of many CSPs, with awards in pennies that do not divide; one row an award and stream."""
    whole = dorset()
    summary, interventions, categories = [], [], []
    for number in range(1, count + 1):
        csp = f"Borough {number:03d} Community Safety Partnership"
        for stream in (LABOUR, NON_LABOUR):
            total = ZERO
            spent: list[Decimal] = [ZERO] * quarter
            for place in range(awards // 2 + (awards % 2 if stream == LABOUR else 0)):
                row = _made_up(number, csp, stream, place, quarter)
                interventions.append(row)
                total += row.award
                spent = [before + now for before, now in zip(spent, row.quarters[:quarter], strict=True)]
            summary.append(SummaryRow(csp, stream, total, None))
            halves = [share_evenly(amount, 2) for amount in spent]
            categories += [
                CategoryRow(csp, stream, PAY, tuple(half[0] for half in halves)),
                CategoryRow(csp, stream, SERVICES, tuple(half[1] for half in halves)),
            ]
    return replace(
        whole,
        cover=replace(
            whole.cover, csps=tuple(dict.fromkeys(row.csp for row in summary)), quarter=Quarter(YEAR, quarter)
        ),
        summary=tuple(summary),
        interventions=tuple(interventions),
        categories=tuple(categories),
    )


def in_units(content: ReturnContent, unit: int) -> ReturnContent:
    """The same for a funder who wants whole pounds, or thousands."""
    streams = summary_totals(content).streams
    table = rounded_table([line.quarters for line in streams], Decimal(unit), running=True)
    rows = tuple(RoundedRow(line.stream, _four(cells)) for line, cells in zip(streams, table.cells, strict=True))
    return replace(content, rounded=Rounded(unit, METHOD, rows))


def _made_up(number: int, csp: str, stream: str, place: int, quarter: int) -> InterventionRow:
    seed = number * 7919 + place * 104729 + (stream == LABOUR) * 31
    award = from_pence(1_000_003 + seed * 17 % 8_999_991)
    profile = _four(share_evenly(award, 4))
    quarters = _four([amount - from_pence(seed * (turn + 3) % 4999) for turn, amount in enumerate(profile)])
    return InterventionRow(
        reference=f"SVD-25-{number:03d}-{place:02d}",
        title=f"Intervention {place + 1} of borough {number}",
        csp=csp,
        lead_organisation=f"Borough Council {number}",
        kind="continuation" if seed % 3 else "new",
        levels="targeted, focused",
        stream=stream,
        award=award,
        profile=profile,
        quarters=quarters,
        corrections=ZERO,
        previous_forecast=profile[quarter - 1],
        claim_status="approved",
        explanation=f"Recruitment took {seed % 9 + 2} weeks longer than planned." if seed % 4 == 0 else None,
        delivery_rag="Green",
        spend_rag="Amber/Green",
        narrative=f"{seed % 40 + 3} young people were seen, {seed % 7} of them for the first time this quarter.",
    )


def _four(amounts: Sequence[Decimal]) -> ByQuarter:
    first, second, third, fourth = amounts
    return first, second, third, fourth


def _cover(kind: Kind, quarter: Quarter, status: str) -> Cover:
    return Cover(
        kind=kind,
        programme="Serious Violence Duty",
        funder="Home Office",
        administering_body="Office of the Police and Crime Commissioner for Dorset",
        police_area="Dorset",
        police_area_code="E23000039",
        csps=(DORSET, BCP),
        quarter=quarter,
        version=1,
        status=status,
        prepared_by="Frances Olsen",
        prepared_on=date(2025, 10, 28),
        as_at=datetime(2025, 10, 27, 15, 5, 12, tzinfo=UTC),
        marking="OFFICIAL",
        basis="Accruals basis: costs of goods and services received in the quarter. Recoverable VAT is left out.",
        supersedes=None,
        reason=None,
    )


def _interventions() -> list[InterventionRow]:
    rows = []
    for reference, csp, stream, award, profile in AWARDS:
        by_category = SPEND[reference, stream].values()
        first, second = (sum(amounts[place] for amounts in by_category) for place in (0, 1))
        third = profile[2] + (profile[1] - second if reference == LEVEL_UP else 0)
        fourth = award - first - second - third - (31502 if reference == ANALYST else 0)
        rows.append(
            InterventionRow(
                reference=reference,
                title=TITLES[reference],
                csp=csp,
                lead_organisation=LEADS[reference],
                kind="new" if reference in NEW else "continuation",
                levels=LEVELS.get(reference, ""),
                stream=stream,
                award=from_pence(award),
                profile=_four([from_pence(pence) for pence in profile]),
                quarters=_four([from_pence(pence) for pence in (first, second, third, fourth)]),
                corrections=from_pence(-7311 if reference == OUTREACH else 0),
                previous_forecast=from_pence(profile[1] + (profile[0] - first if reference == LEVEL_UP else 0)),
                claim_status="approved",
                explanation=EXPLANATIONS.get(reference),
                delivery_rag=RAGS.get(reference, "Green"),
                spend_rag=None,
                narrative=NARRATIVES[reference],
            )
        )
    return rows


def _categories() -> list[CategoryRow]:
    csp_of = {reference: csp for reference, csp, *_ in AWARDS}
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for (reference, stream), by_category in SPEND.items():
        for category, (first, second) in by_category.items():
            key = (csp_of[reference], stream, category)
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + first, before[1] + second)
    return [CategoryRow(*key, tuple(from_pence(pence) for pence in pair)) for key, pair in sorted(sums.items())]


def _match() -> tuple[MatchRow, ...]:
    opcc = "Office of the Police and Crime Commissioner for Dorset"
    return (
        MatchRow(
            PERPETRATOR, TITLES[PERPETRATOR], DORSET, opcc, Decimal("7500.00"), ZERO, Decimal("7500.00"),
            Decimal("1875.00"), ZERO, Decimal("1875.00"),
        ),
        MatchRow(
            NAVIGATORS, TITLES[NAVIGATORS], BCP, "Westhaven Youth Trust", ZERO, Decimal("4200.00"), Decimal("4200.00"),
            ZERO, Decimal("1050.00"), Decimal("1050.00"),
        ),
    )  # fmt: skip


def _outputs() -> tuple[OutputRow, ...]:
    return (
        OutputRow(
            NURSE, TITLES[NURSE], DORSET, "output", "Young people on caseload", "people", Decimal(40), Decimal(29),
            Decimal(40),
        ),
        OutputRow(
            RELATIONSHIPS, TITLES[RELATIONSHIPS], DORSET, "outcome", "Pupils who say they would step in", "per cent",
            Decimal("62.5"), None, None,
        ),
    )  # fmt: skip


def _measures() -> list[MeasureRow]:
    reason = (
        "Data received under the Cardiff Model is not complete or good enough; the planned source covers residents "
        "only, not visitors."
    )
    admissions = "Hospital admissions for assault with a knife or sharp object"
    violence = "Knife and sharp-object enabled serious violence recorded by police"
    homicides = "Homicides recorded by police"
    first, second = Quarter(YEAR, 1), Quarter(YEAR, 2)
    area = "police area"
    return [
        MeasureRow("SVD-A", admissions, "Home Office success measure (a)", area, None, first, None, reason),
        MeasureRow("SVD-A", admissions, "Home Office success measure (a)", area, None, second, None, None),
        MeasureRow("SVD-B", violence, "Home Office success measure (b)", area, None, first, Decimal(41), None),
        MeasureRow("SVD-B", violence, "Home Office success measure (b)", area, None, second, Decimal(38), None),
        MeasureRow("SVD-C", homicides, "Home Office success measure (c)", area, None, first, Decimal(1), None),
        MeasureRow("SVD-C", homicides, "Home Office success measure (c)", area, None, second, Decimal(0), None),
    ]


def _decisions() -> list[DecisionRow]:
    last_years_schools = "Funded at last year's number of schools."
    funded, part, rejected = "funded", "part-funded", "rejected"
    condition = "Operates in the Dorset CSP area only."
    rows: list[tuple[str, str, int, str, int, str, str | None, str | None]] = [
        (NURSE, NON_LABOUR, 2841375, funded, 2841375, "Builds on momentum from 2024/25.", "6.5 (a)", None),
        (RELATIONSHIPS, LABOUR, 300000, part, 300000, last_years_schools, "6.5 (b)", None),
        (RELATIONSHIPS, NON_LABOUR, 2409920, part, 2209920, last_years_schools, "6.5 (b)", None),
        (LEVEL_UP, NON_LABOUR, 1987533, funded, 1987533, "Exclusion and vulnerability are linked.", "6.5 (c)", None),
        (PERPETRATOR, NON_LABOUR, 1650000, part, 1040193, "Remaining funding, with match.", "6.5 (d)", condition),
        ("SVD-25-05", NON_LABOUR, 3375000, rejected, 0, "Costs not profiled and no exit plan.", None, None),
        ("SVD-25-06", NON_LABOUR, 1225050, rejected, 0, "Weak evidence of one-off assemblies.", None, None),
        (ANALYST, LABOUR, 4809747, funded, 4809747, "Posts needed to deliver the Duty.", "6.3", None),
    ]
    made = [
        DecisionRow(
            reference=reference,
            title=TITLES[reference],
            lead_organisation=LEADS[reference],
            csp=DORSET,
            kind="new" if reference in NEW else "continuation",
            stream=stream,
            requested=from_pence(requested),
            outcome=outcome,
            awarded=from_pence(awarded),
            reason=reason,
            body=DORSET,
            on=date(2025, 3, 13),
            minute=minute,
            conditions=conditions,
        )
        for reference, stream, requested, outcome, awarded, reason, minute, conditions in rows
    ]
    undecided = replace(
        made[4], csp=BCP, outcome="not yet decided", awarded=ZERO, reason=None, body=None, on=None, minute=None,
        conditions=None,
    )  # fmt: skip
    return [*made, undecided]
