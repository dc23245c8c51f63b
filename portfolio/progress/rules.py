"""What a progress report says in sentences: how spend stands to its plan, what is expected, and what follows from it.

Amounts are pounds; a variance is actual less profile, so negative is an underspend.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from portfolio.money import format_pounds
from portfolio.spend.rules import RAG
from portfolio.words import count

NOT_YET_KNOWN = "Not known yet"
NOT_GIVEN = "Not given"


def what_underspend_means(amount: Decimal | None, *, carry_over: bool) -> str:
    """A forecast underspend (negative: overspend), in pounds, and what follows from it; None is not known yet."""
    if amount is None:
        return "Known once every claim of the quarter is approved"
    if amount == 0:
        return "Everything awarded is forecast to be spent"
    if amount < 0:
        return f"{format_pounds(-amount)} more is forecast than was awarded; only the award can be claimed"
    if carry_over:
        return "May be carried over into the next year"
    return "Cannot be carried over: tell the OPCC as soon as practicable"


def what_unallocated_means(amount: Decimal) -> str:
    """Allocation less awards, in pounds, in words."""
    if amount == 0:
        return "All of the allocation is awarded"
    if amount < 0:
        return f"{format_pounds(-amount)} more than the allocation"
    return f"{format_pounds(amount)} is unallocated"


def amount_in_words(amount: Decimal | None) -> str:
    """Pounds; None is not known yet, because claims are awaited."""
    return NOT_YET_KNOWN if amount is None else format_pounds(amount)


def against(amount: Decimal, planned: Decimal) -> str:
    """What was spent beside what was planned: `£900.00 less than the £6,000.00 planned`."""
    apart = amount - planned
    if not planned and not amount:
        return "nothing was planned"
    if not apart:
        return "as planned"
    return f"{format_pounds(abs(apart))} {'less' if apart < 0 else 'more'} than the {format_pounds(planned)} planned"


def expected_in_words(outturn: Decimal | None, plan: Decimal) -> str:
    """What a year is expected to come to, beside its plan; None while claims are awaited."""
    if outturn is None:
        return "What the year comes to is not known yet: a claim is awaited."
    return f"The year is expected to come to {format_pounds(outturn)}, {against(outturn, plan)}."


def claim_in_words(status: str, quarter: str) -> str:
    """What is known of a quarter's claim, as the return names its state; nothing to say of an approved one."""
    if status == "Approved":
        return ""
    if status == "Not due":
        return f"No claim of {quarter} is due."
    return f"Its claim of {quarter} is {status.lower()}: what was spent in the quarter counts once it is approved."


def rags_in_words(words: Iterable[str | None]) -> str:
    """`2 Green, 1 Amber, 1 not given`, from on track to in trouble."""
    found = Counter(words)
    told = [f"{found[rag.value]} {rag.value}" for rag in RAG if found[rag.value]]
    return ", ".join([*told, *([f"{found[None]} not given"] if found[None] else [])]) or "none yet"


def outcomes_in_words(outcomes: Iterable[str]) -> str:
    """`2 funded, 2 part-funded, 2 rejected`: how many proposals were answered how, in the order given."""
    found = Counter(outcomes)
    return ", ".join(f"{number} {outcome.lower()}" for outcome, number in found.items()) or "none yet"


def money_in_words(name: str, allocation: Decimal, awarded: Decimal, interventions: int) -> str:
    """What a partnership has, and what it awarded of it."""
    given = f"{format_pounds(awarded)} is awarded to {count(interventions, 'intervention')}"
    return (
        f"{name} has {format_pounds(allocation)}, of which {given if interventions else 'nothing is awarded yet'}. "
        f"{what_unallocated_means(allocation - awarded)}."
    )
