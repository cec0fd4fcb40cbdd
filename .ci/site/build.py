"""Build the site in site/: the guides, the API reference and the table of errors, in two languages.

Run by `make docs`. A page that is not translated stands in the Chinese site in English, so that
each page is there in both, and the language switch leads from one to the other.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
HERE: Final = ROOT / ".ci" / "site"
LANGUAGES: Final = {"en": Path(), "zh": Path("zh")}
"""The folder of each language in the site."""
RESOURCES: Final = "    # the resources\n"
CODES: Final = "<!-- the table of codes -->\n"
ACROSS: Final = re.compile(r"\]\((?:\.\./)+(generated/)?docs/")
"""Where a link of a page leads to a folder of the repository; the site has them in one."""
ORIGINAL: Final = re.compile(r"\]\(\.\./(?=[\w/]+\.md)")
"""Where a link of a translation leads to a page without one; the site has all in each language."""
SWITCH: Final = re.compile(r'<a href="[^"]*" hreflang="(en|zh)"')


class Row(NamedTuple):
    """A code of the table of errors."""

    code: str
    error: str
    cause: str
    remedy: str
    page: str | None

    def __str__(self) -> str:
        code = f"[{self.code}]({self.page})" if self.page else self.code
        return f"| {code} | `{self.error}` | {self.cause} | {self.remedy} |\n"


def rows(language: str) -> list[Row]:
    """Return the table of errors, with the texts of a language."""
    path = ROOT / "facade" / "coze_client" / "error_table.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    texts = {code: (row["cause"], row["remedy"]) for code, row in table.items()}
    if language != "en":
        path = HERE / f"errors.{language}.json"
        texts = json.loads(path.read_text(encoding="utf-8"))
    return [
        Row(code, error_class(row["kind"]), *texts[code], row.get("page"))
        for code, row in table.items()
    ]


def error_class(kind: str) -> str:
    """Return the class of errors of a kind."""
    name = "permission-denied" if kind == "permission" else kind
    return "".join(word.capitalize() for word in name.split("-")) + "Error"


def resources() -> str:
    """Return the navigation of the API reference, in TOML: a group for each first name."""
    names = sorted(path.stem for path in (ROOT / "generated" / "docs").glob("*.md"))
    return "".join(
        _group(top, list(members))
        for top, members in groupby(names, lambda name: name.partition(".")[0])
        if top != "api"
    )


def _group(top: str, names: list[str]) -> str:
    pages = [f'{{ "{name.removeprefix(f"{top}.")}" = "reference/{name}.md" }}' for name in names]
    group = pages[0] if names == [top] else f'{{ "{top}" = [{", ".join(pages)}] }}'
    return f"    {group},\n"


def gather(language: str, target: Path) -> None:
    """Gather the pages of a language in a folder."""
    shutil.copytree(ROOT / "docs", target, ignore=shutil.ignore_patterns("zh"))
    if language != "en":
        shutil.copytree(ROOT / "docs" / language, target, dirs_exist_ok=True)
    shutil.copytree(ROOT / "generated" / "docs", target / "reference")
    (target / "reference" / "llms.txt").rename(target / "llms.txt")
    for page in target.rglob("*.md"):
        up = "../" * (len(page.relative_to(target).parts) - 1)
        text = page.read_text(encoding="utf-8")
        text = ACROSS.sub(lambda link, up=up: f"]({up}{'reference/' if link[1] else ''}", text)
        text = text if up else ORIGINAL.sub("](", text)
        page.write_text(text, encoding="utf-8")
    shutil.copy(HERE / "site.css", target)
    page = target / "errors.md"
    table = "".join(map(str, rows(language)))
    page.write_text(page.read_text(encoding="utf-8").replace(CODES, table), encoding="utf-8")


def config(language: str) -> str:
    """Return what zensical is told about a language."""
    navigation = (HERE / f"{language}.toml").read_text(encoding="utf-8")
    common = (HERE / "common.toml").read_text(encoding="utf-8")
    root = "." if language == "en" else ".."
    common = common.replace("LANGUAGE", language).replace("ROOT", root)
    return navigation.replace(RESOURCES, resources()) + common


def lead_to_the_same_page(site: Path) -> None:
    """Let the language switch of each page lead to that page."""
    for language, folder in LANGUAGES.items():
        for path in (site / folder).rglob("*.html"):
            page = path.relative_to(site / folder)
            if path.name == "404.html" or (language == "en" and page.parts[0] == "zh"):
                continue
            text = path.read_text(encoding="utf-8")

            def link(match: re.Match[str], path: Path = path, page: Path = page) -> str:
                other = (site / LANGUAGES[match[1]] / page).parent
                return f'<a href="{os.path.relpath(other, path.parent)}/" hreflang="{match[1]}"'

            path.write_text(SWITCH.sub(link, text), encoding="utf-8")


def main() -> None:
    """Build the site."""
    for folder in (".site", "site"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    for language in LANGUAGES:
        gather(language, ROOT / ".site" / language)
        path = ROOT / f".site.{language}.toml"
        path.write_text(config(language), encoding="utf-8")
        zensical = Path(sys.executable).with_name("zensical")
        subprocess.run([zensical, "build", "--strict", "-f", path], cwd=ROOT, check=True)
    lead_to_the_same_page(ROOT / "site")


if __name__ == "__main__":
    main()
