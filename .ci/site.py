"""Gather the pages of the site in .site/: the guides, the API reference, the table of errors.

A page that is not translated stands in the Chinese site in English, so that both have all pages.
"""

import json
import shutil
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = "    # pages of the reference\n"
ERRORS: Final = {
    "en": """\
# Errors

Every error is a `CozeError`; what the API refuses is an `APIError` with `code` and `logid`, and
`error.report()` says all of it for a ticket.

| code | kind | likely cause | what to do |
""",
    "zh": """\
# 错误码

所有错误都是 `CozeError`；被 API 拒绝的请求抛出 `APIError`，带有 `code` 和 `logid`。
提交工单时，请附上 `error.report()` 的内容。

| 错误码 | 类型 | 可能的原因 | 处理办法 |
""",
}


def gather(language: str) -> None:
    """Gather the pages of one language."""
    target = ROOT / ".site" / language
    shutil.copytree(ROOT / "docs", target, ignore=shutil.ignore_patterns("zh"))
    if language == "zh":
        shutil.copytree(ROOT / "docs" / "zh", target, dirs_exist_ok=True)
    shutil.copytree(ROOT / "generated" / "docs", target / "reference")
    (target / "reference" / "llms.txt").rename(target / "llms.txt")
    (target / "errors.md").write_text(errors(language), encoding="utf-8")
    config = (ROOT / ".ci" / f"site.{language}.toml").read_text(encoding="utf-8")
    pages = "".join(f'    {{ "{name}" = "reference/{name}.md" }},\n' for name in resources())
    (ROOT / f".site.{language}.toml").write_text(config.replace(PAGES, pages), encoding="utf-8")


def resources() -> list[str]:
    """Return the resources that have a page."""
    files = (ROOT / "generated" / "docs").glob("*.md")
    return sorted(path.stem for path in files if path.stem != "api")


def errors(language: str) -> str:
    """Return the page of all error codes."""
    path = ROOT / "facade" / "coze_client" / "error_table.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        f"| {linked(code, row)} | {row['kind']} | {row['cause']} | {row['remedy']} |"
        for code, row in table.items()
    ]
    return ERRORS[language] + "|---|---|---|---|\n" + "\n".join(rows) + "\n"


def linked(code: str, row: dict[str, str]) -> str:
    """Return a code, with a link to its page where there is one."""
    return f"[{code}]({row['page']})" if "page" in row else code


if __name__ == "__main__":
    shutil.rmtree(ROOT / ".site", ignore_errors=True)
    for one in ERRORS:
        gather(one)
