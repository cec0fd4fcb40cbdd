"""Which methods the resources have: arguments, result, how the request is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, frozen

from generator.errors import Faults, GeneratorError, raise_all
from generator.json_values import pascal
from generator.plan import extensions
from generator.plan.answers import Answers, read_answers
from generator.plan.arguments import (
    LOCATIONS,
    Argument,
    Location,
    in_order,
    parameter_arguments,
    query_delimiters,
)
from generator.plan.bodies import Body, read_body
from generator.plan.sockets import read_socket
from generator.plan.types import (
    ListOf,
    Nullable,
    Reference,
    Scalar,
    TypeRef,
    UnionOf,
    as_result,
    without_null,
)
from generator.spec import join

if TYPE_CHECKING:
    from generator.plan.bodies import Encoding
    from generator.plan.schemas import Property, Schemas
    from generator.plan.sockets import Socket

_RECONNECT = (
    "How often a lost connection is opened again before the error is raised. The settings are sent "
    "again, and nothing else: no message, no audio."
)
_RECOVER = (
    "When the connection breaks, ask for the rest with calls that only read, and go on: with the "
    "items that did not come, whole, and with the event that tells how it ended. The request is "
    "never sent again."
)


@frozen
class Method:
    """A method of a resource.

    Attributes:
        path: The dotted name, as in ``bots.versions.list``.
        http_method: In upper case.
        url: The path below the base URL.
        kind: The call of the runtime's client that it makes.
        answers: What a call returns, decoded; the page data of a list.
        returns: What the document says of that; empty if nothing.
        also_in: Another field that may hold the result.
        instead: Arguments of other clients, and those that stand for them.
        fixed: Body fields that the method sets itself.
        constants: Headers that it always sends.
        delimiters: What joins the items of lists, by name in the query or form.
        media_types: The media types of files and fields of the body, by name.
        internal: Whether it is for the hand-written part of the client only.
    """

    path: str
    http_method: str
    url: str
    kind: Literal["call", "list", "batch", "stream", "download", "socket"]
    arguments: tuple[Argument, ...]
    answers: Answers
    summary: str
    text: str
    returns: str
    page: str | None
    permission: str | None
    pointer: str
    deprecated: bool = False
    internal: bool = False
    idempotent: bool = False
    also_in: str | None = None
    instead: tuple[tuple[str, str], ...] = ()
    encoding: Encoding = "json"
    fixed: tuple[tuple[str, bool], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    delimiters: tuple[tuple[str, str], ...] = ()
    media_types: tuple[tuple[str, str], ...] = ()
    paging: extensions.Paging | None = None
    batch: extensions.Batch | None = None
    stream: extensions.Stream | None = None
    recovery: extensions.Recovery | None = None
    socket: Socket | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def resource(self) -> str:
        """The path of the resource that it belongs to."""
        return self.path.rpartition(".")[0]

    @property
    def result(self) -> TypeRef:
        """What a call returns."""
        others = tuple(result.type for _, result in self.answers.by_status)
        return UnionOf((self.answers.result.type, *others)) if others else self.answers.result.type

    @property
    def data(self) -> str:
        """How its module spells what an answer is decoded to."""
        return as_result(self.result)

    @property
    def constant(self) -> str:
        """The name of the constant that describes its operation."""
        return f"_{self.name.upper()}"

    @property
    def arguments_name(self) -> str:
        """The name of the typed dictionary of its arguments."""
        return f"{pascal(self.path)}Arguments"

    @property
    def lists(self) -> tuple[str, ...]:
        """The request names of the arguments that take a list."""
        return tuple(
            one.wire for one in self.arguments if isinstance(without_null(one.type), ListOf)
        )

    @property
    def null_fields(self) -> tuple[str, ...]:
        """The names in the JSON body that must be sent, if only as ``null``."""
        body = [one for one in self.arguments if one.location == "body" and one.required]
        return tuple(one.wire for one in body if isinstance(one.type, Nullable))

    @property
    def places(self) -> tuple[tuple[Location, tuple[Argument, ...]], ...]:
        """The arguments by the part of the request that they go to."""
        grouped: dict[Location, list[Argument]] = {}
        for location in LOCATIONS:
            for argument in self.arguments:
                if argument.location == location:
                    grouped.setdefault(location, []).append(argument)
        if self.fixed:
            grouped.setdefault("body", [])
        return tuple((location, tuple(arguments)) for location, arguments in grouped.items())


def make_methods(
    document: dict[str, Any], schemas: Schemas, place: tuple[str, str]
) -> list[Method]:
    """Return the methods of the operation at a path and an HTTP method: two if it may stream."""
    path, http_method = place
    return _Operation(
        document["paths"][path][http_method],
        schemas,
        document.get("x-client-envelope", {}),
        document.get("servers", []),
        place,
    ).methods()


@frozen
class _Operation:
    spec: dict[str, Any]
    schemas: Schemas
    envelope: dict[str, Any]
    servers: list[dict[str, Any]]
    place: tuple[str, str]

    @property
    def pointer(self) -> str:
        return join("/paths", *self.place)

    def methods(self) -> list[Method]:
        if "x-client-socket" in self.spec:
            return [self._socket()]
        plain = self._method()
        keys = self.spec.get("x-client-stream")
        if not keys:
            return [plain]
        stream = extensions.stream(keys, self.schemas, f"{self.pointer}/x-client-stream")
        streamed = evolve(plain, kind="stream", stream=stream, answers=Answers())
        if "recover" in keys:
            streamed = self._recoverable(streamed, keys)
        if "method" not in keys:
            return [streamed]
        switch = keys["switch"]
        plain = self._without(plain, switch, value=False)
        return [plain, evolve(self._without(streamed, switch, value=True), path=keys["method"])]

    def _recoverable(self, method: Method, keys: dict[str, Any]) -> Method:
        resource = keys.get("method", method.path).rpartition(".")[0]
        pointer = f"{self.pointer}/x-client-stream/recover"
        argument = _option("recover", Scalar("bool"), _RECOVER, default=False)
        return evolve(
            method,
            recovery=extensions.recovery(keys["recover"], resource, pointer),
            arguments=in_order([*method.arguments, argument], pointer),
        )

    @staticmethod
    def _without(method: Method, switch: str, *, value: bool) -> Method:
        rest = tuple(
            argument
            for argument in method.arguments
            if (argument.wire, argument.location) != (switch, "body")
        )
        return evolve(method, arguments=rest, fixed=((switch, value),))

    def _socket(self) -> Method:
        pointer = f"{self.pointer}/x-client-socket"
        servers: list[str] = [server["url"] for server in self.servers]
        own = [server["url"] for server in self.spec.get("servers", self.servers)]
        socket = read_socket(
            self.spec["x-client-socket"],
            dict(zip(servers, own, strict=True)),
            self.schemas,
            pointer,
        )
        method = self._method()
        argument = _option("reconnect", Scalar("int"), _RECONNECT, default=0)
        arguments = in_order([*method.arguments, argument], pointer)
        return evolve(method, kind="socket", socket=socket, arguments=arguments)

    def _method(self) -> Method:
        spec, schemas, pointer, faults = self.spec, self.schemas, self.pointer, Faults()
        parameters, answers = spec.get("parameters", []), Answers()
        sent = partial(
            read_body, spec.get("requestBody", {}), schemas, join(pointer, "requestBody")
        )
        body = faults.attempt(sent, Body())
        if "x-client-socket" not in spec:
            read = partial(read_answers, spec, schemas, self.envelope, pointer)
            answers = faults.attempt(read, answers)
        arguments = faults.attempt(partial(parameter_arguments, parameters, schemas, pointer), [])
        raise_all(faults)
        method = Method(
            path=spec["operationId"],
            http_method=self.place[1].upper(),
            url=self.place[0],
            kind="download" if answers.is_file else "call",
            arguments=in_order([*arguments, *body.arguments], pointer),
            answers=answers,
            summary=spec.get("summary", ""),
            text=spec.get("description", ""),
            returns=answers.text,
            page=spec.get("externalDocs", {}).get("url"),
            permission=spec.get("x-client-permission"),
            pointer=pointer,
            deprecated=spec.get("deprecated", False),
            internal=spec.get("x-client-internal", False),
            idempotent=spec.get("x-client-idempotent", False),
            encoding=body.encoding,
            media_types=body.media_types,
            constants=tuple(
                (parameter["name"], parameter["x-client-constant"])
                for parameter in parameters
                if "x-client-constant" in parameter
            ),
            delimiters=(*query_delimiters(parameters, schemas, pointer), *body.delimiters),
            also_in=spec.get("x-client-also-in"),
            instead=tuple(spec.get("x-client-instead", {}).items()),
        )
        self._check(method)
        if "x-client-pagination" in spec:
            return self._paged(method)
        return self._batched(method) if "x-client-batch" in spec else method

    def _check(self, method: Method) -> None:
        """Refuse arguments and fields that stand for others and are not there."""
        names = {argument.name for argument in method.arguments}
        for other, own in method.instead:
            if other in names or own not in names:
                raise GeneratorError(
                    f"{method.path} has the argument {other}"
                    if other in names
                    else f"{method.path} has no argument {own}",
                    pointer=join(self.pointer, "x-client-instead", other),
                    remedy="Drop it, or correct the name in an overlay.",
                )
        result = method.answers.result
        if method.also_in is not None and not (result.unwrap or result.hidden):
            raise GeneratorError(
                "x-client-also-in is about a result that is an object or a field of one, and this "
                "is none",
                pointer=f"{self.pointer}/x-client-also-in",
                remedy="Drop it, or correct the answer in an overlay.",
            )

    def _paged(self, method: Method) -> Method:
        keys = self.spec["x-client-pagination"]
        unwrap = method.answers.result.unwrap
        paging = extensions.paging(
            extensions.Answer(
                "x-client-pagination",
                keys,
                self.schemas,
                self._fields_of(method, "x-client-pagination"),
                self.pointer,
                f"{unwrap}." if unwrap else "",
            ),
            in_body=any(
                argument.location == "body"
                for argument in method.arguments
                if argument.wire == keys["size"]
            ),
        )
        return evolve(method, kind="list", paging=paging)

    def _batched(self, method: Method) -> Method:
        keys = self.spec["x-client-batch"]
        arguments = tuple(  # the limits are those of one request
            evolve(one, limits="") if one.wire == keys["argument"] else one
            for one in method.arguments
        )
        fields = self._fields_of(method, "x-client-batch")
        return evolve(
            method,
            kind="batch",
            arguments=arguments,
            batch=extensions.batch(
                extensions.Answer("x-client-batch", keys, self.schemas, fields, self.pointer)
            ),
        )

    def _fields_of(self, method: Method, key: str) -> list[Property]:
        result = without_null(method.result)
        if not isinstance(result, Reference):
            raise GeneratorError(
                f"{key} names fields of the answer, which is not an object",
                pointer=self.pointer,
                remedy=f"Correct the answer in an overlay, or drop {key}.",
            )
        _, wrapping = method.answers.result.hidden or ("", frozenset())
        return [prop for prop in self.schemas.properties(result.name) if prop.wire not in wrapping]


def _option(name: str, type_: TypeRef, text: str, *, default: int) -> Argument:
    """Return an argument that the client keeps to itself."""
    return Argument(name, name, "client", type_, required=False, default=default, text=text)
