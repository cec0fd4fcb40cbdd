"""What the answers of an operation give, by HTTP status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.normalise.media import JSON, kind_of
from generator.normalise.objects import REST, referred
from generator.normalise.walk import PHRASES, successes
from generator.plan.types import (
    ANY,
    NONE,
    STRING,
    Binary,
    Nullable,
    TypeRef,
    as_result,
    without_null,
)
from generator.spec import join, split

if TYPE_CHECKING:
    from generator.plan.schemas import Schemas


@frozen
class Result:
    """What an answer gives.

    Attributes:
        type: What it is decoded to.
        unwrap: The field of the body that holds it; ``None``: the body itself.
        nullable: Whether a success may come without it.
        hidden: For the component of the body, the fields that only wrap the result.
        example: What the document gives as an example, as JSON; ``None`` if nothing.
    """

    type: TypeRef = NONE
    unwrap: str | None = None
    nullable: bool = False
    hidden: tuple[str, frozenset[str]] | None = None
    example: Any = field(default=None, eq=False)

    @property
    def runtime_type(self) -> str:
        """How a module spells the type where it must be a class."""
        return "NoneType" if self.type == NONE else as_result(without_null(self.type))


@frozen
class Answers:
    """The answers of an operation.

    Attributes:
        result: The result of all statuses that are not listed.
        by_status: The other results.
        is_file: Whether the answer is a file.
        text: What the document says of the first answer of success; empty if nothing.
    """

    result: Result = Result()
    by_status: tuple[tuple[int, Result], ...] = ()
    is_file: bool = False
    text: str = ""

    @property
    def results(self) -> tuple[Result, ...]:
        """All results."""
        return (self.result, *(result for _, result in self.by_status))


def read_answers(
    operation: dict[str, Any], schemas: Schemas, envelope: dict[str, Any], pointer: str
) -> Answers:
    """Return what the answers of success give.

    Raises:
        GeneratorError: An answer is of a kind that the client can't read, or there is none.
    """
    results: dict[str, Result] = {}
    kinds: dict[str, set[str]] = {}
    for status, response in successes(operation).items():
        # What HEAD describes is what GET would answer.
        is_head = split(pointer)[-1] == "head"
        content: dict[str, Any] = {} if is_head else response.get("content", {})
        place = join(pointer, "responses", status, "content")
        kinds[status] = {kind_of(media_type) for media_type in content}
        for media_type, media in content.items():
            _check_media(operation, media_type, media, schemas, join(place, media_type))
        results[status] = Result()
        if JSON in content:
            schema = content[JSON].get("schema", {})
            result = _json_result(schema, schemas, envelope, join(place, JSON, "schema"))
            given = content[JSON].get("example") or schemas.answer_sample(schema)
            results[status] = evolve(result, example=_result_of(given, result))
    if not results:
        raise GeneratorError(
            "the operation has no answer of success",
            pointer=join(pointer, "responses"),
            remedy="Describe the response 200 in an overlay, or 204 if nothing is answered.",
        )
    _check_kinds(operation, kinds, pointer)
    if any("raw" in found for found in kinds.values()):
        return Answers(is_file=True)
    first = next((status for status in results if not status.isdecimal()), None)
    if first is None:
        first = next((one for one in results if results[one].type != NONE), next(iter(results)))
    result = results.pop(first)
    others = ((int(status), one) for status, one in results.items() if one != result)
    return Answers(result, tuple(others), text=_text(operation, first))


def _text(operation: dict[str, Any], status: str) -> str:
    text: str = operation["responses"][status].get("description", "")
    return "" if text == PHRASES.get(status) else text


def _check_media(
    operation: dict[str, Any], media_type: str, media: dict[str, Any], schemas: Schemas, place: str
) -> None:
    kind = kind_of(media_type)
    if kind == "events" and "x-client-stream" not in operation:
        raise GeneratorError(
            "nothing says what the events of this stream are",
            pointer=place,
            remedy="Describe them with x-client-stream in an overlay, or remove the stream there.",
        )
    if kind in {"json", "events"}:
        return
    type_ = without_null(schemas.type_of(media.get("schema", {}), join(place, "schema")))
    if type_ not in {ANY, STRING, Binary()}:
        raise GeneratorError(
            f"an answer in {media_type} can only be read as a file",
            pointer=place,
            remedy="Make its schema {type: string, format: binary} in an overlay.",
        )


def _check_kinds(operation: dict[str, Any], kinds: dict[str, set[str]], pointer: str) -> None:
    """Refuse answers that no return type stands for."""
    found = set[str]().union(*kinds.values())
    place = join(pointer, "responses")
    if "x-client-stream" not in operation:
        if len(found - {"events"}) > 1 and found != {"json"}:
            raise GeneratorError(
                f"a method can't answer with a file and with JSON: {', '.join(kinds)}",
                pointer=place,
                remedy="Remove one of these answers in an overlay.",
            )
        return
    also_json = "method" in operation["x-client-stream"]
    if any("events" not in one or len(one) > 1 + also_json for one in kinds.values()):
        raise GeneratorError(
            "an answer beside the event stream would never be read",
            pointer=place,
            remedy="Say in x-client-stream which method streams, describe the content "
            "text/event-stream, or remove the other answer, in an overlay.",
        )


def _json_result(
    schema: dict[str, Any], schemas: Schemas, envelope: dict[str, Any], pointer: str
) -> Result:
    """Return the result field alone, or a model of what stands beside or instead of it."""
    name = referred(schema)
    if not schemas.is_model(name):
        return _typed(schemas.type_of(schema, pointer))
    wrapping = frozenset[str](envelope.get("fields", ()))
    data_field = envelope.get("data")
    rest = [prop for prop in schemas.properties(name) if prop.wire not in wrapping]
    if not rest:
        return Result()
    if [prop.wire for prop in rest] == [data_field]:
        return _typed(schemas.type_of(rest[0].schema, rest[0].pointer), data_field)
    # What wraps the result of an open object would pass for one of its further members.
    is_open = rest[-1].wire == REST
    result = _typed(schemas.type_of(schema, pointer))
    return result if is_open else evolve(result, hidden=(name, wrapping))


def _result_of(body: Any, result: Result) -> Any:
    """Return what a body holds as its result."""
    if not is_object(body):
        return body
    if result.unwrap is not None:
        return body.get(result.unwrap)
    hidden = result.hidden[1] if result.hidden else frozenset[str]()
    return {name: value for name, value in body.items() if name not in hidden}


def _typed(type_: TypeRef, unwrap: str | None = None) -> Result:
    return Result(type_, unwrap, nullable=isinstance(type_, Nullable))
