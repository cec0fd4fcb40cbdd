"""Strict checks of a call against the document."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.datatypes import TemplateResult
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import BasePathFinder
from openapi_core.validation.request.exceptions import (
    ParameterValidationError,
    RequestBodyValidationError,
)
from werkzeug.datastructures import Headers, ImmutableMultiDict

from coze_sandbox import _forms
from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, at, encode, is_array, is_object
from coze_sandbox._strict_schemas import strict_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError as SchemaError

    from coze_sandbox._call import Call
    from coze_sandbox._document import Document


# What a form or a query writes for the types of JSON.
TEXTS = {"boolean": "true|false", "integer": r"-?\d+", "number": r"-?\d+(\.\d+)?(e[-+]?\d+)?"}
LONGEST = 300  # characters of a text of the validator: it may quote a whole value


class Checker:
    """Checks calls: openapi-core validates, and what it lets pass is checked besides."""

    def __init__(self, document: Document) -> None:
        requests = strict_schemas(document)
        recent = not requests["openapi"].startswith("3.0")
        self._validator = (V31RequestValidator if recent else V30RequestValidator)(
            SchemaPath.from_dict(requests),
            path_finder_cls=_TemplateFinder,
            extra_media_type_deserializers={_forms.MULTIPART: _forms.load},
        )

    def check(self, call: Call, *, strict: bool) -> tuple[str, ...]:
        """Check a call.

        Args:
            call: the call.
            strict: whether names that the document does not know are refused.

        Returns:
            What a strict check would have refused.

        Raises:
            RefusalError: it breaks the document; the text names each violation.
        """
        violations = [*_headers(call), *_query(call), *_fields(call)]
        if not violations or not strict:
            errors = self._validator.iter_errors(_Request(call))
            violations += [one for error in errors for one in _violations(error)]
        violations = list(dict.fromkeys(violations))
        refused = [one.text for one in violations if strict or not one.unknown]
        if refused:
            raise RefusalError("; ".join(refused))
        return tuple(one.text for one in violations)


class Violation(NamedTuple):
    """What is wrong with a call, and whether it is only a name that the document does not know."""

    text: str
    unknown: bool = False


def as_served(call: Call) -> Call:
    """Return a call as the service reads it.

    Null fields and empty query values are absent; headers that are always the same may be missing.
    """
    constants = {
        name.lower(): parameter["x-client-constant"]
        for name, parameter in call.operation.parameters_in("header").items()
        if "x-client-constant" in parameter
    }
    call = replace(call, headers={**constants, **call.headers})
    query = tuple((name, value) for name, value in call.query if value)
    if call.body is None:
        return replace(call, query=query)
    body = _without_null(call.body)
    return replace(call, query=query, body=body, content=encode(body))


def _without_null(value: Any) -> Any:
    if is_array(value):
        return [_without_null(one) for one in value]
    if not is_object(value):
        return value
    return {name: _without_null(one) for name, one in value.items() if one is not None}


class _Request:
    """A call as openapi-core reads it."""

    host_url = ""

    def __init__(self, call: Call) -> None:
        self.path = call.operation.path
        self.method = call.operation.method.lower()
        self.body = call.content or None
        self.content_type = call.headers.get("content-type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(call.query),
            header=Headers(list(call.headers.items())),
            path=dict(call.path),
        )


class _TemplateFinder(BasePathFinder):
    """Takes the name for what it is here: the template of a path that is already found."""

    def find(self, method: str, name: str) -> PathOperationServer:
        path = self.spec / "paths" / name
        return PathOperationServer(path, path / method, None, TemplateResult(name, {}), {})


def _headers(call: Call) -> Iterator[Violation]:
    for name, parameter in call.operation.parameters_in("header").items():
        constant = parameter.get("x-client-constant")
        if constant is not None and call.headers.get(name.lower()) != constant:
            yield Violation(f"header {name}: must be {constant!r}")


def _query(call: Call) -> Iterator[Violation]:
    known = call.operation.parameters_in("query")
    times = Counter(name for name, _ in call.query)
    for name, value in call.query:
        parameter = known.get(name)
        if parameter is None:
            expected = ", ".join(known) or "none"
            text = f"query {name}: unknown parameter; {call.operation.name} has {expected}"
            yield Violation(text, unknown=True)
            continue
        schema = call.operation.document.resolve(parameter.get("schema"))
        array = schema.get("type") == "array"
        if array and parameter.get("explode") is False and times[name] > 1:
            yield Violation(f"query {name}: repeated; join its values with commas")
        elif not array and times[name] > 1:
            yield Violation(f"query {name}: given {times[name]} times; it takes one value")
        elif not re.fullmatch(TEXTS.get(schema.get("type", ""), ".*"), value, re.DOTALL):
            yield Violation(f"query {name}: {value!r} is not of type {schema['type']}")


def _fields(call: Call) -> Iterator[Violation]:
    """Check the names of a form: the validator looks only at those that it knows."""
    if call.form is None:
        return
    node = call.operation.bodies[call.media_type].get("schema")
    known: Object = call.operation.document.resolve(node).get("properties", {})
    for name, _ in (*call.form.fields, *call.form.files):
        if name not in known:
            text = f"form {name}: unknown field; {call.operation.name} has {', '.join(known)}"
            yield Violation(text, unknown=True)
    for name, value in call.form.fields:
        kind = call.operation.document.resolve(known.get(name)).get("type", "")
        if kind in TEXTS and not re.fullmatch(TEXTS[kind], value):
            yield Violation(f"form {name}: {value!r} is not of type {kind}")


def _violations(error: Exception) -> Iterator[Violation]:
    """Return what openapi-core found, one text per violation."""
    place = "body"
    if isinstance(error, ParameterValidationError):
        place = f"{error.location} {error.name}"
    elif not isinstance(error, RequestBodyValidationError):
        raise error
    cause = error.__cause__
    found: Any = getattr(cause, "schema_errors", ())
    if not found:
        yield Violation(f"{place}: {cause or 'required, but missing'}")
    for one in found:
        yield _schema_violation(place, one)


def _schema_violation(place: str, error: SchemaError) -> Violation:
    for step in error.absolute_path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    if error.validator == "additionalProperties" and is_object(error.instance):
        listed: Object = at(error.schema, "properties")
        unknown = ", ".join(name for name in error.instance if name not in listed)
        text = f"{place}: unknown field {unknown}; it has {', '.join(listed)}"
        return Violation(text, unknown=True)
    text = error.message
    return Violation(f"{place}: {text if len(text) <= LONGEST else text[:LONGEST] + '...'}")
