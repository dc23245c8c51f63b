"""A sheet's tables that have a name, whose headings must say what the table says; and its pivot tables."""

from dataclasses import dataclass

from portfolio.uploads.areas import Area, Place, area_of
from portfolio.uploads.packages import Package, damage_told, own_name, parser_of


@dataclass(frozen=True)
class NamedTable:
    """A table of a sheet, with its first row of headings and its last row of totals where it has them."""

    name: str
    area: Area
    columns: tuple[str, ...]
    heading_rows: int = 1
    total_rows: int = 0

    def needs(self, place: Place) -> bool:
        """Whether a cell is a heading or of the totals: Excel repairs a file whose table says something else there."""
        row, _ = place
        inside = row < self.area.top + self.heading_rows or row > self.area.bottom - self.total_rows
        return inside and self.area.holds(place)


def tables_of(package: Package, part: str) -> list[NamedTable]:
    """The tables of a sheet's part. Raises NotAWorkbook."""
    listed = [one.target for one in package.relations(part).values() if one.kind == "table" and not one.external]
    found = []
    for target in listed:
        told: dict[str, str] = {}
        columns: list[str] = []

        def start(tag: str, values: dict[str, str], told: dict[str, str] = told, into: list[str] = columns) -> None:
            match own_name(tag):
                case "table":
                    told.update(values)
                case "tableColumn":
                    into.append(values.get("name", ""))

        package.walk(target, parser_of(start))
        area = area_of(told.get("ref", ""))
        if area is not None:
            with damage_told():
                rows = int(told.get("headerRowCount", 1)), int(told.get("totalsRowCount", 0))
            found.append(NamedTable(told.get("displayName", ""), area, tuple(columns), *rows))
    return found


def pivots_of(package: Package, part: str) -> list[Area]:
    """Where the pivot tables of a sheet's part stand. Raises NotAWorkbook."""
    found: list[Area | None] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if own_name(tag) == "location":
            found.append(area_of(values.get("ref", "")))

    for one in package.relations(part).values():
        if one.kind == "pivotTable" and not one.external:
            package.walk(one.target, parser_of(start))
    return [area for area in found if area is not None]
