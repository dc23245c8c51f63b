"""The guards that came with checked returns, withholdings, assets, funders' forms and what is published.

A return may now be checked before it is certified, so the two guards of issued returns are put up anew. `GUARDS` are
all that a database has.
"""

from portfolio.migrations import guards_0003, guards_0007
from portfolio.migrations.guards_0003 import Guard

FROZEN = (*guards_0003.FROZEN, "checked_by", "checked_by_id", "checked_at")
OPEN = "('prepared', 'checked', 'certified')"
ISSUED = f"OLD.status NOT IN {OPEN}"


def _has_left(row: str) -> str:
    return f'(SELECT status FROM "return" WHERE "return".id = {row}.return_id) NOT IN {OPEN}'  # noqa: S608 - no value in it


PLACE = ("funding_year_id", "kind", "csp_id", "quarter", "version")
"""What no two returns have in common."""
SAME_PLACE = " AND ".join(f"NOT (kept.{column} IS DISTINCT FROM NEW.{column})" for column in PLACE)
STANDS_THERE = (
    f'EXISTS (SELECT 1 FROM "return" AS kept WHERE kept.status NOT IN {OPEN} '  # noqa: S608 - no value in it
    f"AND (kept.id = NEW.id OR ({SAME_PLACE})))"
)
ANEW = [
    Guard("return", "DELETE", "an issued return is never removed", ISSUED),
    Guard(
        "return",
        "UPDATE",
        "an issued return is never changed",
        f"{ISSUED} AND (NEW.status IN {OPEN} OR "
        + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in FROZEN)
        + f") OR OLD.status IN {OPEN} AND {STANDS_THERE}",
    ),
]
CHECKED = "what was found in an issued return is never changed"
ADDED = [
    *ANEW,
    Guard("return_point", "INSERT", CHECKED, _has_left("NEW")),
    Guard("return_point", "UPDATE", CHECKED, f"{_has_left('OLD')} OR {_has_left('NEW')}"),
    Guard("return_point", "DELETE", CHECKED, _has_left("OLD")),
    *guards_0003.append_only("withholding", "what was withheld"),
    Guard("asset", "UPDATE", "an asset that was disposed of is never changed", "OLD.disposed_on IS NOT NULL"),
    Guard("asset", "DELETE", "an asset is never removed from the register"),
    *guards_0003.append_only("assurance", "an assurance"),
    *guards_0003.append_only("form_blank", "a form as it was sent"),
    Guard("form_binding", "UPDATE", "a confirmed binding is never changed", "OLD.confirmed_at IS NOT NULL"),
    Guard("form_binding", "DELETE", "a confirmed binding is never removed", "OLD.confirmed_at IS NOT NULL"),
    *guards_0003.append_only("filled_form", "a form as it was filled"),
    Guard("exemption", "UPDATE", "an exemption that ended is never changed", "OLD.ended_at IS NOT NULL"),
    Guard("exemption", "DELETE", "an exemption is never removed"),
    *guards_0003.append_only("publication", "what was published"),
    *guards_0003.append_only("published_file", "what was published"),
]
_REPLACED = {guard.name for guard in ANEW}
_SO_FAR = [*(guard for guard in guards_0007.GUARDS if guard.name not in _REPLACED), *ADDED]
_INSERTED = {guard.table for guard in _SO_FAR if guard.deed == "INSERT"}
NOT_REPLACED = [
    # SQLite's INSERT OR REPLACE removes the row in its way without asking the guard of DELETE.
    Guard("return", "INSERT", "an issued return is never replaced", STANDS_THERE),
    *(
        Guard(
            guard.table,
            "INSERT",
            guard.says,
            f'EXISTS (SELECT 1 FROM "{guard.table}" AS kept WHERE kept.id = NEW.id)',  # noqa: S608 - no value in it
        )
        for guard in _SO_FAR
        if guard.deed == "DELETE" and guard.condition is None and guard.table not in _INSERTED
    ),
]
GUARDS = [*_SO_FAR, *NOT_REPLACED]


def statements(dialect: str) -> list[str]:
    """The statements that take down the two old guards, and put up what came with certified returns."""
    down = [
        one
        for guard in ANEW
        for one in (
            [f"DROP TRIGGER {guard.name}"]
            if dialect == "sqlite"
            else [f'DROP TRIGGER {guard.name} ON "{guard.table}"', f"DROP FUNCTION {guard.name}()"]
        )
    ]
    return [*down, *guards_0003.put_up([*ADDED, *NOT_REPLACED], dialect)]
