"""What the messages about claims say, to whom they go, and that they are queued with the change they tell of.

Each tells its readers of their own awards only. `site` is the site's address, as in `https://portfolio.example.org`.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from portfolio.decisions.models import Award
from portfolio.money import format_pounds
from portfolio.people.models import Person
from portfolio.people.posting import can_be_told
from portfolio.quarters import Quarter, format_day
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import Claim, ClaimQuery, CorrectionRequest
from portfolio.spend.rules import Stage
from portfolio.words import begin, count

THE_CLAIM = "the claim as a whole"


class Letter(NamedTuple):
    """A message's subject and text."""

    subject: str
    text: str


class DueClaim(Protocol):
    """An award's quarter whose claim is awaited, as lists hold it."""

    @property
    def reference(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def csp_key(self) -> str: ...
    @property
    def csp_name(self) -> str: ...
    @property
    def quarter(self) -> Quarter: ...
    @property
    def due(self) -> date: ...
    @property
    def stage(self) -> str: ...


def receipt(name: str, claim: Claim, number: str, site: str) -> Letter:
    """To who sent a claim and to its lead; `number` is its reference."""
    contents = contents_of(claim)
    streams = [f"{begin(stream)}: {format_pounds(amount)}" for stream, amount in contents.spent.items()]
    return _letter(
        f"Claim received: {_short(claim)}",
        name,
        f"{_sender(claim)} sent the claim of {_of(claim.award)}, for {claim.quarter}.",
        f"Reference: {number}\n"
        + "\n".join(streams)
        + f"\nTotal: {format_pounds(contents.total)}\nMatch spent: {_pounds(claim.match_spent)}",
        "Finance checks it next. If they have a question, you are told by e-mail, and the claim can be changed again. "
        "Until then it stays as it was sent.",
        f"See the claim: {page_of(site, claim.award, claim.quarter)}",
    )


def asked(
    name: str, claim: Claim, questions: Sequence[ClaimQuery], by: str, due: date, today: date, site: str
) -> Letter:
    """To a claim's lead: what finance (`by`) asks of each line, and until when an answer is awaited."""
    until = (
        f"Please send it back by {format_day(due)}, when claims for {claim.quarter.short} are due."
        if due >= today
        else f"Claims for {claim.quarter.short} were due on {format_day(due)}, so please send it back as soon as you "
        "can: what is not approved when the return is made is not in it."
    )
    return _letter(
        f"{count(len(questions), 'question')} about your claim: {_short(claim)}",
        name,
        f"{by} asks about the claim of {_of(claim.award)}, for {claim.quarter}:",
        "\n\n".join(f"- {line_of(question)}: {question.question}" for question in questions),
        f"The claim is with you again. Answer each question, change what is wrong, and send it back. {until}",
        f"Answer here: {page_of(site, claim.award, claim.quarter)}",
    )


def approved(name: str, claim: Claim, by: str, site: str) -> Letter:
    """To a claim's lead, and to who sent it."""
    return _letter(
        f"Claim approved: {_short(claim)}",
        name,
        f"{by} approved the claim of {_of(claim.award)}, for {claim.quarter}: "
        f"{format_pounds(contents_of(claim).total)} now counts as spent, and goes into the next return.",
        "There is nothing else to do.",
        f"See the claim: {page_of(site, claim.award, claim.quarter)}",
    )


def sent_back(name: str, claim: Claim, answered: Sequence[ClaimQuery], site: str) -> Letter:
    """To the finance officers who asked: the answers to their questions, and that the claim waits for them again."""
    return _letter(
        f"Answered and sent back: {_short(claim)}",
        name,
        f"{_sender(claim)} answered {count(len(answered), 'question')} and sent back the claim of {_of(claim.award)}, "
        f"for {claim.quarter}, {format_pounds(contents_of(claim).total)}:",
        "\n\n".join(
            f"- {line_of(question)}: {question.question}\n  Answer: {question.answer or 'none'}"
            for question in answered
        ),
        f"Approve it or ask again: {page_of(site, claim.award, claim.quarter)}",
    )


def correction_approved(name: str, asked_for: CorrectionRequest, by: str, site: str) -> Letter:
    """To who asked for a correction."""
    return _letter(
        f"Correction approved: {asked_for.award.proposal.reference}, {asked_for.corrects.short}",
        name,
        f"{by} approved your correction of {_of(asked_for.award)}:",
        _correction(asked_for),
        f"What was returned for {asked_for.corrects.short} stays as it was; the correction counts in "
        f"{asked_for.entered_in.short}.",
        f"See both figures: {page_of(site, asked_for.award, asked_for.corrects)}",
    )


def correction_refused(name: str, asked_for: CorrectionRequest, by: str, site: str) -> Letter:
    """To who asked for a correction, with the reason."""
    return _letter(
        f"Correction refused: {asked_for.award.proposal.reference}, {asked_for.corrects.short}",
        name,
        f"{by} refused your correction of {_of(asked_for.award)}: {asked_for.refused_because}",
        _correction(asked_for),
        f"No figure has changed. See the quarter: {page_of(site, asked_for.award, asked_for.corrects)}",
    )


def reminder(name: str, rows: Sequence[DueClaim], today: date, site: str) -> Letter:
    """To a lead: the claims of their own awards that are awaited, with the day that each is due, and how to send it."""
    late = [row for row in rows if row.due < today]
    return _letter(
        f"{count(len(rows), 'claim')} to send{f', {len(late)} late' if late else ''}",
        name,
        "We still wait for:" if late else "Please send:",
        "\n\n".join(
            f"- {row.reference}, {row.title}, {row.csp_name}: {row.quarter}, {_due(row.due, today)}"
            f"{', with you again: finance asks about it' if row.stage == Stage.QUERIED else ''}\n"
            f"  {_page(site, row.reference, row.csp_key, row.quarter)}"
            for row in rows
        ),
        "Fill it in on the page, or download it there as a workbook. If nothing was spent, say so: enter 0, and send "
        "it. What is not sent and approved when the return is made is not in it.",
    )


def page_of(site: str, award: Award, quarter: Quarter) -> str:
    """The address of an award's quarter, for somebody who comes from a message."""
    return _page(site, award.proposal.reference, award.csp.key, quarter)


def line_of(question: ClaimQuery) -> str:
    """The line that a question is about, in words."""
    if question.stream is None or question.category is None:
        return begin(THE_CLAIM)
    return f"{begin(question.stream.name)}, {question.category.name}"


def readers_of(claim: Claim) -> list[Person]:
    """Who is told what happens to a claim: the award's lead, and who sent it, each once."""
    return can_be_told([claim.award.lead_person, claim.submitted_by])


def _letter(subject: str, name: str, *paragraphs: str) -> Letter:
    return Letter(subject, "\n\n".join((f"Hello {name},", *paragraphs)) + "\n")


def _page(site: str, reference: str, csp_key: str, quarter: Quarter) -> str:
    return f"{site}/spend/{reference}/{csp_key}/{quarter.slug}"


def _of(award: Award) -> str:
    return f"{award.proposal.reference}, {award.proposal.title}, {award.csp.name}"


def _short(claim: Claim) -> str:
    return f"{claim.award.proposal.reference}, {claim.quarter.short}"


def _sender(claim: Claim) -> str:
    return claim.submitted_by.name if claim.submitted_by is not None else "The lead"


def _pounds(amount: Decimal | None) -> str:
    return format_pounds(amount) if amount is not None else "not given"


def _correction(asked_for: CorrectionRequest) -> str:
    return (
        f"{asked_for.corrects.short}, {asked_for.stream.name}, {asked_for.category.name}: "
        f"{format_pounds(asked_for.amount)}, to count in {asked_for.entered_in.short}\nReason: {asked_for.reason}"
    )


def _due(due: date, today: date) -> str:
    if due == today:
        return "due today"
    return f"{'was due' if due < today else 'due'} on {format_day(due)}"
