"""What an answer gives, the next call takes: fields that feed arguments say whether they are there."""

from __future__ import annotations

import json
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coze_core._decode import TypeDecoder
from generator.plan import make_plan
from generator.plan.gate import unsaid_presence

if TYPE_CHECKING:
    from tests.generator.conftest import Generate

ROOT = Path(__file__).parents[2]
DOCUMENT = """
paths:
  /v1/bots/{bot_id}:
    get:
      operationId: bots.retrieve
      parameters: [{name: bot_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: Success
          content:
            application/json:
              schema:
                properties: {code: {type: integer}, msg: {type: string}, data: {$ref: '#/components/schemas/BotSummary'}}
components:
  schemas:
    BotSummary:
      type: object
      properties:
        id: {type: string PRESENT}
        name: {type: string}
        kind: {type: string, enum: [a, b], x-client-present: true}
"""


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ("", 1),
        (", x-client-present: true", 0),
        (", x-client-present: Only a bot that is saved has one.", 0),
    ],
)
def test_a_field_that_feeds_a_required_argument_says_whether_it_is_there(
    generate: Generate, said: str, notes: int
) -> None:
    package = generate(DOCUMENT.replace(" PRESENT", said))
    found = unsaid_presence(make_plan(package.document))
    assert len(found) == notes
    assert all("BotSummary: id feeds the argument bot_id" in note for note in found)


def test_a_present_field_has_no_none_in_its_type_and_is_none_where_it_is_absent(
    generate: Generate,
) -> None:
    package = generate(DOCUMENT.replace(" PRESENT", ", x-client-present: true"))
    bot = package.load("models").BotSummary
    assert bot.__annotations__ == {
        "id": "str",
        "name": "str | None",
        "kind": "Literal['a', 'b'] | str",
    }
    assert signature(bot).parameters["id"].default is None
    decoder = TypeDecoder(bot)
    assert decoder.fast is not None
    assert decoder.fast(b"{}").id is None
    assert decoder.decode(b'{"id": null, "kind": "c"}') == bot(kind="c")
    assert "required" not in package.document["components"]["schemas"]["BotSummary"]


def test_all_fields_of_the_api_that_feed_arguments_say_so() -> None:
    document = json.loads((ROOT / "generated" / "coze_api" / "openapi.json").read_bytes())
    assert unsaid_presence(make_plan(document)) == []
