"""A lead's quarter while it is open to them, as a list of tasks."""

from collections.abc import Sequence

from flask import render_template

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import deadline
from portfolio.money import format_pounds
from portfolio.spend.accruing import accrued_in_all
from portfolio.spend.checks import Part, claim_warnings
from portfolio.spend.claiming import faults_on, open_questions
from portfolio.spend.entering import PartForm, SpendForm
from portfolio.spend.files import evidence_of
from portfolio.spend.models import ClaimQuery
from portfolio.spend.queries import Sheet
from portfolio.spend.room import address, part_address
from portfolio.spend.showing import figures_of
from portfolio.spend.tasks import DONE, LEFT_OUT, NEEDS, Step, steps_of
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.words import count


def tasks_page(sheet: Sheet) -> str:
    """The list of tasks of a quarter that its lead can write."""
    award, quarter = sheet.award, sheet.quarter
    faults = faults_on(session(), sheet.claim, sheet.ground, today())
    due = deadline(quarter, award.proposal.funding_year.programme.claim_deadlines)
    return render_template(
        "spend/tasks.html",
        award=award,
        quarter=quarter,
        sheet=sheet,
        figures=figures_of(sheet, sheet.contents),
        steps=[
            *steps_of(sheet.contents, sheet.ground, faults, lambda part: part_address(award, quarter, part)),
            *_steps_beside(sheet, faults),
        ],
        questions=asked_of(sheet),
        due=due,
        is_late=due < today(),
        here=address("claim", award, quarter),
        workbook=address("workbook", award, quarter),
    )


def asked_of(sheet: Sheet, *, of_lines: bool = False) -> list[tuple[ClaimQuery, str | None]]:
    """What finance asks the lead at present, each with the place of the line that it is about; or only of lines."""
    questions = open_questions(sheet.claim) if sheet.claim is not None else []
    form = SpendForm.filled(sheet.contents, sheet.ground, "") if questions else None
    found = [(question, _line_of(sheet, question, form)) for question in questions]
    return [(question, line) for question, line in found if line is not None or not of_lines]


def _line_of(sheet: Sheet, question: ClaimQuery, form: PartForm | None) -> str | None:
    if not isinstance(form, SpendForm) or question.stream is None or question.category is None:
        return None
    box = form.box_of(question.stream.name, question.category.name)
    return part_address(sheet.award, sheet.quarter, Part.SPEND, box)


def _steps_beside(sheet: Sheet, faults: Sequence[PortfolioError]) -> list[Step]:
    """What is no part of the claim's figures: its evidence, and sending it."""
    wrong = [fault.sentence for fault in faults if fault.field == "evidence"]
    files = len(evidence_of(session(), sheet.claim))
    attached = (DONE, count(files, "file")) if files else (LEFT_OUT, None)
    state = "not ready" if faults else "ready to send"
    return [
        *_accruals(sheet),
        Step("Evidence", address("evidence", sheet.award, sheet.quarter), *((NEEDS, wrong[0]) if wrong else attached)),
        Step("Check and send", address("check", sheet.award, sheet.quarter), state),
    ]


def _accruals(sheet: Sheet) -> list[Step]:
    """What was received and not yet paid: asked for when the year ends, and shown wherever it was said."""
    accrued = accrued_in_all(sheet.claim)
    if not accrued and (sheet.quarter.number < 4 or sheet.claim is None or not sheet.claim.lines):
        return []
    said = (DONE, format_pounds(accrued)) if accrued else (LEFT_OUT, "Asked for because the year ends")
    return [Step("Received and not yet paid", address("accruals", sheet.award, sheet.quarter), *said)]


def warnings_of(sheet: Sheet) -> list[RuleWarning]:
    """What is worth knowing of a claim; nothing where there is none."""
    if sheet.claim is None:
        return []
    carry_over = sheet.award.proposal.funding_year.programme.carry_over
    return claim_warnings(sheet.contents, sheet.ground, earlier=sheet.earlier(), carry_over=carry_over)
