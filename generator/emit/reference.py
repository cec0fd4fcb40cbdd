"""The pages of the API reference, made from a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.emit.render import render
from generator.emit.ruff import format_code
from generator.plan.reference import reference

if TYPE_CHECKING:
    from generator.emit.files import Files
    from generator.plan import Plan

_CALLS: Final = "calls.py"
_BETWEEN: Final = "# ---\n"


def emit_reference(plan: Plan) -> Files:
    """Return the files of the reference: a page a resource, one of all methods, and llms.txt."""
    pages = reference(plan)
    calls = format_code({_CALLS: render("docs/calls.py.jinja", pages=pages)})[_CALLS]
    blocks = iter([block.strip() for block in calls.split(_BETWEEN)[1:]])
    code = {
        method.method.path: (next(blocks), next(blocks), next(blocks))
        for page in pages
        for method in page.methods
    }
    files = {
        f"{page.resource.path}.md": render("docs/resource.md.jinja", page=page, code=code)
        for page in pages
    }
    files["api.md"] = render("docs/api.md.jinja", pages=pages)
    files["llms.txt"] = render("docs/llms.txt.jinja", pages=pages)
    return {f"docs/{name}": text.encode() for name, text in files.items()}
