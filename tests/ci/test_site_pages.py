"""The site has a place for each page, in both languages; the tables and names on it are whole."""

from __future__ import annotations

import ast
import json
import re
import runpy
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import coze_client
import coze_core
import coze_sandbox
from coze_client import callbacks, messages
from coze_core import Advice
from coze_core._errors import error_class

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TRANSLATED = sorted((DOCS / "zh").glob("**/*.md"))
ELSEWHERE = {"CallbackEvent", "deprecated", "events", "models", "params", "sockets"}
"""Public names that the reference of the API describes, or Python itself."""


build = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci/site/build.py")))


def pages_of(navigation: list[Any]) -> Iterator[str]:
    for entry in navigation:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from pages_of(value)


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_each_page_has_one_place_in_the_navigation(language: str, tmp_path: Path) -> None:
    build.gather(language, tmp_path / "pages")
    pages = {
        path.relative_to(tmp_path / "pages").as_posix()
        for path in (tmp_path / "pages").glob("**/*.md")
    }
    places = list(pages_of(tomllib.loads(build.config(language))["project"]["nav"]))
    assert sorted(places) == sorted(pages)
    assert "reference/chat.md" in places


def test_each_link_leads_to_a_page_in_the_repository_as_on_the_site(tmp_path: Path) -> None:
    for language in build.LANGUAGES:
        build.gather(language, tmp_path / language)
    repository = [DOCS, DOCS / "python", DOCS / "zh", ROOT / "generated/docs"]
    folders = [*repository, *tmp_path.glob("*/**/")]
    links = [
        page.parent / link
        for folder in folders
        for page in folder.glob("*.md")
        for link in re.findall(r"\]\(([\w./]+\.md)(?:#.*?)?\)", page.read_text(encoding="utf-8"))
    ]
    assert ROOT / "generated/docs/../../docs/errors.md" in links
    assert tmp_path / "zh/reference/../errors.md" in links
    assert DOCS / "zh/../knowledge.md" in links
    assert [str(link) for link in links if not link.is_file()] == []


@pytest.mark.parametrize("page", TRANSLATED, ids=[page.stem for page in TRANSLATED])
def test_a_translation_says_as_much_as_its_original(page: Path) -> None:
    original = DOCS / page.relative_to(DOCS / "zh")
    assert outline(page) == outline(original)


def outline(page: Path) -> list[str]:
    """Return the headings, rows, links and code of a page, without their words."""
    text = page.read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "```", text, flags=re.DOTALL)
    marks = re.findall(r"^(?:#+|\*|\||```)", prose, re.MULTILINE)
    links = sorted(set(re.findall(r"\]\((?:\.\./)*([\w./]+\.md)\)", prose)))
    return [*marks, *links, *map(wordless, code)]


def wordless(code: str) -> str:
    """Return code without its comments and texts."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_page_of_errors_has_each_code_and_the_class_that_is_raised(
    language: str, tmp_path: Path
) -> None:
    build.gather(language, tmp_path / "pages")
    text = (tmp_path / "pages/errors.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (?:\[(.+?)\]\(.*?\)|(\S[^|]*)) \| `(\w+)` \| .+ \| .+ \|$", text, re.MULTILINE
    )
    table = json.loads((ROOT / "facade/coze_client/error_table.json").read_text(encoding="utf-8"))
    assert [linked or bare for linked, bare, _ in rows] == list(table)
    for (linked, bare, name), row in zip(rows, table.values(), strict=True):
        assert name == error_class(Advice(row["kind"]), 200).__name__, linked or bare


def test_each_code_has_texts_in_chinese() -> None:
    path = ROOT / ".ci/site/errors.zh.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    table = json.loads((ROOT / "facade/coze_client/error_table.json").read_text(encoding="utf-8"))
    assert list(texts) == list(table)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert all(chinese.search(cause) and chinese.search(remedy) for cause, remedy in texts.values())


@pytest.mark.parametrize(
    "package",
    [callbacks, coze_client, coze_core, coze_sandbox, messages],
    ids=lambda one: one.__name__,
)
def test_each_public_name_is_described(package: ModuleType) -> None:
    described = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("python/*.md"))
    names = set(re.findall(r"^::: ([\w.]+)$", described, re.MULTILINE))
    objects = {name.rpartition(".")[2] for name in names}
    modules = {"__version__", "audio", "callbacks", "messages"}
    assert set(package.__all__) - objects - modules - ELSEWHERE == set()


def test_the_language_switch_of_a_page_leads_to_the_same_page(tmp_path: Path) -> None:
    link = '<a href="{}" hreflang="{}" class="x">'
    page = link.format("../..", "en") + link.format("../../zh", "zh")
    for folder in ("reference/chat", "zh/reference/chat"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.html").write_text(page, encoding="utf-8")
    build.lead_to_the_same_page(tmp_path)
    english = (tmp_path / "reference/chat/index.html").read_text(encoding="utf-8")
    chinese = (tmp_path / "zh/reference/chat/index.html").read_text(encoding="utf-8")
    assert english == link.format("./", "en") + link.format("../../zh/reference/chat/", "zh")
    assert chinese == link.format("../../../reference/chat/", "en") + link.format("./", "zh")
