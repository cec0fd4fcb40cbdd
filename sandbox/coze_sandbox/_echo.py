"""What a caller gave, given back where the result has a field for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from coze_sandbox._json import ABSENT, Object, is_array, is_object
from coze_sandbox._synthesis import fits, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_sandbox._call import Call
    from coze_sandbox._synthesis import Synthesiser

FILE_NAMES = ("file_name", "filename", "name")
FILE_SIZES = ("bytes", "size", "file_size")


def given_by(call: Call) -> Object:
    """Collect what a caller gave, by name: the path goes before the query and the body."""
    given: Object = {**call.arguments, **call.path}
    if call.form is not None:
        for _, upload in call.form.files[:1]:
            for name in FILE_NAMES:
                given.setdefault(name, upload.name)
            for name in FILE_SIZES:
                given.setdefault(name, len(upload.content))
    return given


def echo(synthesiser: Synthesiser, node: Object, value: Any, given: Object) -> None:
    """Put what was given into the fields of the same name and type.

    Args:
        synthesiser: reads the schemas.
        node: the schema of the value.
        value: an object, or a list of objects; anything else stays as it is.
        given: what was given, by name.
    """
    schema = synthesiser.merge_all_of(node)
    if is_array(value):
        for one in value:
            echo(synthesiser, schema.get("items", {}), one, given)
    if not is_object(value):
        return
    properties: Object = schema.get("properties", {})
    for name in given.keys() & value.keys() & properties.keys():
        fitted = _fitted(synthesiser, properties[name], given[name])
        if fitted is not ABSENT:
            value[name] = fitted


def identify(synthesiser: Synthesiser, node: Object, value: Any, call: Call) -> None:
    """Put the id that a call asks for into the `id` of an object.

    `/v1/plugins/{plugin_id}` and `/v1/files/retrieve?file_id=1` ask for the object of that id,
    unless the object has a field `plugin_id` or `file_id` of its own. What stands further up in a
    path, as in `/v1/groups/{group_id}/members`, is the id of something else.
    """
    properties: Object = synthesiser.merge_all_of(node).get("properties", {})
    if not is_object(value) or "id" not in properties or "id" in call.arguments:
        return
    segments = call.operation.path.split("/")
    asked: list[tuple[str, Mapping[str, Any]]] = [(segments[-1].strip("{}"), call.path)]
    asked += [(f"{one.removesuffix('s')}_id", call.arguments) for one in reversed(segments)]
    for name, given in asked:
        if name in given and name not in properties:
            fitted = _fitted(synthesiser, properties["id"], given[name])
            if fitted is not ABSENT:
                value["id"] = fitted
            return


def _fitted(synthesiser: Synthesiser, node: Object, value: Any) -> Any:
    """Return a value as a field of a schema takes it, `ABSENT` where it does not fit."""
    schema = synthesiser.merge_all_of(node)
    kind = kind_of(schema)
    if kind == "object" and "properties" in schema:
        return ABSENT
    if kind == "array":
        values = value if is_array(value) else [value]
        fitted = [_fitted(synthesiser, schema.get("items", {}), one) for one in values]
        return ABSENT if ABSENT in fitted else fitted
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        value = int(value)
    elif kind == "boolean" and value in ("true", "false"):
        value = value == "true"
    return value if fits(schema, value) else ABSENT
