"""What a cell is likely to want, from the words beside and above it; never bound before somebody agrees."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portfolio.funder_forms.bindings import Address, Binding, Place
from portfolio.funder_forms.figures import ALL, FACTS, SAYS, THIS_QUARTER, Source, View
from portfolio.funder_forms.labels import Label, Labels
from portfolio.uploads.layout import FormSheet
from reports.sheets import Shape

MOST_SUGGESTED = 3
SURE = 9
"""Suggestions with so many points are ticked to begin with."""
MOST_AT_ONCE = 1_000
"""So many cells of a sheet are suggested for at a time."""
HEADINGS_NEEDED = 3
"""So many headings of a row must be those of a table, for it to look like one."""

_FACTS = {
    "Police area": ("police force area", "police area", "force area", "police force", "pcc area", "area name"),
    "Administering body": ("name of pcc", "opcc", "police and crime commissioner", "local policing body", "lead body",
                           "recipient", "grant recipient", "organisation name", "name of organisation",
                           "administering body"),
    "Programme": ("grant name", "name of grant", "programme", "fund name", "funding stream name", "grant"),
    "Funder": ("funder", "funding body", "department"),
    "Financial year": ("financial year", "funding year", "year"),
    "Quarter": ("quarter", "claim quarter"),
    "Period": ("reporting period", "claim period", "period covered", "period"),
    "First day of the quarter": ("period start", "start of period", "from", "period from"),
    "Last day of the quarter": ("period end", "end of period", "to", "period to"),
    "Version": ("version", "revision"),
    "CSPs covered": ("partnerships covered", "csps covered", "community safety partnerships"),
    "Prepared by": ("prepared by", "completed by", "contact name", "submitted by"),
    "Prepared on": ("date prepared", "date completed", "prepared on", "date submitted"),
    "Certified by": ("certified by", "signed by", "name of chief finance officer", "name of s151 officer", "signed",
                     "full name", "name"),
    "Certifier's role": ("position", "role", "job title", "capacity"),
    "Certified on": ("date certified", "date signed", "certified on", "date"),
    "Certificate": ("declaration", "certificate", "statement of certification"),
    "Basis of preparation": ("basis of preparation", "accounting basis"),
    "Reason for this version": ("reason for revision", "reason for resubmission"),
    "Rounding of the figures": ("rounding", "basis of rounding", "units"),
}  # fmt: skip
_COLUMNS = {
    "Next quarter's forecast": ("next quarter forecast", "forecast next quarter", "forecast for next quarter"),
    "Last quarter's forecast for this quarter": ("forecast last quarter", "previous forecast", "last quarter forecast"),
    "Reason for the difference": ("explanation any difference", "reason for difference",
                                  "reason for variance", "explanation of difference"),
    "Variance %": ("variance %", "variance per cent", "% variance"),
    "Variance": ("variance", "under overspend", "over underspend", "difference from profile"),
    "Remaining of allocation": ("remaining", "balance remaining", "balance of grant", "unclaimed", "grant remaining"),
    "Profile to date": ("profile to date", "profiled to date", "budget to date"),
    "Claimed before": ("claimed before", "previously claimed", "claimed previously", "previous claims",
                       "claimed in previous quarters"),
    "This claim": ("this claim", "amount claimed", "claimed this quarter", "claim this quarter", "claim for quarter",
                   "actual this quarter", "spend this quarter", "expenditure this quarter", "claim amount"),
    "Cumulative": ("cumulative", "running total", "claimed to date", "total claimed"),
    "Outturn": ("forecast outturn", "full year forecast", "year end forecast", "outturn", "full year"),
    "Forecast": ("forecast remaining", "forecast for rest of year", "forecast to year end", "forecast"),
    "To date": ("year to date", "ytd", "spend to date", "spent to date", "actual to date", "to date",
                "expenditure to date"),
    "Unallocated": ("unallocated", "uncommitted", "not awarded"),
    "Awarded": ("awarded", "committed", "grants awarded"),
    "Allocation": ("allocation", "grant allocation", "total grant", "grant awarded", "budget", "grant value",
                   "funding"),
}  # fmt: skip
_OF_CLAIM = ("Next quarter's forecast", "Last quarter's forecast for this quarter", "Reason for the difference")
_HEADINGS = {
    "Title": ("intervention", "project", "project name", "project title", "title", "name of intervention",
              "intervention name"),
    "Reference": ("ref", "reference", "project reference", "id"),
    "CSP": ("csp", "partnership", "community safety partnership", "area"),
    "Lead organisation": ("lead organisation", "delivery partner", "provider", "lead", "delivered by", "organisation"),
    "New or continuation": ("new or continuation", "new continuing", "new or existing", "status"),
    "Prevention levels": ("prevention level", "level of prevention", "prevention levels", "tier"),
    "Stream": ("stream", "labour non labour", "type of spend", "spend type", "funding type"),
    "Award": ("award", "budget", "allocation", "amount awarded", "grant"),
    "Profile this quarter": ("profile this quarter", "profile", "planned spend", "planned this quarter"),
    "Actual this quarter": ("actual this quarter", "actual", "spend this quarter", "actual spend", "claimed"),
    "Variance this quarter": ("variance this quarter", "variance", "under overspend"),
    "Explanation of variance": ("explanation of variance", "explanation", "reason for variance"),
    "Actual to date": ("actual to date", "spend to date", "year to date", "ytd", "to date"),
    "Outturn": ("outturn", "forecast outturn", "full year forecast"),
    "Delivery RAG": ("delivery rag", "rag", "rag rating", "delivery status"),
    "Spend RAG": ("spend rag", "finance rag"),
    "Narrative": ("narrative", "progress", "progress update", "comments", "commentary", "update"),
    "Measure": ("measure", "success measure", "indicator"),
    "Indicator": ("output", "outcome", "output or outcome", "indicator"),
    "Value": ("value", "figure", "number", "result"),
    "Why it is not available": ("reason not available", "reason unavailable", "why not available"),
    "Funders": ("funder", "funders", "source of match", "match funder"),
    "Pledged in cash": ("cash", "cash match", "match cash"),
    "Pledged in kind": ("in kind", "match in kind"),
    "Received": ("received", "match received"),
    "Cost category": ("category", "cost category", "expenditure type", "budget heading"),
    "To date": ("to date", "year to date", "spend to date", "total"),
    "Source": ("source", "data source"),
    "Target": ("target",),
    "Unit": ("unit",),
}  # fmt: skip
_QUARTER = re.compile(r"\b(?:q|qtr|quarter) ?([1-4])\b")
_MONTHS = {("apr", "jun"): 1, ("jul", "sep"): 2, ("oct", "dec"): 3, ("jan", "mar"): 4}
"""First and last month of each quarter: one month alone is a month's money."""
_ACTUAL = frozenset({"actual", "actuals", "spent", "incurred", "claimed"})
_FORECAST = frozenset({"forecast", "forecasts", "forecasted", "projected", "estimate", "estimated", "anticipated"})
_ELSE = frozenset(
    {
        "profile",
        "profiled",
        "planned",
        "plan",
        "budget",
        "budgeted",
        "previous",
        "prior",
        "last",
        "income",
        "original",
        "baseline",
        "underspend",
        "underspends",
        "overspend",
        "carried",
        "carry",
        "variance",
        "difference",
    }
)
"""Words that make a quarter's money another one than was spent or is forecast."""
_NOT_HERE = frozenset(
    {"previous", "prior", "income", "profile", "profiled", "planned", "original", "baseline", "carried"}
)
"""Words in the heading of a part of a form whose figures are not those of this year's spend."""
_BLANK_WORDS = frozenset({"the", "of", "for", "in", "a", "an", "and", "please", "enter", "insert", "gbp"})
_SAY_NOTHING = frozenset(
    {
        "amount",
        "amounts",
        "value",
        "total",
        "totals",
        "overall",
        "all",
        "grant",
        "svd",
        "serious",
        "violence",
        "duty",
        "spend",
        "expenditure",
        "cost",
        "costs",
        "funding",
        "stream",
        "this",
        "by",
        "year",
        "financial",
        "fy",
        "home",
        "office",
        "actual",
    }
)
"""Words beside which a label means the same."""
_ANYWHERE = frozenset({"name", "full name", "date", "signed", "position", "role", "job title", "capacity"})
_FOR_SIGNING = re.compile(r"declar|certif|sign|finance officer|151|authori")


@dataclass(frozen=True)
class Suggestion:
    """A figure that a cell may want, and how many of its words say so."""

    address: Address
    score: int


def plain(text: str) -> str:
    """A label in small letters, without signs and words that say nothing."""
    words = re.sub(r"[^a-z0-9%]+", " ", text.casefold().replace("'", "").replace("’", "")).split()
    return " ".join(word for word in words if word not in _BLANK_WORDS)


def _holds(text: str, phrase: str) -> bool:
    return f" {plain(phrase)} " in f" {text} "


def _without(text: str, *phrases: str) -> str:
    for phrase in sorted(phrases, key=len, reverse=True):
        text = " ".join(f" {text} ".replace(f" {plain(phrase)} ", " ").split())
    return text


def _is_told(text: str) -> bool:
    """Whether nothing in a text is left that would make it mean something else; a number is a year or a line's."""
    return all(word in _SAY_NOTHING or (word.isdigit() and word != "000") for word in text.split())


class Suggesting:
    """Suggestions from the words of a return: its streams, partnerships and categories."""

    def __init__(self, source: Source) -> None:
        self._source = source
        views = source.views
        self._streams = views["Summary"].words("Stream")
        self._csps = views["Summary"].words("CSP")
        self._categories = views["SpendByCategory"].words("Cost category")

    def of(self, label: Label) -> list[Suggestion]:
        """What a cell with these labels may want, the likeliest first; only what the return has."""
        found = dict[Address, int]()
        for address, score in (*self._money(label), *self._facts(label)):
            if self._source.find(address).is_known:
                found[address] = max(score, found.get(address, 0))
        ranked = sorted(found.items(), key=lambda pair: -pair[1])
        return [Suggestion(address, score) for address, score in ranked[:MOST_SUGGESTED]]

    def _facts(self, label: Label) -> Iterator[tuple[Address, int]]:
        text = plain(label.beside or label.above)
        signing = _FOR_SIGNING.search(plain(f"{label.section} {label.over} {label.beside and label.above}"))
        for fact, phrases in _FACTS.items():
            for phrase in phrases:
                words = len(plain(phrase).split())
                if text == plain(phrase):
                    if phrase not in _ANYWHERE or signing:
                        yield Address(FACTS, (fact,), SAYS), 10 + words
                    else:
                        yield Address(FACTS, (fact,), SAYS), 1  # it may be anybody's name
                elif words > 1 and _holds(text, phrase):
                    yield Address(FACTS, (fact,), SAYS), 4 + words

    def _money(self, label: Label) -> Iterator[tuple[Address, int]]:
        beside, above, section = plain(label.beside), plain(label.heading), plain(label.section)
        text = f"{beside} | {above}"
        found = [self._named(names, text, section) for names in (self._streams, self._csps)]
        category = _only_one(self._categories, text)
        if None in found or category is None or not (label.beside or any(found)):
            return  # two are named at once; or a column of a list, whose rows are bound together
        stream, csp = (name or "" for name in found)
        rest = text.replace("|", " ")
        rest = _without(rest, stream, csp, category)
        columns = [] if _NOT_HERE & set(section.split()) else list(_columns_in(text))
        row = 4 * bool(stream) + 3 * bool(csp) + (2 if _holds(text, "total") else 0)
        for column, score, said in columns:
            if not _is_told(_without(rest, *said)):
                if not (stream or csp or category or any(_holds(beside, one) for one in said)):
                    continue  # the column is clear, but its line is one that no return has
                score = min(score, SURE - 1 - row)
            if "match" in f"{text} {section}".split():
                if column == "To date":
                    yield Address("MatchFunding", (ALL, ALL), "Spent to date"), score + row
                if column == "This claim":
                    yield Address("MatchFunding", (ALL, ALL), "Spent this quarter"), score + row
            elif category and (column == "To date" or column.startswith("Q")):
                yield Address("SpendByCategory", (csp or ALL, stream or ALL, category), column), score + row + 5
            elif category:
                continue
            elif column in _OF_CLAIM:
                yield Address("ClaimSummary", (stream or ALL,), column), score + row
            else:
                yield Address("Summary", (csp or ALL, stream or ALL), column), score + row

    @staticmethod
    def _named(names: Sequence[str], text: str, section: str) -> str | None:
        """The one of some names that a label says, or else its part of the form; None where it says several."""
        found = _only_one(names, text)
        return _only_one(names, section) if found == "" else found

    def headings(self, view: View, texts: dict[int, str]) -> dict[int, str]:
        """Which columns of a form, by their headings, take which column of a table; each is taken once."""
        offered, taken = view.offered(), dict[int, str]()
        for number, text in texts.items():
            said = plain(text)
            quarter = _quarter_in(said)
            named = [quarter[0]] if quarter else []
            named += [column for column in offered if plain(column) == said]
            named += [column for column, phrases in _HEADINGS.items() if any(plain(one) == said for one in phrases)]
            named += [
                column
                for column, phrases in _HEADINGS.items()
                if any(_holds(said, one) and _is_told(_without(said, one)) for one in phrases)
            ]
            choice = next((one for one in named if one in offered and one not in taken.values()), None)
            if choice is not None:
                taken[number] = choice
        return taken

    def table(self, texts: dict[int, str]) -> tuple[View, dict[int, str]] | None:
        """The table whose columns a row of headings names, where enough of them do."""
        tried = [(view, self.headings(view, texts)) for view in self._source.views.values()]
        view, columns = max(tried, key=lambda pair: len(pair[1]))
        named = any(view.columns[of].shape is Shape.TEXT for of in columns.values() if of in view.columns)
        return (view, columns) if named and len(columns) >= HEADINGS_NEEDED else None


def _only_one(words: Sequence[str], text: str) -> str | None:
    """The one of these names in a text (`non-labour` rather than `labour`); None for several, "" for none."""
    here = sorted((word for word in words if word != THIS_QUARTER and _holds(text, word)), key=len)
    if not here:
        return ""
    rest = _without(text, here[-1])
    return None if any(_holds(rest, word) for word in here) else here[-1]


def _quarter_in(text: str) -> tuple[str, list[str]] | None:
    """The quarter's money that a text names, and by which words; None where it names none, or another money."""
    words = set(text.split())
    numbers = {int(found[1]) for found in _QUARTER.finditer(text)}
    months = {word[:3] for word in words}
    numbers |= {number for pair, number in _MONTHS.items() if set(pair) <= months}
    if len(numbers) != 1 or words & _ELSE:
        return None
    is_actual, is_forecast = bool(words & _ACTUAL), bool(words & _FORECAST)
    which = "" if is_actual == is_forecast else " actual" if is_actual else " forecast"
    ends = {month for pair in _MONTHS for month in pair}
    said = [word for word in text.split() if word in _ACTUAL | _FORECAST or word[:3] in ends]
    return f"Q{numbers.pop()}{which}", [*(found[0] for found in _QUARTER.finditer(text)), *said]


def _columns_in(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """The columns that a text names, with how many words do, and which ones."""
    quarter = _quarter_in(text)
    if quarter:
        yield quarter[0], 8, quarter[1]
    elif not _QUARTER.search(text):
        for column, phrases in _COLUMNS.items():
            here = [phrase for phrase in phrases if _holds(text, phrase)]
            if here:
                yield column, 2 + 2 * max(len(plain(phrase).split()) for phrase in here), here


def suggested(
    sheet: FormSheet, source: Source, binding: Binding, covered: frozenset[Place]
) -> list[tuple[Place, Label, Suggestion]]:
    """The likeliest figure of each cell that the form asks for and nothing is bound to yet, in the sheet's order.

    Where a form says nowhere what it asks for, those are its blank cells with a label beside and one above them.
    """
    labels, suggesting = Labels(sheet), Suggesting(source)
    found: list[tuple[Place, Label, Suggestion]] = []
    asks = any(sheet.is_input(at) for at in sheet.cells)
    bound = binding.bound
    for at, cell in sorted(sheet.cells.items()):
        if len(found) == MOST_AT_ONCE:
            break
        place = (sheet.title, cell.address)
        if cell.value is not None or cell.formula is not None or place in bound or place in covered:
            continue
        if place in binding.spared or sheet.first(at) != at or (asks and not sheet.is_input(at)):
            continue
        label = labels.of(at)
        best = suggesting.of(label) if label.text else []
        if best:
            found.append((place, label, best[0]))
    return found
