"""What taking a workbook over would change: old and new, cell by cell, award by award."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.decisions.models import Award
from portfolio.spend.checks import Contents
from portfolio.spend.claiming import NEW, contents_of, open_questions
from portfolio.spend.models import Claim
from portfolio.spend.parts import in_words
from portfolio.spend.workbooks.gathering import SAID_ON, Typed
from portfolio.spend.workbooks.judging import Judged
from portfolio.words import begin
from reports.claim_content import AMOUNT, TRANSACTION, WHAT

_LINE = {"amount": AMOUNT.lower(), "description": WHAT.lower(), "transaction": TRANSACTION.lower()}


@dataclass(frozen=True)
class Effect:
    """One cell that would change something."""

    sheet: str
    cell: str | None
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """What would change of one award's claim: one that is begun, or one that is written."""

    award: Award
    edition: int
    """The edition that it changes; 0 where there is none yet."""
    effects: Sequence[Effect]
    same: int
    """Cells that say what is saved already."""

    @property
    def is_one(self) -> bool:
        """Something changes, or a claim is begun."""
        return bool(self.effects) or self.edition == NEW


def changes_of(judged: Judged) -> list[Change]:
    """What becomes of every claim of a workbook, in its order; those that nothing was typed for are left out."""
    return [
        _change(typed, judged.saved.get(typed.award.id)) for typed in judged.claims if not judged.is_left_alone(typed)
    ]


def digest(changes: Sequence[Change]) -> str:
    """The same for the same changes of the same editions: by it a confirmation says what was looked at."""
    told = [
        (change.award.id, change.edition, [(effect.what, effect.old, effect.new) for effect in change.effects])
        for change in changes
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _change(typed: Typed, claim: Claim | None) -> Change:
    old: dict[tuple[str, str], object] = {} if claim is None else _named(contents_of(claim))
    new = _named(typed.contents)
    if claim is not None and typed.answers:
        asked = {question.id: question.answer or "" for question in open_questions(claim)}
        old |= {
            (f"answers.{number}", _about(number)): answer for number, answer in asked.items() if number in typed.answers
        }
        new |= {(f"answers.{number}", _about(number)): answer for number, answer in typed.answers.items()}
    effects, same = [], 0
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        if before in (None, "") and after in (None, ""):
            continue
        if before == after:
            same += 1
            continue
        sheet, cell = typed.spot(name[0])
        effects.append(Effect(sheet, cell, name[1], in_words(before), in_words(after)))
    return Change(typed.award, NEW if claim is None else claim.edition, effects, same)


def _about(number: int) -> str:
    return f"Answer to question {number}"


def _named(contents: Contents) -> dict[tuple[str, str], object]:
    """Every part of a claim by the place it stands in and what it is called."""
    named: dict[tuple[str, str], object] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for line in contents.lines:
        seen[line.stream, line.category] += 1
        number = seen[line.stream, line.category]
        what = f"{begin(line.stream)}, {line.category}{f', line {number}' if number > 1 else ''}"
        for name, value in (
            ("amount", line.amount),
            ("description", line.description),
            ("transaction", line.transaction),
        ):
            named[f"row.{line.stream}.{line.category}.{number}.{name}", f"{what}: {_LINE[name]}"] = value
    for (stream, quarter), amount in contents.forecasts.items():
        named[f"forecasts.{stream}.{quarter.name}", f"{begin(stream)}, forecast for {quarter.name}"] = amount
    for name, heading in SAID_ON.items():
        named[name, heading] = getattr(contents, name)
    return named
