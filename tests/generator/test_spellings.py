"""Wire names that Python has otherwise, and several names of one field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from coze_core._decode import TypeDecoder
from generator.errors import GeneratorError
from tests.lenient import slow

if TYPE_CHECKING:
    from tests.generator.conftest import Generate


def document(**properties: Any) -> str:
    schema = {"type": "object", **properties}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Bot"}}}
    operation = {
        "operationId": "bots.retrieve",
        "responses": {"200": {"description": "Success", "content": content}},
    }
    paths = {"/v1/bots": {"get": operation}}
    return f"paths: {json.dumps(paths)}\ncomponents: {json.dumps({'schemas': {'Bot': schema}})}"


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("wire", "name", "is_fast"),
    [
        ("inputSchema", "input_schema", True),
        ("to_dict", "to_dict_", True),
        ("to_json", "to_json_", True),
        ("from_dict", "from_dict_", True),
        ("extra", "extra_", True),
        ("from", "from_", False),
        ("str", "str_", False),
        ("bytes", "bytes_", True),
        ("None", "none", False),
        ("x-id", "x_id", False),
        ("__class__", "class_", False),
        ("größe", "größe", False),
    ],
)
def test_any_wire_name_is_read_and_written(
    generate: Generate, wire: str, name: str, *, is_fast: bool
) -> None:
    bot = generate(document(properties={wire: TEXT, "id": TEXT})).load("models").Bot
    decoder = TypeDecoder(bot)
    assert (decoder.fast is not None) == is_fast
    body = json.dumps({wire: "v", "id": "1"}).encode()
    found = decoder.decode(body)
    assert getattr(found, name) == "v"
    assert found == bot(**{name: "v", "id": "1"})
    assert found.to_dict() == {wire: "v", "id": "1"}
    assert getattr(decoder.decode(b"{}"), name) is None
    assert getattr(decoder.decode(body, keep_extra=True), name) == "v"


def test_no_property_hides_what_a_model_has_or_what_its_annotations_mention(
    generate: Generate,
) -> None:
    scalars = ("boolean", "integer", "number", "string")
    types: list[Any] = [*({"type": one} for one in scalars), {"type": "string", "format": "byte"}]
    types += [{"type": "array", "items": one} for one in types]
    types.append({"type": "object", "additionalProperties": True})
    models = generate(document(properties={"id": TEXT})).load("models")
    taken = {one for one in dir(models.Bot(id="")) if one[0] != "_"} - {"id"}
    assert {"to_dict", "to_json", "from_dict", "extra"} <= taken
    words = {"bool", "bytes", "dict", "float", "int", "list", "str"}
    names = dict.fromkeys(sorted(taken | words), TEXT)
    fields = {f"f{number}": one for number, one in enumerate(types)}
    bot = generate(document(properties=fields | names)).load("models").Bot
    values: list[Any] = [True, 1, 0.5, "x", "AAA=", [True], [1], [0.5], ["x"], ["AAA="], {"a": 1}]
    body = dict(zip(fields, values, strict=True)) | dict.fromkeys(names, "v")
    found = TypeDecoder(bot).decode(json.dumps(body).encode())
    assert found.to_dict() == body
    assert json.loads(found.to_json()) == body
    assert bot.from_dict(body) == found


def test_a_wire_name_may_be_the_name_of_another_field(generate: Generate) -> None:
    properties = {"Id": TEXT, "id": TEXT | {"x-client-name": "number"}}
    bot = generate(document(properties=properties, required=["id"])).load("models").Bot
    found = TypeDecoder(bot).decode(b'{"Id": "a", "id": "b"}')
    assert (found.id, found.number) == ("a", "b")
    assert found.to_dict() == {"Id": "a", "id": "b"}


SPELLED = TEXT | {"x-client-spelling-of": "name"}


def test_a_spelling_is_no_field_of_its_own(generate: Generate) -> None:
    properties = {"name": TEXT, "Name": SPELLED, "NAME": SPELLED}
    bot = generate(document(properties=properties)).load("models").Bot
    decoder = TypeDecoder(bot)
    for wire in properties:
        body = json.dumps({wire: "v"}).encode()
        for found in (decoder.decode(body), slow(decoder).decode(body)):
            assert found == bot(name="v")
            assert found.to_dict() == {"name": "v"}


@pytest.mark.parametrize(
    ("properties", "required", "problem"),
    [
        ({"Name": SPELLED}, [], "'name' is no other property of the schema"),
        ({"name": SPELLED}, [], "'name' is no other property of the schema"),
        (
            {"name": {"type": "integer"}, "Name": SPELLED},
            [],
            "the properties 'name' and 'Name' have different types",
        ),
        ({"name": TEXT, "x-name": SPELLED}, [], "'x-name' is no name that an attribute can have"),
        ({"name": TEXT, "from": SPELLED}, [], "'from' is no name that an attribute can have"),
        (
            {"name": TEXT, "aB": TEXT, "a_b": SPELLED},
            [],
            "'a_b' is the name of an attribute or of a type already",
        ),
        (
            {"name": TEXT, "str": SPELLED},
            [],
            "'str' is the name of an attribute or of a type already",
        ),
        ({"name": TEXT, "Name": SPELLED}, ["name"], "one of the spellings is required"),
        ({"name": TEXT, "Name": SPELLED}, ["Name"], "one of the spellings is required"),
    ],
)
def test_a_spelling_is_that_of_an_optional_field_of_its_type(
    generate: Generate, properties: dict[str, Any], required: list[str], problem: str
) -> None:
    with pytest.raises(GeneratorError, match=f"x-client-spelling-of: {problem}"):
        generate(document(properties=properties, required=required))
