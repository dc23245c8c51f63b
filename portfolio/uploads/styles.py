"""What a workbook's styles say of a cell besides its number's format: whether it is locked, and its colour."""

from typing import NamedTuple

from portfolio.uploads.packages import Package, own_name, parser_of


class Style(NamedTuple):
    """Whether a cell of it is locked once its sheet is protected, and the colour behind it as the workbook names it."""

    is_locked: bool = True
    fill: str = ""


def styles_of(package: Package, part: str | None) -> list[Style]:
    """The styles by the number that cells call them by; how many there may be is said by `formats`."""
    fills: list[str] = []
    numbers: list[int] = []
    locked: list[bool] = []
    inside = ""

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside
        name = own_name(tag)
        if name in ("fills", "cellXfs", "cellStyleXfs", "dxfs", "fonts", "borders"):
            inside = name
        elif inside == "fills" and name == "fill":
            fills.append("")
        elif inside == "fills" and name == "patternFill":
            fills[-1] = "" if values.get("patternType", "none") in ("none", "gray125") else "pattern"
        elif inside == "fills" and name == "fgColor" and fills[-1]:
            fills[-1] = " ".join(f"{key} {value}" for key, value in sorted(values.items()))[:60]
        elif inside == "cellXfs" and name == "xf":
            numbers.append(int(values.get("fillId", 0)))
            locked.append(True)
        elif inside == "cellXfs" and name == "protection":
            locked[-1] = values.get("locked", "1") in ("1", "true")

    if part is not None and part in package:
        package.walk(part, parser_of(start))
    return [
        Style(is_locked, fills[number] if number < len(fills) else "")
        for number, is_locked in zip(numbers, locked, strict=True)
    ]
