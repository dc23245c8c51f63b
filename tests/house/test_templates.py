"""Every template parses, finds what it imports, and keeps the house's habits: no inline style or script, no sums."""

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.meta import find_referenced_templates

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "portfolio" / "static"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))

ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
SUMS = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
SUMMING_FILTERS = {"sum", "round", "abs", "int", "float"}
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without an address": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an address of another site": re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//", re.IGNORECASE),
}


def source_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def exported_by(name: str) -> set[str]:
    """Names another template may import from this one."""
    body = ENVIRONMENT.parse(source_of(name)).body
    macros = {node.name for node in body if isinstance(node, nodes.Macro)}
    assigned = {
        node.target.name for node in body if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name)
    }
    return {each for each in macros | assigned if not each.startswith("_")}


def test_there_are_templates() -> None:
    assert "_layout.html" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_parses(name: str) -> None:
    ENVIRONMENT.parse(source_of(name), filename=name)


@pytest.mark.parametrize("name", NAMES)
def test_finds_what_it_imports(name: str) -> None:
    tree = ENVIRONMENT.parse(source_of(name))
    assert set(find_referenced_templates(tree)) <= set(NAMES)
    for imported in tree.find_all(nodes.FromImport):
        assert isinstance(imported.template, nodes.Const)
        wanted = {each if isinstance(each, str) else each[0] for each in imported.names}
        assert wanted <= exported_by(imported.template.value)


@pytest.mark.parametrize("name", NAMES)
def test_uses_what_it_imports(name: str) -> None:
    tree = ENVIRONMENT.parse(source_of(name))
    used = {each.name for each in tree.find_all(nodes.Name) if each.ctx == "load"}
    for imported in tree.find_all(nodes.FromImport):
        assert {each if isinstance(each, str) else each[1] for each in imported.names} <= used


@pytest.mark.parametrize("name", NAMES)
def test_leaves_style_and_script_to_files(name: str) -> None:
    found = [what for what, pattern in INLINE.items() if pattern.search(source_of(name))]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_does_no_sums(name: str) -> None:
    tree = ENVIRONMENT.parse(source_of(name))
    sums = [f"line {node.lineno}: {type(node).__name__}" for node in tree.find_all(SUMS)]
    filters = [
        f"line {node.lineno}: |{node.name}" for node in tree.find_all(nodes.Filter) if node.name in SUMMING_FILTERS
    ]
    assert sums + filters == []


@pytest.mark.parametrize("name", NAMES)
def test_every_posting_form_carries_its_token(name: str) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source_of(name), re.DOTALL | re.IGNORECASE):
        assert "csrf_token" in form or "hidden(" in form or "held.seal" in form, "a held form has a seal for a token"


@pytest.mark.parametrize("name", NAMES)
def test_a_form_with_a_file_sends_it(name: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", source_of(name), re.DOTALL):
        assert ("file_field(" in form) == ('enctype="multipart/form-data"' in form)


@pytest.mark.parametrize("name", NAMES)
def test_static_files_exist(name: str) -> None:
    for filename in re.findall(r"url_for\('static', filename='([^']+)'\)", source_of(name)):
        assert (STATIC / filename).is_file()


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_fetch_nothing(path: Path) -> None:
    assert not re.search(r"@import|url\(|@font-face", path.read_text(encoding="utf-8"))
