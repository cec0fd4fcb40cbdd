from __future__ import annotations

import json
import math
import typing
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from coze_core._decode import AnswerDecoder, NotJSONError, TypeDecoder
from tests.core import sample_models
from tests.core.sample_models import (
    Block,
    HoldsRenamed,
    Message,
    MessageList,
    OpenEnum,
    Renamed,
    Tree,
    Usage,
)
from tests.lenient import lenient, slow

texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers(-(2**63), 2**64 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | finite | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


def optional(**fields: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.none() | values for name, values in fields.items()}


usages = st.fixed_dictionaries({"token_count": numbers}, optional=optional(cost=finite | numbers))
messages = st.fixed_dictionaries(
    {"id": texts, "role": st.just("user") | texts, "content": texts},
    optional=optional(
        created_at=numbers,
        usage=usages,
        meta_data=st.dictionaries(texts, texts, max_size=2),
        tags=st.lists(texts, max_size=2),
        extra=json_values,
        surprise=json_values,
    ),
)
message_lists = st.fixed_dictionaries(
    {"messages": st.lists(messages, max_size=3), "has_more": st.booleans()}
)

MESSAGE: dict[str, Any] = {"id": "1", "role": "user", "content": "hi"}


def answer(data: object) -> bytes:
    return json.dumps({"code": 0, "msg": "", "detail": {"logid": "L"}, "data": data}).encode()


@given(message_lists)
@settings(deadline=None)
def test_the_fast_and_the_slow_road_give_the_same(data: object) -> None:
    decoder = AnswerDecoder(MessageList)
    body = answer(data)
    built = slow(decoder).decode(body)
    assert asdict(decoder.decode(body)) == asdict(built)
    assert isinstance(built.value, MessageList)
    assert lenient(MessageList, json.dumps(data).encode()) == (built.value, [])


@given(message_lists, st.data())
@settings(deadline=None)
def test_whatever_stands_in_a_field_nothing_is_lost(data: Any, draw: st.DataObject) -> None:
    usage: dict[str, Any] = {"token_count": 1}
    message = {**MESSAGE, "usage": usage}
    data["messages"].append(message)
    places = [(message, name) for name in Message.__annotations__ if not name.startswith("_")]
    target, name = draw.draw(st.sampled_from([*places, (usage, "token_count")]))
    target[name] = draw.draw(json_values)
    built: Any = AnswerDecoder(MessageList).decode(answer(data)).value.messages[-1]
    kept: Any = getattr(built.usage if name == "token_count" else built, name)
    if isinstance(kept, Usage):
        assert kept.token_count == target[name].get("token_count")
    else:
        assert kept in (target[name], with_digits(target[name]))


def with_digits(value: Any) -> Any:
    """Return the value where texts are due: with the digits of its integers instead of them."""
    if isinstance(value, dict):
        return {
            key: with_digits(item) if type(item) is int else item for key, item in value.items()
        }
    if isinstance(value, list):
        return [with_digits(item) if type(item) is int else item for item in value]
    return str(value) if type(value) is int else value


@given(json_values)
@settings(deadline=None)
def test_no_json_is_an_error_for_any_type(value: object) -> None:
    body = json.dumps(value).encode()
    for hint in (MessageList, Tree, HoldsRenamed, Block, list[Message], dict[str, Usage], int):
        decoder = TypeDecoder(cast("type[object]", hint))
        assert decoder.decode(body) == slow(decoder).decode(body)


def test_an_answer_is_taken_apart() -> None:
    body = b'{"code":4000,"msg":"no","detail":{"logid":"L","more":1},"extra":[1],"data":null}'
    decoded = AnswerDecoder(Message).decode(body)
    assert (decoded.code, decoded.msg, decoded.logid, decoded.value) == (4000, "no", "L", None)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", None),
        (b'"code":null,', None),
        (b'"code":"0",', 0),
        (b'"code":0.0,', 0),
        (b'"code":4000.0,', 4000),
        (b'"code":0.5,', "0.5"),
        (b'"code":false,', 0),
        (b'"code":true,', 1),
        (b'"code":"720702204",', 720702204),
        (b'"code":"E12",', "E12"),
        (b'"code":0,"msg":null,"detail":null,', 0),
        (b'"code":0,"msg":5,"detail":"x",', 0),
        (b'"code":0,"detail":{"logid":null},', 0),
        (b'"code":0,"detail":[1],', 0),
    ],
)
def test_no_head_keeps_the_result_from_the_caller(head: bytes, code: object) -> None:
    body = b"{" + head + b'"data":{"token_count":3}}'
    decoded = AnswerDecoder(Usage).decode(body)
    assert decoded.code == code
    assert decoded.value == Usage(token_count=3)


@pytest.mark.parametrize(
    ("unwrap", "body"),
    [
        ("data", b'{"code":0,"data":{"token_count":3}}'),
        ("bill", b'{"code":0,"bill":{"token_count":3},"data":1}'),
        (None, b'{"code":0,"token_count":3}'),
        (None, b'{"token_count":3}'),
    ],
)
def test_the_result_is_found_in_its_place(unwrap: str | None, body: bytes) -> None:
    decoder = AnswerDecoder(Usage, unwrap)
    assert decoder.decode(body).value == Usage(token_count=3)
    assert asdict(slow(decoder).decode(body)) == asdict(decoder.decode(body))


@pytest.mark.parametrize("data", ["", '"data":null', '"data":{}', '"data":[1]', '"data":"x"'])
def test_an_operation_without_result_gives_none(data: str) -> None:
    decoded = AnswerDecoder(type(None)).decode(f'{{"code":0{data and "," + data}}}'.encode())
    assert (decoded.code, decoded.value) == (0, None)


@pytest.mark.parametrize("body", [b'{"code":0}', b'{"code":0,"data":null}'])
def test_a_missing_result_is_none(body: bytes) -> None:
    decoder = AnswerDecoder(Message)
    assert decoder.decode(body).value is None
    assert slow(decoder).decode(body).value is None


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"5"])
def test_a_body_that_is_no_object_is_the_value_as_it_came(body: bytes) -> None:
    assert AnswerDecoder(Message).decode(body).value == json.loads(body)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"id": None}, ["$.id"]),
        ({"created_at": "1716809829"}, ["$.created_at"]),
        ({"created_at": 1.5}, ["$.created_at"]),
        ({"created_at": True}, ["$.created_at"]),
        ({"meta_data": []}, ["$.meta_data"]),
        ({"meta_data": {"a": 1, "b": "x"}}, ["$.meta_data.a"]),
        ({"tags": {"a": "1"}}, ["$.tags"]),
        ({"tags": "a"}, ["$.tags"]),
        ({"tags": ["a", 1, None]}, ["$.tags[1]", "$.tags[2]"]),
        ({"usage": []}, ["$.usage"]),
        (
            {"usage": {"token_count": "1", "cost": "2"}},
            ["$.usage.token_count", "$.usage.cost"],
        ),
        ({"role": 7}, ["$.role"]),
    ],
)
def test_what_does_not_fit_is_kept_as_it_came(change: dict[str, Any], problems: list[str]) -> None:
    decoder = AnswerDecoder(Message)
    body = answer(MESSAGE | change)
    ((name, value),) = change.items()
    decoded = decoder.decode(body)
    kept = getattr(decoded.value, name)
    texts = {"meta_data", "tags", "role"}
    expected = with_digits(value) if name in texts else value
    assert (kept.to_dict() if isinstance(kept, Usage) else kept) == expected
    assert (decoded.value.id, decoded.value.content, decoded.code) == (
        change.get("id", "1"),
        "hi",
        0,
    )
    assert slow(decoder).decode(body) == decoded
    assert lenient(Message, json.dumps(MESSAGE | change).encode()) == (decoded.value, problems)


@pytest.mark.parametrize("number", [0, -1, 7353462346234623462, 2**64 + 1, 10**30 + 1])
@pytest.mark.parametrize("hint", [str, str | None, OpenEnum, list[str], dict[str, str]])
def test_a_number_where_a_text_is_due_is_its_exact_digits(hint: Any, number: int) -> None:
    wrap: dict[Any, Any] = {list: [number], dict: {"a": number}}
    given = wrap.get(typing.get_origin(hint), number)
    decoded, problems = lenient(hint, json.dumps(given).encode())
    assert decoded == with_digits(given)
    assert len(problems) == 1


def test_a_body_without_envelope_is_built_as_leniently() -> None:
    body = b'{"token_count":"3"}'
    expected = Usage(token_count="3")  # pyright: ignore[reportArgumentType]
    assert AnswerDecoder(Usage, None).decode(body).value == expected
    assert lenient(Usage, body) == (expected, ["$.token_count"])


def test_missing_fields_are_none_and_required_ones_are_told() -> None:
    data = {"id": "1", "unknown": 1}
    expected = Message(id="1", role=None, content=None)  # pyright: ignore[reportArgumentType]
    assert AnswerDecoder(Message).decode(answer(data)).value == expected
    assert lenient(Message, json.dumps(data).encode()) == (expected, ["$.role", "$.content"])


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'"\xe6\x98\xffx"', "\ufffd\ufffdx"),
        (b'"a\nb\x00"', "a\nb\0"),
        (b'"\\ud83d"', "\ud83d"),
        (b"NaN", math.nan),
        (b"-Infinity", -math.inf),
        (b"1e999", math.inf),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"9" * 5000, "9" * 5000),
    ],
)
def test_loose_json_is_read(content: bytes, value: object) -> None:
    body = b'{"code":0,"data":{"id":"1","role":"user","content":"hi","extra":' + content + b"}}"
    message = AnswerDecoder(Message).decode(body).value
    assert message.id == "1"
    assert message.extra == value or (value != value and message.extra != message.extra)  # noqa: PLR0124  # NaN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_read(encoding: str) -> None:
    body = answer(MESSAGE).decode().encode(encoding)
    assert AnswerDecoder(Message).decode(body).value == Message(**MESSAGE)


def test_the_last_of_equal_keys_counts() -> None:
    decoder = AnswerDecoder(Usage)
    body = b'{"data":{"token_count":1,"token_count":2},"code":0}'
    assert decoder.decode(body).value == slow(decoder).decode(body).value == Usage(token_count=2)


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<html></html>", b'{"code":0,"data":{"id', b"{} {}", b"\xff"]
)
def test_what_is_no_json_is_an_error(body: bytes) -> None:
    with pytest.raises(NotJSONError, match="not JSON"):
        AnswerDecoder(Message).decode(body)
    with pytest.raises(NotJSONError, match="not JSON"):
        AnswerDecoder(Message, None).decode(body)


def test_renamed_fields_are_read_by_their_wire_names_and_exact() -> None:
    body = b'{"data":{"tools":{"a":[{"inputSchema":"s","input_schema":"no","ttl":1}]}},"code":0}'
    decoder = AnswerDecoder(HoldsRenamed)
    expected = HoldsRenamed(tools={"a": [Renamed(input_schema="s", ttl=1)]})
    assert decoder.decode(body).value == expected
    assert slow(decoder).decode(body).value == expected
    _, problems = lenient(HoldsRenamed, b'{"tools":{"a":[{"input_schema":"no"}]}}')
    assert problems == ["$.tools.a[0].inputSchema"]


@sample_models.model
class HoldsDotted(sample_models.Model):
    tools: dict[str, list[sample_models.Renamed]]


def test_renamed_fields_of_classes_named_with_their_module_are_read_by_their_wire_names() -> None:
    body = b'{"data":{"tools":{"a":[{"inputSchema":"s"}]}},"code":0}'
    expected = HoldsDotted(tools={"a": [Renamed(input_schema="s")]})
    assert AnswerDecoder(HoldsDotted).decode(body).value == expected
