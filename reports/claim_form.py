"""A quarter's claims as a workbook that leads fill in: what it says, what it asks, and what it works out as they type.

A sheet is known by its headings and a row by its keys, so whoever reads the workbook back needs neither the names nor
the order of sheets, columns and rows.
"""

from collections.abc import Callable
from typing import Any

from portfolio.quarters import format_day
from reports.cells import Value, as_text
from reports.claim_checks import checks_sheet, heading, naming, partnership
from reports.claim_content import (
    AMOUNT,
    ANSWER,
    AREA,
    AWARDS,
    CATEGORY,
    DELIVERY,
    DETAIL,
    EXPLANATION,
    FORECAST,
    FORM,
    FORM_VERSION,
    ITEM,
    KIND,
    LINE,
    MATCH,
    NARRATIVE,
    NONE,
    NUMBER,
    OUTPUTS,
    PARTNERSHIP,
    PROGRAMME,
    QUARTER,
    QUESTION,
    RISKS,
    SAVES,
    SPENDING,
    TRANSACTION,
    VERSION,
    WHAT,
    YEAR,
    AwardOnForm,
    ClaimForm,
    SpendRow,
)
from reports.sheets import Book, Column, Entry, Shape, Sheet, Table, money, text
from reports.workbook import write_book


def write(form: ClaimForm) -> bytes:
    """The workbook's bytes; the same content gives the same ones."""
    return write_book(book(form))


def book(form: ClaimForm) -> Book:
    """The workbook's sheets: Start, Spend, Forecast where a later quarter is forecast, Progress, Questions, Checks."""
    spend, forecast, progress = _spend(form), _forecast(form), _progress(form)
    filled = [spend, *([forecast] if form.forecasts else []), progress, *([_questions(form)] if form.questions else [])]
    about = f"{FORM}: {heading(form)}"
    return Book(
        title=as_text(about),
        subject=as_text(heading(form)),
        author=as_text(form.made_for),
        marking="",
        created=form.made_at.replace(tzinfo=None),
        sheets=(_start(form, about), *filled, checks_sheet(form, spend, forecast, progress)),
        is_form=True,
    )


def _start(form: ClaimForm, about: str) -> Sheet:
    several = len(form.awards) > 1
    rows = [
        (KIND, FORM),
        (FORM_VERSION, VERSION),
        (YEAR, form.year),
        (QUARTER, form.quarter),
        ("Period", form.period),
        (PROGRAMME, "; ".join(form.programmes)),
        (AREA, "; ".join(form.areas)),
        (PARTNERSHIP, "; ".join(form.partnerships)),
        (AWARDS, f"{len(form.awards)}, listed on Progress" if several else _of(form.awards[0])),
        ("Made", f"{format_day(form.made_at.date())} at {form.made_at:%H:%M}, for {form.made_for}"),
        ("Who may send it back", "Only somebody who leads these awards, on the site, signed in."),
        ("1 Fill it in", "Type only into the boxes: cells with a line all round. Everything else is locked."),
        ("2 Spend", "A category that nothing was spent on stays blank. Each stream needs one amount, even if it is 0."),
        ("3 Refunds", "Begin a refund with a minus sign, and say what it was for."),
        ("4 Forecast", "What you expect in each later quarter. The boxes begin with the last forecast or the profile."),
        ("5 Progress", "Match spent (0 if there was none), what was done, and how it is going."),
        ("6 Look at Checks", "It adds up what you typed, and says what has to be put right or explained."),
        ("7 Send it back", "Upload it on the claim’s page. You see what it changes before anything is saved."),
        ("Check: Variance", "Spent less profile: with a minus sign, less was spent than planned."),
        ("Check: Explain?", "Where spend differs from the profile by more than the programme allows, say why."),
        ("Check: Result", "OK, or what stands in the way: no amount yet, or more than is left of the award."),
        *((f"Colour: {colour}", meaning) for colour, meaning in form.rags.items()),
    ]
    columns: list[Column[tuple[str, str]]] = [text(ITEM, lambda row: row[0], 26), text(DETAIL, lambda row: row[1], 96)]
    return Sheet(
        "Start",
        as_text(about),
        ("What this workbook is for, how to fill it in, and what its checks mean.",),
        Table("Start", columns, rows, sortable=False),
    )


def _of(award: AwardOnForm) -> str:
    return f"{award.reference} {award.project}, {award.partnership}"


def _pounds(heading: str, value: Callable[[Any], Value], asks: str, *, negative: bool = False) -> Column[Any]:
    return Column(heading, value, Shape.MONEY, 16, blank="", entry=Entry(asks, negative=negative))


def _words(form: ClaimForm, heading: str, value: Callable[[Any], Value], width: int, asks: str) -> Column[Any]:
    return Column(heading, value, Shape.TEXT, width, blank="", entry=Entry(asks, most=form.most[heading]))


def _shown(heading: str, value: Callable[[Any], Value]) -> Column[Any]:
    return Column(heading, value, Shape.MONEY, 14, blank=NONE)


def _spend(form: ClaimForm) -> Sheet:
    profiled = any(row.profile is not None for row in form.spend)
    columns = [
        *naming(stream=True),
        text(CATEGORY, lambda row: row.category, 26),
        *([_shown("Profile", lambda row: row.profile)] if profiled else []),
        _shown("Last quarter", lambda row: row.last),
        _pounds(AMOUNT, lambda row: row.amount, "Like 1234.50. A refund begins with a minus sign.", negative=True),
        _words(form, WHAT, lambda row: row.what, 34, "Needed for a refund, and for “other”."),
        _words(form, TRANSACTION, lambda row: row.transaction, 24, "By which finance finds it. Each is claimed once."),
        Column("To do", _missing, Shape.TEXT, 36, _missing_formula, blank=""),
        partnership(),
        Column(LINE, lambda row: row.line, Shape.NUMBER, 8),
    ]
    return Sheet(
        "Spend",
        as_text(f"Spend in {heading(form)}"),
        (
            "What was spent in the quarter, in pounds. Type into the boxes: amount, what it was for, reference.",
            "Leave a category blank that nothing was spent on.",
        ),
        Table("Spend", columns, form.spend, sortable=False),
        frozen=1,
    )


NO_AMOUNT, NO_TEXT = "Enter the amount, even if it is 0", "Say what it was for"
NO_NUMBER = "This is text: type the amount again"


def _missing(row: SpendRow) -> str:
    if row.amount is None:
        return NO_AMOUNT if row.what or row.transaction else ""
    return NO_TEXT if not row.what and (row.amount < 0 or (row.needs_text and row.amount)) else ""


def _missing_formula(row: SpendRow) -> str:
    needs = f"{{{AMOUNT}}}<>0" if row.needs_text else f"{{{AMOUNT}}}<0"
    return (
        f'IF(ISBLANK({{{AMOUNT}}}),IF(LEN({{{WHAT}}})+LEN({{{TRANSACTION}}})>0,"{NO_AMOUNT}",""),'
        f'IF(ISTEXT({{{AMOUNT}}}),"{NO_NUMBER}",IF(AND({needs},LEN({{{WHAT}}})=0),"{NO_TEXT}","")))'
    )


def _forecast(form: ClaimForm) -> Sheet:
    columns = [
        *naming(stream=True),
        text(QUARTER, lambda row: row.quarter, 10),
        money("Profile", lambda row: row.profile, total=False),
        _shown("Forecast last time", lambda row: row.last),
        _pounds(FORECAST, lambda row: row.forecast, "What you expect to spend in that quarter, like 1234.50."),
        partnership(),
    ]
    return Sheet(
        "Forecast",
        as_text(f"Forecast after {heading(form)}"),
        ("What is expected to be spent in each later quarter of the year, in pounds.",),
        Table("Forecast", columns, form.forecasts, sortable=False),
    )


def _progress(form: ClaimForm) -> Sheet:
    colours = Entry("Choose a colour; what each means is on Start.", choices=tuple(form.rags))
    columns = [
        *naming(),
        _pounds(MATCH, lambda row: row.match, "Cash and in kind, like 1234.50. Enter 0 if there was none."),
        _words(form, NARRATIVE, lambda row: row.narrative, 60, "What was done this quarter."),
        Column(DELIVERY, lambda row: row.delivery, Shape.TEXT, 16, blank="", entry=colours),
        Column(SPENDING, lambda row: row.spending, Shape.TEXT, 16, blank="", entry=colours),
        _words(form, OUTPUTS, lambda row: row.outputs, 44, "For example: 31 mentors trained in eight schools."),
        _words(form, RISKS, lambda row: row.risks, 44, "What could go wrong, and what you are doing about it."),
        _words(form, EXPLANATION, lambda row: row.explanation, 44, "Needed where Checks asks for it."),
        partnership(),
        Column(SAVES, lambda row: row.saves, Shape.NUMBER, 10),
    ]
    return Sheet(
        "Progress",
        as_text(f"Progress in {heading(form)}"),
        ("Match spent, and how each award is going. Type into the boxes.",),
        Table("Progress", columns, form.progress, sortable=False),
    )


def _questions(form: ClaimForm) -> Sheet:
    columns = [
        *naming(),
        text("About", lambda row: row.about, 26),
        text(QUESTION, lambda row: row.question, 50),
        _words(form, ANSWER, lambda row: row.answer, 50, "Finance reads it beside the question."),
        partnership(),
        Column(NUMBER, lambda row: row.number, Shape.NUMBER, 12),
    ]
    return Sheet(
        "Questions",
        as_text(f"Questions about {heading(form)}"),
        ("What finance asked about these claims. Type your answers into the boxes.",),
        Table("Questions", columns, form.questions, sortable=False),
    )
