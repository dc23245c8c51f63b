"""Reads a story's file: its shape, its types and its names. Every fault is found in one go, each with its place."""

from collections.abc import Container
from decimal import Decimal
from typing import Any

from portfolio.decisions.rules import Outcome
from portfolio.errors import PortfolioError
from portfolio.funding_years import rules as years
from portfolio.funding_years.actions import USUAL, Terms
from portfolio.money import ZERO
from portfolio.proposals.rules import Level, MatchKind, ProposalKind
from portfolio.quarters import EARLIEST, LATEST, FinancialYear, Quarter
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.rules import RAG, Line
from portfolio.story.node import EVERYTHING, Findings, Node
from portfolio.story.opening import NotAStory
from portfolio.story.telling import (
    ByStream,
    Story,
    ToldArea,
    ToldAward,
    ToldClaim,
    ToldCorrection,
    ToldCsp,
    ToldDecision,
    ToldMatch,
    ToldMeasure,
    ToldObservation,
    ToldOrganisation,
    ToldProgramme,
    ToldProposal,
    ToldYear,
)

MOST_COUNTED = 10**15
"""No measure counts further."""


def read(content: Any, findings: Findings) -> Story:
    """The story that the content tells; what is wrong with it is noted in `findings`."""
    if not isinstance(content, dict):
        raise NotAStory("The file holds no story. It must be an object with programme, police_area, csps and years")
    top = Node(content, "", findings)
    story = Story(_programme(top.object("programme")), _area(top.object("police_area")))
    for node in top.objects("csps", at_least_one=True):
        _add(story.csps, node, "key", _csp(node))
    for node in top.objects("organisations"):
        _add(story.organisations, node, "key", _organisation(node))
    for node in top.objects("years", at_least_one=True):
        told = _year(node, story)
        if told:
            _add(story.years, node, "year", told, told.year)
    # Proposals may continue one that stands further down, so their names are known before they are read.
    references, known_years = _references(content), _known_years(content, story)
    for node in top.objects("proposals"):
        proposal = _proposal(node, story, references, known_years)
        _add(story.proposals, node, "ref", proposal, proposal.reference)
    for node in top.objects("decisions"):
        _append(story.decisions, _decision(node, story))
    for node in top.objects("awards"):
        award = _award(node, story)
        if award:
            _add(story.awards, node, "stream", award, (award.proposal, award.csp, award.stream))
    for node in top.objects("claims"):
        _append(story.claims, _claim(node, story))
    for node in top.objects("corrections"):
        _append(story.corrections, _correction(node, story))
    for node in top.objects("measures"):
        story.measures.append(_measure(node))
    expected = content.get("expected_pence")
    if expected is not None and not isinstance(expected, dict):
        findings.fault("expected_pence", "is not an object. Enter totals by start year, or leave it out")
    else:
        story.expected = expected or {}
    top.close()
    return story


def _add(found: dict[Any, Any], node: Node, key: str, told: Any, name: Any = None) -> None:
    name = told.key if name is None else name
    if name in found:
        node.fault(key, f"stands twice; it is already said in {found[name].place}. Keep one of them")
    elif name:
        found[name] = told


def _append(found: list[Any], told: Any) -> None:
    if told is not None:
        found.append(told)


def _programme(node: Node) -> ToldProgramme:
    variance, match = node.object("variance_rule", required=False), node.object("match_rule", required=False)
    floor = variance.pence("floor_pence", required=False)
    deadlines = node.text("claim_deadlines", longest=40, required=False) or USUAL.claim_deadlines
    node.findings.faults_at(node.place, [years.bad_deadlines(deadlines)])
    percent = variance.number("percent", lowest=0, highest=1000)
    tolerance = node.number("tolerance_percent", lowest=0, highest=100)
    base = match.one_of("base", years.MatchBase) if match.has("base") else None
    told = ToldProgramme(
        code=node.text("code", longest=20),
        name=node.text("name"),
        funder=node.text("funder"),
        administering_body=node.text("administering_body"),
        streams=node.texts("streams", longest=80, at_least_one=True),
        categories=node.texts("categories", longest=80) or list(years.DEFAULT_CATEGORIES),
        terms=Terms(
            in_arrears=node.flag("in_arrears", default=USUAL.in_arrears),
            carry_over=node.flag("carry_over", default=USUAL.carry_over),
            statutory_power=node.text_or_none("statutory_power"),
            match_percent=match.number("percent", lowest=0, highest=99 if base is years.MatchBase.TOTAL else 1000),
            match_base=base or USUAL.match_base,
            match_in_kind_counts=match.flag("in_kind_counts", default=USUAL.match_in_kind_counts),
            variance_percent=USUAL.variance_percent if percent is None else percent,
            variance_floor=USUAL.variance_floor if floor is None else floor,
            tolerance_percent=USUAL.tolerance_percent if tolerance is None else tolerance,
            claim_deadlines=deadlines,
            retention_years=node.whole("retention_years", lowest=1, highest=100, required=False)
            or USUAL.retention_years,
        ),
    )
    for part in (variance, match, node):
        part.close()
    return told


def _area(node: Node) -> ToldArea:
    told = ToldArea(node.text("code", longest=20), node.text("name"))
    node.close()
    return told


def _csp(node: Node) -> ToldCsp:
    told = ToldCsp(
        node.place,
        node.text("key"),
        node.text("name"),
        node.text_or_none("authority"),
        node.text_or_none("org_id", longest=60),
        node.text_or_none("gss", longest=20),
    )
    node.findings.faults_at(node.place, [years.bad_organisation_identifier(told.org_id)])
    if told.key:
        node.findings.faults_at(node.place, [years.bad_key(told.key)])
    return told


def _organisation(node: Node) -> ToldOrganisation:
    told = ToldOrganisation(
        node.place,
        node.text("key", longest=60),
        node.text("name"),
        node.text("type", longest=60),
        node.text_or_none("org_id", longest=60),
    )
    node.findings.faults_at(node.place, [years.bad_organisation_identifier(told.org_id)])
    return told


def _financial_year(node: Node, key: str = "year") -> FinancialYear | None:
    """A start year (2025), or a year as people write it (2025/26)."""
    if node.is_text(key):
        typed = node.text(key)
        try:
            return FinancialYear.parse(typed) if typed else None
        except PortfolioError as error:
            node.findings.faults_at(node.at(key), [error])
            return None
    start = node.whole(key, lowest=EARLIEST, highest=LATEST)
    return None if start is None else FinancialYear(start)


def _year(node: Node, story: Story) -> ToldYear | None:
    streams = story.stream_names
    year = _financial_year(node)
    status = node.one_of("status", years.YearStatus)
    allocation = node.pence_by("allocation", streams, "stream")
    shares = _shares(node, story, allocation)
    for stream, whole in allocation.items():
        error = years.shares_above_stream(
            stream, whole, [share[stream] for share in shares.values() if stream in share]
        )
        node.findings.faults_at(node.at("csp"), [error])
    confirmed_on, reference = node.day("confirmed_on"), node.text_or_none("reference")
    if year is None:
        return None
    return ToldYear(
        node.place,
        year,
        status or years.YearStatus.PROVISIONAL,
        confirmed_on,
        reference,
        node.note(),
        allocation,
        shares,
    )


def _shares(node: Node, story: Story, allocation: ByStream) -> dict[str, ByStream]:
    """Each partnership's share by stream; an only partnership has all of it where nothing else is said."""
    if not node.has("csp"):
        if len(story.csps) == 1:
            return {key: dict(allocation) for key in story.csps}
        node.fault("csp", "is missing. Enter each partnership's share by stream")
        return {}
    shared = node.object("csp")
    shares = {}
    for key in shared.names():
        if key in story.csp_keys:
            shares[key] = shared.pence_by(key, story.stream_names, "stream")
        else:
            shared.known_key(key, story.csp_keys, "partnership")
    return shares


def _references(content: dict[str, Any]) -> dict[str, None]:
    """The references that the file's proposals say they have, in order."""
    told = content.get("proposals")
    named = [one.get("ref") for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return {name: None for name in named if isinstance(name, str)}


def _known_years(content: dict[str, Any], story: Story) -> Container[Any]:
    """The story's funding years; any year, where one of them could not be read."""
    told = content.get("years")
    return story.years if isinstance(told, list) and len(told) == len(story.years) else EVERYTHING


def _proposal(node: Node, story: Story, references: dict[str, None], known_years: Container[Any]) -> ToldProposal:
    year = _financial_year(node)
    if year is not None and year not in known_years:
        node.fault("year", f"is {year}, which is no funding year of this story. Add it to years first")
    kind = node.one_of("kind", ProposalKind)
    offered = []
    for match in node.objects("match_offered"):
        funder, match_kind = match.known("funder", story.organisations, "organisation"), match.one_of("kind", MatchKind)
        pledged = match.pence("pledged")
        if funder and match_kind and pledged is not None:
            offered.append(ToldMatch(funder, match_kind, pledged))
    reference, title, lead = (
        node.text("ref"),
        node.text("title"),
        node.known("lead", story.organisations, "organisation"),
    )
    levels, summary = node.each_of("levels", Level), node.text("summary", required=False)
    requested = node.pence_by("requested", story.stream_names, "stream")
    asked_of = node.each_known("asked_of", story.csp_keys, "partnership")
    continues = node.known("continues", references, "proposal", required=False) or None
    starts_on, ends_on = node.day("starts_on"), node.day("ends_on")
    # What could not be read is at fault already; others that name this proposal shall not be told that it is not there.
    year, kind = year or FinancialYear(EARLIEST), kind or ProposalKind.NEW
    return ToldProposal(
        node.place, year, reference, title, lead, kind, levels, summary, requested, asked_of, continues, offered,
        starts_on or year.first_day, ends_on or year.last_day,
    )  # fmt: skip


def _decision(node: Node, story: Story) -> ToldDecision | None:
    proposal = node.known("proposal", story.proposals, "proposal")
    csp = node.known("csp", story.csp_keys, "partnership")
    outcome = node.one_of("outcome", Outcome)
    awarded = node.pence_by("awarded", story.stream_names, "stream", required=False)
    reason, conditions = node.text_or_none("reason"), node.text_or_none("conditions")
    meeting = node.object("meeting", required=False)
    body, met_on, minute = meeting.text_or_none("body"), meeting.day("date"), meeting.text_or_none("minute")
    meeting.close()
    if not proposal or not csp or outcome is None:
        return None
    return ToldDecision(node.place, proposal, csp, outcome, awarded, reason, conditions, body, met_on, minute)


def _award(node: Node, story: Story) -> ToldAward | None:
    proposal = node.known("proposal", story.proposals, "proposal")
    csp = node.known("csp", story.csp_keys, "partnership")
    stream = node.known("stream", story.stream_names, "stream")
    award, profile = node.pence("award", required=False), node.amounts("profile", 4)
    if not proposal or not csp or not stream:
        return None
    return ToldAward(node.place, proposal, csp, stream, award, profile)


def _claim(node: Node, story: Story) -> ToldClaim | None:
    proposal = node.known("proposal", story.proposals, "proposal")
    csp = node.known("csp", story.csp_keys, "partnership")
    year, number = _financial_year(node), node.whole("quarter", lowest=1, highest=4)
    lines, places = [], []
    for line in node.objects("lines", required=True):
        stream = line.known("stream", story.stream_names, "stream")
        category = line.known("category", story.programme.categories, "cost category")
        amount = line.pence("amount", signed=True)
        description, transaction = line.text_or_none("description"), line.text_or_none("transaction", longest=120)
        if stream and category and amount is not None:
            lines.append(Line(stream, category, amount, description, transaction))
            places.append(line.place)
    narrative, explanation = node.text_or_none("narrative"), node.text_or_none("variance_explanation")
    delivery_rag = node.one_of("delivery_rag", RAG) if node.has("delivery_rag") else None
    spend_rag = node.one_of("spend_rag", RAG) if node.has("spend_rag") else None
    match_spent = node.pence("match_spent", required=False)
    if not proposal or not csp or year is None or number is None:
        return None
    quarter = Quarter(year, number)
    forecast = _forecast(node, story, quarter)
    return ToldClaim(
        node.place, proposal, csp, quarter, lines, places, narrative, delivery_rag, spend_rag, explanation,
        ZERO if match_spent is None else match_spent, forecast,
    )  # fmt: skip


def _forecast(node: Node, story: Story, quarter: Quarter) -> dict[tuple[str, Quarter], Decimal]:
    """A claim's forecast: by stream, an amount for each remaining quarter of the year, in order."""
    if not node.has("forecast"):
        return {}
    by_stream = node.object("forecast")
    forecast: dict[tuple[str, Quarter], Decimal] = {}
    for stream in by_stream.names():
        if stream not in story.stream_names:
            by_stream.known_key(stream, story.stream_names, "stream")
            continue
        amounts = by_stream.amounts(stream, len(quarter.remaining()))
        if amounts is not None:
            forecast |= {(stream, later): amount for later, amount in zip(quarter.remaining(), amounts, strict=True)}
    return forecast


def _correction(node: Node, story: Story) -> ToldCorrection | None:
    proposal = node.known("proposal", story.proposals, "proposal")
    csp = node.known("csp", story.csp_keys, "partnership")
    stream = node.known("stream", story.stream_names, "stream")
    category = node.known("category", story.programme.categories, "cost category")
    year, reason = _financial_year(node), node.text("reason")
    corrected = node.whole("quarter_corrected", lowest=1, highest=4)
    entered = node.whole("entered_in", lowest=1, highest=4)
    amount = node.pence("amount", signed=True)
    if not (proposal and csp and stream and category and year and corrected and entered) or amount is None:
        return None
    said = Adjustment(stream, category, Quarter(year, corrected), Quarter(year, entered), amount, reason)
    return ToldCorrection(node.place, proposal, csp, said)


def _measure(node: Node) -> ToldMeasure:
    observations = []
    for seen in node.objects("observations"):
        year, number = _financial_year(seen), seen.whole("quarter", lowest=1, highest=4)
        value, unavailable = (
            seen.number("value", lowest=0, highest=MOST_COUNTED),
            seen.text_or_none("unavailable"),
        )
        if year is not None and number is not None:
            observations.append(ToldObservation(seen.place, Quarter(year, number), value, unavailable))
    return ToldMeasure(
        node.place,
        node.text("code", longest=40),
        node.text("name"),
        node.text("definition"),
        node.text("geography"),
        node.text_or_none("source"),
        observations,
    )
