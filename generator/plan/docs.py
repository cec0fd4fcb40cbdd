"""What the docstrings of the emitted package say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.plan.texts import docstring, paragraphs

if TYPE_CHECKING:
    from generator.plan.methods import Method
    from generator.plan.models import EnumerationClass, Field, Model
    from generator.plan.resources import Resource

_MEMBER: Final = 4
_BODY: Final = 8
_RAISES: Final = {
    "call": "The API refuses the call, or can't be reached.",
    "batch": "The API refuses one of the calls, or can't be reached.",
    "list": "The API refuses a page, or can't be reached.",
    "download": "The API refuses the call, or can't be reached.",
    "stream": "On entering or iterating: refused, broken off, or ended by an error event.",
}


def of_method(method: Method) -> str:
    """The docstring of a method, to stand inside its body."""
    summary = paragraphs(method.summary, _BODY) or f"{method.http_method} {method.url}"
    if summary[-1] not in ".!?。":
        summary += "."
    details = paragraphs(method.text, _BODY)
    return docstring(
        (
            summary,
            "Deprecated by the API." if method.deprecated else "",
            details,
            _arguments(method),
            _returns(method),
            f"Raises:\n    CozeError: {_RAISES[method.kind]}",
            _reference(method),
        ),
        _BODY,
    )


def of_field(field: Field) -> str:
    """The docstring below a field; empty where the document says nothing."""
    return docstring((paragraphs(field.text, _MEMBER),), _MEMBER) if field.text.strip() else ""


def of_class(class_: Model | EnumerationClass) -> str:
    """The docstring of a model or an enumeration."""
    return docstring((paragraphs(class_.text, _MEMBER) or f"{class_.name}.",), _MEMBER)


def of_resource(resource: Resource) -> str:
    """The docstring of a resource class."""
    if not resource.path:
        return '"""All resources of the API."""'
    return f'"""The methods of ``{resource.path}``."""'


def _arguments(method: Method) -> str:
    if not method.arguments:
        return ""
    told = [
        (argument.name, "\n".join(filter(None, (argument.text, argument.limits))))
        for argument in method.arguments
    ]
    lines = [paragraphs(f"{name}: {text}", _BODY + 4, hanging=4) for name, text in told]
    indented = "\n".join(f"    {line}" if line else "" for line in "\n".join(lines).split("\n"))
    return f"Args:\n{indented}"


def _returns(method: Method) -> str:
    match method.kind:
        case "list":
            return "Returns:\n    The first page; iterate over it for the items of all pages."
        case "stream":
            return "Returns:\n    The events; the request is sent on entering the context manager."
        case "download":
            return (
                "Returns:\n    The content, not read yet: read it, write it to a file, or close it."
            )
        case "batch" if method.batch:
            (name,) = (one.name for one in method.arguments if one.wire == method.batch.argument)
            return (
                f"Returns:\n    The joined answers: {method.batch.size} of {name} are asked at a "
                "time."
            )
        case _:
            return ""


def _reference(method: Method) -> str:
    lines = [f"HTTP: ``{method.http_method} {method.url}``"]
    if method.permission:
        lines.append(f"Permission: ``{method.permission}``")
    if method.page:
        lines.append(f"API page: {method.page}")
    return paragraphs("\n".join(lines), _BODY)
