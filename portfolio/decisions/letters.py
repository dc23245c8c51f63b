"""The letters that follow from a decision: what was decided, and what an applicant can learn from it.

They say what the record says, and nothing of who scored what: an applicant reads them.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions import feedback, queries
from portfolio.decisions.models import Award, Decision
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.rules import deadline
from portfolio.money import ZERO, format_pounds
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import between, format_day
from portfolio.words import begin, count
from reports.documents import Block, Bullets, Document, Heading, Paragraph, Table

DECIDED = {
    Outcome.FUNDED: "decided to fund it",
    Outcome.PART_FUNDED: "decided to fund it in part",
    Outcome.REJECTED: "decided not to fund it",
    Outcome.DEFERRED: "put off its decision on it",
    Outcome.WITHDRAWN: "noted that it is withdrawn",
    Outcome.RESERVE: "put it on its reserve list",
}
AGAIN = {
    Outcome.FUNDED: "The partnership looks at how it goes each quarter. What it delivers stands beside a proposal to "
    "go on with it next year.",
    Outcome.PART_FUNDED: "The partnership looks at how it goes each quarter. What it delivers stands beside a proposal "
    "to go on with it next year, and you can ask for the rest again when the partnership calls for proposals next.",
    Outcome.REJECTED: "You can propose it again when the partnership calls for proposals next. It helps to say what "
    "you have changed since, above all where this letter says that more was wanted.",
    Outcome.DEFERRED: "You need not send the proposal again: the partnership will come back to it, and will write to "
    "you when it has. If something in it changes meanwhile, tell the partnership.",
    Outcome.WITHDRAWN: "You can propose it again when the partnership calls for proposals next.",
    Outcome.RESERVE: "You need not send the proposal again: if money comes free during the year, the partnership looks "
    "at its reserve list first, and will write to you. Spend nothing on it until then: it could not be claimed.",
}


def decision_letter(session: Session, decision: Decision, today: date) -> Document:
    """What a partnership decided on a proposal, what it awards, on what conditions, and what happens next."""
    proposal = decision.proposal
    title = f"Decision on {proposal.reference}, {proposal.title}"
    asked = requested(session, Proposal.id == proposal.id).get(proposal.id, {})
    stands = queries.find_decision(session, proposal.id, decision.csp_id)
    blocks = [*_head(session, decision, title, today), Paragraph(_decided(decision, sum(asked.values(), ZERO)))]
    if decision.supersedes:
        before = decision.supersedes
        blocks.append(
            Paragraph(f"This takes the place of the decision of {_day_of(before)}, which was: {before.outcome.value}.")
        )
    if decision.reason:
        blocks += [Heading("Why", 2), Paragraph(decision.reason)]
    if decision.outcome.gives_money:
        blocks += [Heading("What is awarded", 2), _amounts(decision, asked)]
        award = queries.find_award(session, proposal.id, decision.csp_id)
        if award and stands and stands.id == decision.id:
            blocks.append(_plan(award))
    if decision.conditions:
        blocks += [Heading("Conditions", 2), Paragraph(decision.conditions)]
    blocks.append(Heading("What happens next", 2))
    blocks.append(Bullets(tuple(_duties(decision))) if decision.outcome.gives_money else _again(decision))
    blocks.append(Paragraph("A second letter says what you can take from it for another proposal."))
    return Document(title, (*blocks, *_foot(decision)))


def feedback_letter(session: Session, decision: Decision, today: date) -> Document:
    """Why a partnership decided so, what it had to choose from, and what its panel found, criterion by criterion."""
    proposal = decision.proposal
    title = f"Feedback on {proposal.reference}, {proposal.title}"
    asked = sum(requested(session, Proposal.id == proposal.id).get(proposal.id, {}).values(), ZERO)
    blocks = [*_head(session, decision, title, today), Paragraph(_decided(decision, asked))]
    if decision.reason:
        blocks += [Heading("Why", 2), Paragraph(decision.reason)]
    choices = tuple(feedback.choices(session, proposal, decision.csp_id))
    if choices:
        blocks += [Heading("What the partnership had to choose from", 2), Bullets(choices)]
    blocks += _found(session, decision)
    blocks += [Heading("If you propose it again", 2), _again(decision)]
    return Document(title, (*blocks, *_foot(decision)))


def _head(session: Session, decision: Decision, title: str, today: date) -> list[Block]:
    """Who writes to whom, on which day."""
    proposal = decision.proposal
    lead = session.get(Person, proposal.lead_person_id) if proposal.lead_person_id else None
    to = [lead.name] if lead else []
    return [
        Heading(title),
        Paragraph(decision.csp.name, strong=True),
        Paragraph(format_day(today)),
        Paragraph("\n".join([*to, proposal.lead_organisation.name])),
        Paragraph(f"Dear {lead.name if lead else 'applicant'}"),
    ]


def _foot(decision: Decision) -> list[Block]:
    return [Paragraph(f"Yours sincerely\n\n\n\nFor {decision.csp.name}")]


def _decided(decision: Decision, asked: Decimal) -> str:
    """One sentence or two: who decided what, where it stands in the minutes, and what it comes to."""
    awarded = sum((each.amount for each in decision.amounts), ZERO)
    minute = f" (minute {decision.minute})" if decision.minute else ""
    others = len(decision.proposal.asked_of) - 1
    year = decision.proposal.funding_year
    words = (
        f"Thank you for your proposal to the {year.programme.name} programme of {year.year}. {decision.body} "
        f"considered it on {_day_of(decision)}{minute} and {DECIDED[decision.outcome]}"
    )
    if decision.outcome.gives_money:
        words += f": {format_pounds(awarded)} of the {format_pounds(asked)} that you asked for"
    words += "."
    if others:
        words += f" You asked {count(others, 'other partnership')} too; each decides by itself."
    return words


def _day_of(decision: Decision) -> str:
    return format_day(decision.met_on or day_of(decision.recorded_at))


def _amounts(decision: Decision, asked: dict[int, Decimal]) -> Table:
    """By stream: what was asked for, and what is awarded."""
    awarded = {each.stream_id: each.amount for each in decision.amounts}
    streams = [
        stream
        for stream in decision.proposal.funding_year.programme.streams
        if stream.id in asked or stream.id in awarded
    ]
    amounts = [(asked.get(stream.id, ZERO), awarded.get(stream.id, ZERO)) for stream in streams]
    rows = [_row(begin(stream.name), *pair) for stream, pair in zip(streams, amounts, strict=True)]
    total = _row("Total", sum((one for one, _ in amounts), ZERO), sum((one for _, one in amounts), ZERO))
    return _table("What was asked for, and what is awarded", ("Stream", "Asked for", "Awarded"), rows, total)


def _plan(award: Award) -> Table:
    """By stream and category: what is planned for each quarter, as it was decided."""
    quarters = list(between(award.starts_on, award.ends_on))
    rows, all_parts = [], []
    for line in award.lines:
        planned = {(share.quarter, share.category): share.amount for share in line.profile if share.amount}
        for category in dict.fromkeys(share.category for share in line.profile):
            parts = [planned.get((quarter, category), ZERO) for quarter in quarters]
            if any(parts):
                name = f"{begin(line.stream.name)}, {category.name}" if category else begin(line.stream.name)
                rows.append(_row(name, *parts, sum(parts, ZERO)))
                all_parts.append(parts)
    by_quarter = [sum(parts, ZERO) for parts in zip(*all_parts, strict=True)]
    columns = ("Cost", *(quarter.short for quarter in quarters), "Total")
    return _table("When it is planned to be spent", columns, rows, _row("Total", *by_quarter, sum(by_quarter, ZERO)))


def _row(name: str, *amounts: Decimal) -> tuple[str, ...]:
    return (name, *(format_pounds(amount) for amount in amounts))


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], total: tuple[str, ...]) -> Table:
    """A table of amounts, with a total where there is something to add up."""
    several = len(rows) > 1
    return Table(
        caption,
        columns,
        (*rows, total) if several else tuple(rows),
        figures=frozenset(range(1, len(columns))),
        total=several,
    )


def _duties(decision: Decision) -> Iterable[str]:
    """What goes with an award: its dates and claims, what it is not for, and the match that was offered."""
    proposal = decision.proposal
    programme = proposal.funding_year.programme
    first, last = format_day(proposal.starts_on), format_day(proposal.ends_on)
    yield f"You can claim what is spent from {first} to {last}, up to the award of each stream."
    quarters = between(proposal.starts_on, proposal.ends_on)
    days = ", ".join(format_day(deadline(quarter, programme.claim_deadlines)) for quarter in quarters)
    yield f"Claims are made each quarter, {'in arrears, ' if programme.in_arrears else ''}by these days: {days}."
    yield "Money of one stream is not spent on another, and not on another project: ask for a variation first."
    if not programme.carry_over:
        yield "What is not spent cannot be carried over into the next year. Say so as soon as you foresee it."
    yield (
        "Not eligible are VAT that you can recover, contributions in kind, paid lobbying, entertaining, gifts, fines, "
        "and costs that another grant meets."
    )
    offered = dict.fromkeys(MatchKind, ZERO)
    for offer in proposal.match_offers:
        offered[offer.kind] += offer.pledged
    offers = [f"{format_pounds(amount)} {_KIND[kind]}" for kind, amount in offered.items() if amount]
    if offers:
        match = " and ".join(offers)
        yield f"You offered match of {match}. Report it with each claim; it is never part of what you claim."


_KIND = {MatchKind.CASH: "in cash", MatchKind.IN_KIND: "in kind"}


def _again(decision: Decision) -> Paragraph:
    return Paragraph(AGAIN[decision.outcome])


def _found(session: Session, decision: Decision) -> list[Block]:
    """What the panel found, in words; nothing where it was not scored."""
    panel = feedback.panel_words(session, decision.proposal, decision.csp_id)
    blocks: list[Block] = []
    if panel.criteria:
        rows = tuple((each.name, each.looked_for, each.found) for each in panel.criteria)
        columns = ("Criterion", "What the panel looked for", "What it found")
        blocks += [Heading("What the panel found", 2), Table("By criterion, the weightiest first", columns, rows)]
    if panel.gates:
        blocks += [Heading("What every proposal must meet, and this one did not", 3), Bullets(panel.gates)]
    if panel.days_late:
        late = count(panel.days_late, "day")
        blocks += [Paragraph(f"The proposal came {late} after the partnership's call had closed.")]
    return blocks
