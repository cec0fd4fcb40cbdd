"""A call: a request that was matched to an operation and taken apart."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_options_header

from coze_sandbox import _forms
from coze_sandbox._document import JSON
from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_sandbox._document import Operation
    from coze_sandbox._forms import Form


@dataclass(frozen=True)
class Call:
    """What a caller asks of an operation."""

    operation: Operation
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    content: bytes
    media_type: str = ""
    body: Any = None
    form: Form | None = None

    @cached_property
    def streamed(self) -> bool:
        """Whether the caller wants events."""
        stream = self.operation.stream
        if stream is None:
            return False
        return not stream.switch or self.arguments.get(stream.switch) is True

    @property
    def name(self) -> str:
        """The name of the method that was called."""
        return self.operation.name_of(streamed=self.streamed)

    @cached_property
    def arguments(self) -> Object:
        """What stands in the query and in the body, by name; a comma-joined array is a list."""
        found: Object = {}
        known = self.operation.parameters_in("query")
        for name, value in self.query:
            schema = self.operation.document.resolve(known.get(name, {}).get("schema"))
            if schema.get("type") == "array":
                joined = known[name].get("explode") is False
                found.setdefault(name, []).extend(value.split(",") if joined else [value])
            else:
                found[name] = value
        if self.form is not None:
            found |= dict(self.form.fields)
        if is_object(self.body):
            found |= self.body
        return found


def read(call: Call) -> Call:
    """Take the body of a call apart.

    Raises:
        RefusalError: its content type is not one of the operation's, or it cannot be read.
    """
    operation = call.operation
    if not call.content:
        return call
    if not operation.bodies:
        raise RefusalError(f"{operation.name} takes no body")
    media_type, options = parse_options_header(call.headers.get("content-type"))
    if media_type not in operation.bodies:
        accepted = " or ".join(operation.bodies)
        raise RefusalError(
            f"content type {media_type or 'missing'}: {operation.name} takes {accepted}"
        )
    body: Any = None
    form: Form | None = None
    try:
        if media_type == JSON:
            body = json.loads(call.content)
        elif media_type in (_forms.FORM, _forms.MULTIPART):
            form = _forms.parse(call.content, media_type, options)
    except ValueError as error:
        raise RefusalError(f"the body is not {media_type}: {error}") from error
    return replace(call, media_type=media_type, body=body, form=form)
