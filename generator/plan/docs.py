"""What the docstrings of the emitted package say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.plan.models import Model
from generator.plan.schemas import DEPRECATED
from generator.plan.texts import docstring, paragraphs
from generator.plan.types import NONE, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.plan import Plan
    from generator.plan.methods import Method
    from generator.plan.models import EnumerationClass, Field
    from generator.plan.resources import Resource
    from generator.plan.sockets import Group, Sender, Socket
    from generator.plan.types import TypeRef

_MEMBER: Final = 4
_BODY: Final = 8
_RETURNS: Final = {
    "list": "The first page; iterate over it for the items of all pages.",
    "stream": "The events; the request is sent on entering the context manager.",
    "download": "The content, not read yet: read it, write it to a file, or close it.",
    "socket": "The socket; the connection is opened on entering the context manager.",
}
_RAISES: Final = {
    "call": "the API refuses the call, or can't be reached",
    "list": "of a list also where a further page is fetched",
    "stream": "of a stream also while iterating: it breaks off, or ends with an error event",
    "download": "of a download also while reading",
    "socket": "of a socket only on entering it and while it is open",
}

_LOST: Final = (
    "Raises:\n    CozeError: What is sent can't be written, or the socket is closed or lost."
)


def of_method(method: Method) -> str:
    """Return the docstring of a method, to stand inside its body."""
    return docstring(
        (
            summary(method),
            DEPRECATED if method.deprecated else "",
            paragraphs(method.text),
            _arguments(method),
            f"Returns:\n    {returns(method)}",
            _reference(method),
        ),
        _BODY,
    )


def summary(method: Method) -> str:
    """Return what a method does, in a sentence."""
    text = paragraphs(method.summary) or f"{method.http_method} {method.url}"
    return text if text[-1] in ".!?。" else f"{text}."


def of_socket(method: Method, socket: Socket) -> str:
    """Return the docstring of the class of a socket."""
    says = socket.options
    after = says.get("turn_after", {}).items()
    turns = [f"A turn ends with {_names(says['turn'])}."]
    turns += [f"After ``{event}`` it ends with {_names(ends)}." for event, ends in after]
    return docstring(
        (
            summary(method),
            paragraphs(method.text),
            "Events are sent by the methods that have their names, and received by iteration.",
            paragraphs(f"The session has begun with ``{says['ready']}``. {' '.join(turns)}"),
            _LOST,
            _reference(method),
        ),
        _MEMBER,
    )


def of_group(group: Group, indent: int = _MEMBER) -> str:
    """Return the docstring of a class of senders, or of the attribute that leads to it."""
    names = tuple(sender.event for lower in group.groups for sender in lower.senders)
    return docstring((f"Send {_names(names)}.",), indent)


def of_sender(sender: Sender, method: Method) -> str:
    """Return the docstring of a method that sends an event."""
    page = f"API page: {method.page}" if method.page else ""
    parts = (f"Send ``{sender.event}``.", paragraphs(sender.text), _arguments(sender), page)
    return docstring(parts, _BODY)


def of_pipe(socket: Socket) -> str:
    """Return the docstring of the method that feeds a socket and yields what it gives."""
    pipe = socket.pipe
    fed, taken = (f"{pipe.get(key)}.{pipe.get(f'{key}_field')}" for key in ("feed", "take"))
    return docstring(
        (
            paragraphs(f"Send all of a source as ``{fed}``, and yield each ``{taken}`` meanwhile."),
            "Args:\n    source: All of it, or an iterable of its parts.",
            _LOST,
        ),
        _BODY,
    )


def of_union(socket: Socket) -> str:
    """Return the docstring of the union of the events that a socket receives."""
    texts = ((event, socket.texts[event]) for event in socket.data)
    rows = [f"{event}: {text}" if text else event for event, text in texts]
    title = f"What ``{socket.name}`` receives."
    return docstring((title, "\n".join(paragraphs(row, hanging=4) for row in rows)), 0)


def _names(events: Iterable[str]) -> str:
    return ", ".join(f"``{event}``" for event in events)


def of_field(field: Field) -> str:
    """Return the docstring below a field; empty where the document says nothing."""
    return docstring((paragraphs(field.text),), _MEMBER) if field.text.strip() else ""


def of_class(class_: Model | EnumerationClass, uses: Mapping[str, str]) -> str:
    """Return the docstring of a model or an enumeration."""
    return docstring((paragraphs(class_.text) or uses[class_.name],), _MEMBER)


def of_resource(resource: Resource) -> str:
    """Return the docstring of a resource class, which says what its methods raise."""
    kinds = {method.kind for method in resource.methods} | {"call"}
    raises = (
        f"Raises:\n    CozeError: Each method: {when_raised(kinds)}." if resource.methods else ""
    )
    return docstring((what_it_is(resource), raises), _MEMBER)


def when_raised(kinds: set[str]) -> str:
    """Return when methods of some kinds raise."""
    return "; ".join(text for kind, text in _RAISES.items() if kind in kinds)


def of_child(resource: Resource) -> str:
    """Return the docstring of the attribute that leads to a resource."""
    return docstring((what_it_is(resource),), _BODY)


def what_it_is(resource: Resource) -> str:
    """Return what a resource is: the document's word, or else what it holds."""
    if resource.text:
        return paragraphs(resource.text)
    names = ", ".join(f"``{name}``" for name in resource.members)
    return f"Has {names}."


def uses(plan: Plan) -> dict[str, str]:
    """Return where each class and shape is used, for those of which the document says nothing."""
    found: dict[str, str] = {}
    for text, type_ in (*_of_methods(plan), *_of_sockets(plan), *_of_members(plan)):
        for name in sorted(references(type_)):
            found.setdefault(name, text)
    return found


def _of_methods(plan: Plan) -> Iterator[tuple[str, TypeRef]]:
    for method in plan.methods:
        yield f"What ``{method.path}`` returns.", method.result
        for argument in method.arguments:
            yield f"The argument ``{argument.name}`` of ``{method.path}``.", argument.type
    for stream in plan.streams:
        for (event, *_), type_ in stream.groups:
            yield f"The data of the event ``{event}``.", type_
    for callback in plan.callbacks:
        for event, type_ in callback.events:
            yield f"The data of the event ``{event}``.", type_
        yield f"What every event of ``{callback.name}`` says.", callback.header


def _of_sockets(plan: Plan) -> Iterator[tuple[str, TypeRef]]:
    for socket in plan.sockets:
        for event, type_ in socket.received.items():
            yield f"The data of the event ``{event}``.", type_
        for sender in socket.senders:
            for argument in sender.arguments:
                yield f"The argument ``{argument.name}`` of ``{sender.event}``.", argument.type


def _of_members(plan: Plan) -> Iterator[tuple[str, TypeRef]]:
    for class_ in (class_ for module in plan.modules for class_ in module.classes):
        for field in class_.fields if isinstance(class_, Model) else ():
            yield f"Stands in ``{class_.name}.{field.name}``.", field.type
    for shape in plan.shapes:
        for key in shape.keys:
            yield f"Stands in ``{shape.name}``, as ``{key.wire}``.", key.type


def _arguments(method: Method | Sender) -> str:
    rows = [
        (argument.name, "\n".join(filter(None, (argument.text, argument.limits))))
        for argument in method.arguments
    ]
    lines = [paragraphs(f"{name}: {text}", hanging=4) for name, text in rows]
    indented = "\n".join(f"    {line}" if line else "" for line in "\n".join(lines).split("\n"))
    return f"Args:\n{indented}" if lines else ""


def returns(method: Method) -> str:
    """Return what a method says of its result."""
    if method.batch:
        (name,) = (one.name for one in method.arguments if one.wire == method.batch.argument)
        return f"The joined answers: {method.batch.size} of {name} are asked at a time."
    if method.kind in _RETURNS:
        return _RETURNS[method.kind]
    if method.result == NONE:
        return "Nothing; a refusal raises."
    return method.returns or "The result, decoded."


def _reference(method: Method) -> str:
    lines = [f"HTTP: ``{method.http_method} {method.url}``"]
    if method.permission:
        lines.append(f"Permission: ``{method.permission}``")
    if method.page:
        lines.append(f"API page: {method.page}")
    return paragraphs("\n".join(lines))
