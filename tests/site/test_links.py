"""What the pages of the site link to is there, and what they load is local."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

SITE = Path(__file__).parents[2] / "site"
pytestmark = pytest.mark.skipif(not SITE.is_dir(), reason="needs the site: make docs")


class Page(HTMLParser):
    """The links of a page, what it loads, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        target = given.get("href") or given.get("src")
        if target:
            (self.links if tag == "a" else self.loaded).add(target)


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    # The page of what is not found stands anywhere, so its links begin at the root.
    return {path: Page(path) for path in SITE.rglob("*.html") if path.name != "404.html"}


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    loaded = {target for page in pages.values() for target in page.loaded}
    assert any(target.endswith(".css") for target in loaded)
    assert {target for target in loaded if urlsplit(target).netloc} == set()


def test_each_link_within_the_site_leads_to_a_page_and_its_anchor(
    pages: dict[Path, Page],
) -> None:
    broken = {
        f"{path.relative_to(SITE)}: {target}"
        for path, page in pages.items()
        for target in page.links | page.loaded
        if not leads_somewhere(path, target, pages)
    }
    assert len(pages) > 100
    assert broken == set()


def leads_somewhere(path: Path, target: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    found = found / "index.html" if found.is_dir() else found
    anchor = unquote(parts.fragment)
    return found.is_file() and (not anchor or found not in pages or anchor in pages[found].anchors)


def test_each_link_for_language_models_leads_to_a_page() -> None:
    links = re.findall(r"\]\((.+?)\)", (SITE / "llms.txt").read_text(encoding="utf-8"))
    assert "reference/chat/" in links
    assert [link for link in links if not (SITE / link / "index.html").is_file()] == []
