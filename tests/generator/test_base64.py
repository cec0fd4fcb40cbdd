"""What is base64 on the wire (``format: byte``) is bytes in Python, wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_type_hints

import pytest

from coze_core._decode import TypeDecoder
from tests.lenient import lenient

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.generator.conftest import Package

DOCUMENT = """
paths:
  /v1/sounds:
    post:
      operationId: sounds.create
      parameters: [{name: digest, in: query, schema: {type: string, format: byte}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [sound]
              properties:
                sound: {type: string, format: byte}
                parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
      responses:
        '200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}
components:
  schemas:
    Part:
      type: object
      properties:
        content: {type: string, format: byte}
        layers: {type: array, items: {type: string, format: byte}}
"""


def test_arguments_fields_and_keys_are_bytes(generate: Callable[[str], Package]) -> None:
    package = generate(DOCUMENT)
    hints = get_type_hints(package.load("resources.sounds").Sounds.create)
    assert hints["sound"] is bytes
    assert hints["digest"] == bytes | None
    assert get_type_hints(package.load("models").Part)["content"] == bytes | None
    assert "content: NotRequired[bytes]" in package.source("params.py")
    assert "layers: NotRequired[Sequence[bytes]]" in package.source("params.py")


@pytest.mark.parametrize("wire", ["+/8=", "-_8=", "-_8", "+/ 8=\\n"])
def test_either_alphabet_is_read_and_the_standard_one_is_written(
    generate: Callable[[str], Package], wire: str
) -> None:
    part = TypeDecoder(generate(DOCUMENT).load("models").Part)
    made = part.decode(f'{{"content": "{wire}", "layers": ["{wire}"]}}'.encode())
    assert made.content == b"\xfb\xff"
    assert made.to_dict() == {"content": "+/8=", "layers": ["+/8="]}


@pytest.mark.parametrize("wire", ['"a"', '"a=b="', '"é"', "5", "[]"])
def test_what_is_no_base64_stays_as_it_came(generate: Callable[[str], Package], wire: str) -> None:
    part = generate(DOCUMENT).load("models").Part
    made, problems = lenient(part, f'{{"content": {wire}}}'.encode())
    assert problems == ["$.content"]
    assert repr(made.content) in {wire, wire.replace('"', "'")}
