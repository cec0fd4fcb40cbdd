"""The report as one static HTML page that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.diff.formats import ROWS

if TYPE_CHECKING:
    from generator.diff.report import Report

_LISTED: Final = 10


def as_html(report: Report) -> str:
    """Return the page: the verdict, then each cause, folded above ``ROWS``."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    template = environment.get_template("page.html.jinja")
    return template.render(report=report, rows=ROWS, listed=_LISTED) + "\n"
