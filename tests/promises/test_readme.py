"""README.md and README.zh-CN.md say the same, and what they say holds."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from benchmarks.readme import PAGES, with_figures
from tests.processes import python

ROOT: Final = Path(__file__).parents[2]
ENGLISH, CHINESE = (path.read_text(encoding="utf-8") for path in PAGES)
BLOCK: Final = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
LINK: Final = re.compile(r"\]\((?!https?:|#)([^)#]+)")
TRANSLATED: Final = {
    "README.md": "README.zh-CN.md",
    "docs/errors.md": "docs/zh/errors.md",
    "docs/from-cozepy.md": "docs/zh/from-cozepy.md",
}
"""Pages that have a Chinese side; the Chinese README leads to it."""


class WithoutTexts(ast.NodeTransformer):
    """What a program does, whatever it says."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        said = isinstance(node.value, str) and re.search(r"^[A-Z]|[ .!?\u4e00-\u9fff]", node.value)
        return ast.Constant("said") if said else node


def without_words(language: str, code: str) -> str:
    """Return a code block without its comments and without the texts that are said in it."""
    if language == "python":
        return ast.dump(WithoutTexts().visit(ast.parse(code)))
    return re.sub(r" *#.*", "", code)


def headings(page: str) -> list[str]:
    return re.findall(r"^(#+) ", BLOCK.sub("", page), re.MULTILINE)


def blocks(page: str) -> list[str]:
    return [without_words(language, code) for language, code in BLOCK.findall(page)]


def test_both_have_the_same_headings_blocks_tables_and_lists() -> None:
    assert len(headings(ENGLISH)) >= 9
    assert headings(ENGLISH) == headings(CHINESE)
    assert len(blocks(ENGLISH)) >= 9
    assert blocks(ENGLISH) == blocks(CHINESE)
    for start in (r"^\| ", r"^\* ", r"^\d\. ", r"^\*\*(?!English)"):
        counts = [len(re.findall(start, page, re.MULTILINE)) for page in (ENGLISH, CHINESE)]
        assert counts[0] == counts[1] > 0, start


def test_both_lead_to_the_same_pages_and_to_each_other() -> None:
    chinese = LINK.findall(CHINESE)
    assert [TRANSLATED.get(link, link) for link in LINK.findall(ENGLISH)[1:]] == chinese[1:]
    assert (LINK.findall(ENGLISH)[0], chinese[0]) == ("README.zh-CN.md", "README.md")


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md"])  # fmt: skip
def test_no_link_within_the_repository_is_dead(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (ROOT / link).exists()] == []


def test_the_two_commands_stand_near_the_top() -> None:
    for page in (ENGLISH, CHINESE):
        top = page.splitlines()[:45]
        (run, test) = (
            number for number, line in enumerate(top) if re.match(r"make (run|test) ", line)
        )
        assert test == run + 1


def test_the_figures_are_those_that_were_measured() -> None:
    benchmarks = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for page in (ENGLISH, CHINESE):
        assert with_figures(page, benchmarks) == page
        assert with_figures(re.sub(r"\d+\.\d+ ms", "0.01 ms", page), benchmarks) == page


def test_chinese_and_latin_words_stand_apart_as_is_usual() -> None:
    """One form: a space between Chinese and Latin words, Chinese marks after Chinese words."""
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|\*\*", "x", BLOCK.sub("", CHINESE))
    assert re.findall(r"[\u4e00-\u9fff][,;:!?](?=[ \u4e00-\u9fff])", text) == []
    assert re.findall(r"[\u4e00-\u9fff][A-Za-z]{2,}", text) == []


@pytest.mark.parametrize("path", [PAGES[1], *sorted(ROOT.glob("docs/zh/*.md"))], ids=lambda path: path.stem)  # fmt: skip
def test_no_line_breaks_between_chinese_letters_where_a_page_would_show_a_space(path: Path) -> None:
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    breaks = r"[\u3000-\u303f\uff00-\uffef]\n *(?![\n*#|\d]).|[\u4e00-\u9fff]\n *[\u3000-\u9fff].*"
    assert re.findall(breaks, text) == []


@pytest.fixture(scope="module")
def metadata() -> dict[str, object]:
    """Return what the package tells an index."""
    done = python("-m", "hatchling", "metadata", cwd=ROOT)
    return json.loads(done.stdout)


def test_on_a_package_index_every_link_leads_into_the_repository_as_of_that_version(
    metadata: dict[str, object],
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project["urls"]["Repository"]
    assert all(url.startswith(repository) for url in project["urls"].values())
    text = json.dumps(metadata["readme"])
    assert LINK.findall(text) == []
    start = f"]({repository}/blob/v{metadata['version']}/"
    assert text.count(start) == len(LINK.findall(ENGLISH))


def test_the_address_of_the_repository_stands_in_pyproject_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project["urls"]["Repository"].removeprefix("https://")
    parts = (
        "*.*",
        ".ci/*.*",
        ".github/**/*.*",
        "docs/**/*.*",
        "facade/**/*.py",
        "generator/**/*.py",
    )
    files = [path for part in parts for path in ROOT.glob(part) if path.is_file()]
    assert len(files) > 100
    naming = [path.name for path in files if address.encode() in path.read_bytes()]
    assert naming == ["pyproject.toml"]


def test_classifiers_name_the_versions_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (others,) = re.findall(r"python: \[(.*)\]", workflow)
    assert named == [project["requires-python"].removeprefix(">="), *re.findall(r"3\.\d+", others)]
    minors = [int(version.partition(".")[2]) for version in named]
    assert all(later == earlier + 1 for earlier, later in pairwise(minors))
