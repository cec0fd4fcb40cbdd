"""The site in a real browser: `make docs` has built it."""

from __future__ import annotations

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = Path(__file__).parents[2] / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="the browser is driven from .venv-docs: see `make test-all`"
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, as of apt-get install chromium"),
    pytest.mark.skipif(not SITE.is_dir(), reason="needs the site: make docs"),
]
PAGES = ["", "quickstart/", "errors/", "python/clients/", "reference/chat/", "reference/api/"]
PAGES += ["zh/", "zh/errors/"]
WIDTHS = [390, 1280]


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=SITE))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """Yield a page that must not complain, nor ask anything of other hosts."""
    faults: list[str] = []
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.on("console", lambda one: one.type == "error" and faults.append(one.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    ours = (url, "data:", "blob:")
    page.on("request", lambda one: one.url.startswith(ours) or faults.append(one.url))
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_whole_and_fits_narrow_and_wide(
    page: Any, url: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url + path, wait_until="networkidle")
    assert page.locator("article h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("path", "word", "found"),
    [("", "transcriptions", "audio.transcriptions"), ("zh/", "工作流", "工作流")],
)
def test_the_search_finds_a_word(page: Any, url: str, path: str, word: str, found: str) -> None:
    page.goto(url + path, wait_until="networkidle")
    page.keyboard.press("/")
    page.keyboard.type(word)
    page.locator("a:has(mark)", has_text=found).first.wait_for(timeout=10_000)


def test_code_is_copied(page: Any, url: str) -> None:
    page.goto(url, wait_until="networkidle")
    block = page.locator("pre").first
    block.hover()
    page.locator("button.md-code__button, button.md-clipboard").first.click()
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == block.inner_text().split()


@pytest.mark.parametrize("path", ["quickstart/", "reference/bots/"])
def test_the_language_switch_stays_on_the_page(page: Any, url: str, path: str) -> None:
    page.goto(url + path, wait_until="networkidle")
    for language, folder in (("zh", "zh/"), ("en", "")):
        page.locator(".md-select button").first.hover()
        page.locator(f"a[hreflang={language}]").first.click()
        page.locator(f"html[lang={language}]").wait_for(state="attached", timeout=10_000)
        assert page.url == url + folder + path
