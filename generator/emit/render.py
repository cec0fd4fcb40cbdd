"""The Jinja environment: an undefined name is an error, and nothing prints itself unescaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2

from generator.plan.texts import code_span

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def render(template: str, **values: object) -> str:
    """Render a template of the templates folder.

    Raises:
        jinja2.UndefinedError: The template reads a name that was not given.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # the output is Python and Markdown; texts go through the filters below
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = _literal
    environment.filters["literals"] = _literals
    environment.filters["code_span"] = code_span
    return environment


def _literal(value: Any) -> str:
    """Return a Python literal that reads the same whatever the text holds."""
    return ascii(value)


def _literals(values: tuple[Any, ...]) -> str:
    return "{" + ", ".join(map(ascii, values)) + "}" if values else ""
