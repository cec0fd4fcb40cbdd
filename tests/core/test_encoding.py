"""A value is written the same way wherever it stands in a request."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict, UserDict, UserList, defaultdict, deque
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import inf, nan
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from coze_core import CozeError, Endpoint
from coze_core._encoding import header_map
from coze_core._request import Request, write_request

JSON = Endpoint("boxes.get", "POST", "/boxes/{value}", delimiters={"joined": ","})
FORM = Endpoint("boxes.upload", "POST", "/boxes/{value}", encoding="multipart")
STRICT = Endpoint(
    "boxes.put",
    "PUT",
    "/boxes",
    delimiters={"ids": ","},
    lists=frozenset({"ids"}),
    null_fields=frozenset({"parent_id"}),
)


def write(endpoint: Endpoint, **parts: Any) -> Request:
    return write_request(endpoint, "https://api.test", header_map({}), parts)


class Text(str, enum.Enum):  # noqa: UP042  # what users of older Pythons have
    A = "a"


class StrText(enum.StrEnum):
    A = "a"


class Number(int, enum.Enum):
    A = 5


class Flag(enum.IntEnum):
    A = 5


class Plain(enum.Enum):
    A = "a"
    B = 5


class Safe(str):  # like those of web frameworks, it gives itself as its text
    __slots__ = ()

    def __str__(self) -> str:
        return self


class Long(int):
    pass


class Real(float):
    pass


class Moment(datetime):
    """Like those of libraries for dates and of tests that stop the clock."""


class OtherUUID(UUID):
    """Like that of a database driver."""


class Scalar:
    """Like a scalar or an array of numpy."""

    dtype = "int64"

    def __init__(self, value: object) -> None:
        self.value = value

    def tolist(self) -> object:
        return self.value


SCALARS: dict[str, tuple[Any, Any]] = {
    "text": ("a", "a"),
    "number": (7, 7),
    "large number": (2**63 + 1, 2**63 + 1),
    "fraction": (0.5, 0.5),
    "true": (True, True),
    "enumeration of texts": (Text.A, "a"),
    "StrEnum": (StrText.A, "a"),
    "enumeration of numbers": (Number.A, 5),
    "IntEnum": (Flag.A, 5),
    "enumeration": (Plain.A, "a"),
    "enumeration with numbers": (Plain.B, 5),
    "text of a subclass": (Safe("a"), "a"),
    "markup": (Markup("<b>"), "<b>"),
    "number of a subclass": (Long(7), 7),
    "fraction of a subclass": (Real(0.5), 0.5),
    "scalar with a dtype": (Scalar(7), 7),
    "UUID": (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "UUID of a subclass": (OtherUUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "Decimal": (Decimal("1.50"), "1.50"),
    "date": (date(2026, 1, 2), "2026-01-02"),
    "time": (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00Z"),
    "time of a subclass": (Moment(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00Z"),
    "duration": (timedelta(days=1), "P1D"),
}
MAPPINGS: dict[str, Any] = {
    "dict": {"k": 1},
    "proxy": MappingProxyType({"k": 1}),
    "UserDict": UserDict(k=1),
    "OrderedDict": OrderedDict(k=1),
    "defaultdict": defaultdict(int, k=1),
    "keys of a subclass": {Safe("k"): Long(1)},
}
LISTS: dict[str, Any] = {
    "list": ["1", "2"],
    "tuple": ("1", "2"),
    "deque": deque(["1", "2"]),
    "UserList": UserList(["1", "2"]),
    "keys": {"1": None, "2": None}.keys(),
    "array with a dtype": Scalar(["1", "2"]),
    "texts of a subclass": [Safe("1"), Safe("2")],
}


@pytest.mark.parametrize(("value", "plain"), SCALARS.values(), ids=SCALARS)
def test_a_scalar_is_the_same_in_every_place(value: Any, plain: Any) -> None:
    text = plain if isinstance(plain, str) else json.dumps(plain)
    request = write(
        JSON,
        path={"value": value},
        query={"one": value, "many": [value], "joined": (value, value)},
        headers={"X-Value": value},
        body={"value": value, "inner": {"values": [value]}},
    )
    assert unquote(request.url.rpartition("/")[2]) == text
    assert request.query == [("one", text), ("many", text), ("joined", f"{text},{text}")]
    assert request.headers["x-value"] == ("X-Value", text)
    assert json.loads(request.content or b"") == {"value": plain, "inner": {"values": [plain]}}
    form = write(FORM, path={"value": value}, body={"one": value, "many": [value]}).form
    assert [part.content for part in form] == [text.encode()] * 2


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.integers() | st.booleans()
)
def test_any_plain_value_is_its_json_without_quotes(value: str | int) -> None:
    request = write(JSON, path={"value": "1"}, query={"q": value}, body={"value": value})
    assert json.loads(request.content or b"") == {"value": value}
    text = value if isinstance(value, str) else json.dumps(value)
    assert request.query == [("q", text)]


@pytest.mark.parametrize("value", MAPPINGS.values(), ids=MAPPINGS)
def test_any_mapping_is_an_object(value: Any) -> None:
    request = write(JSON, path={"value": "1"}, query={"q": value}, body={"value": value})
    assert request.query == [("q", '{"k":1}')]
    assert json.loads(request.content or b"") == {"value": {"k": 1}}


@pytest.mark.parametrize("value", LISTS.values(), ids=LISTS)
def test_any_sequence_is_a_list(value: Any) -> None:
    path = {"value": "1"}
    request = write(JSON, path=path, query={"q": value, "joined": value}, body={"value": value})
    assert request.query == [("q", "1"), ("q", "2"), ("joined", "1,2")]
    assert json.loads(request.content or b"") == {"value": ["1", "2"]}
    assert [part.content for part in write(FORM, path=path, body={"q": value}).form] == [b"1", b"2"]


@pytest.mark.parametrize(
    "value",
    [nan, inf, -inf, Real(nan), Scalar(nan), Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN")],
    ids=["nan", "inf", "-inf", "Real", "Scalar", "Decimal", "-Decimal", "signalling"],
)
@pytest.mark.parametrize(
    "place",
    [
        lambda value: {"path": {"value": value}},
        lambda value: {"path": {"value": "1"}, "query": {"q": value}},
        lambda value: {"path": {"value": "1"}, "headers": {"X-Value": value}},
        lambda value: {"path": {"value": "1"}, "body": {"deep": [{"in": (value,)}]}},
        lambda value: {"path": {"value": "1"}, "body": {"list": [value]}},
    ],
    ids=["path", "query", "header", "body", "list"],
)
def test_what_is_no_number_is_refused(value: Any, place: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.get: .* JSON has no number for"):
        write(JSON, **place(value))


def test_null_and_words_that_look_like_no_number_go_as_they_are() -> None:
    inner = {"none": None, "word": "NaN", "other": "Infinity"}
    assert json.loads(write(STRICT, body={"inner": inner}).content or b"") == {"inner": inner}


@pytest.mark.parametrize(
    "value", ["123", Safe("123"), b"123", {"1": 2}], ids=["str", "subclass", "bytes", "dict"]
)
@pytest.mark.parametrize("place", ["query", "body"])
def test_a_single_value_where_a_list_is_due_is_refused(value: Any, place: str) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.put: ids must be a list, got .*"):
        write(STRICT, **{place: {"ids": value}})


def test_null_is_sent_where_a_field_is_required_and_may_be_null() -> None:
    content = write(STRICT, body={"parent_id": None, "name": None}).content
    assert content == b'{"parent_id":null}'


@pytest.mark.parametrize(
    "value",
    [object(), (x for x in "ab"), {("a",): 1}, 1j],
    ids=["object", "generator", "key", "complex"],
)
def test_what_json_has_no_form_for_is_one_error(value: Any) -> None:
    for parts in ({"query": {"q": value}}, {"body": {"value": value}}):
        with pytest.raises(CozeError, match="cannot be written as JSON"):
            write(STRICT, **parts)
