"""A name of the document becomes a Python name that does the same, or one clear error."""

from __future__ import annotations

import json
import keyword
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given

from generator.errors import GeneratorError, GroupedError
from tests.fuzz.effort import fuzzed, sampled
from tests.hostile import hostile_documents as documents
from tests.hostile.hostile_package import check_all, packaged
from tests.hostile.hostile_texts import (
    AWKWARD,
    CLASSES,
    FEW,
    HIDING,
    PAYLOADS,
    PYTHON,
    hostile_texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.hostile_documents import Node


def name_of(value: object) -> str | None:
    return ascii(value)[1:40] if isinstance(value, str) else None


def check_refusal(error: GeneratorError) -> None:
    """Check that each error says what is wrong, where, and what to do, in one paragraph."""
    for one in error.errors if isinstance(error, GroupedError) else (error,):
        text = str(one)
        assert text.isprintable()
        assert one.remedy
        assert one.pointer or one.file or "/v1/" in text
        assert " object at 0x" not in text
        assert "please report" not in text


def works(document: Node) -> bool:
    """Return whether the package does what the document says; else it was refused clearly."""
    try:
        with packaged(document) as package:
            check_all(package)
    except GeneratorError as error:
        check_refusal(error)
        return False
    return True


def has_letter(name: str) -> bool:
    return any(char.isalnum() for char in name)


@pytest.mark.parametrize("name", sampled([*PAYLOADS[:6], *AWKWARD], 3), ids=name_of)
def test_a_field_keeps_its_name_on_the_wire_or_is_refused(name: str) -> None:
    if not works(documents.with_fields(name)):
        assert name not in PAYLOADS
        assert not has_letter(name) or not name.isascii() or "__" in name


def test_all_that_python_has_a_meaning_for_can_be_a_field() -> None:
    assert works(documents.with_fields("class", *filter(has_letter, PYTHON)))


@given(hostile_texts)
@example("A·")
@example("ﬀ")
@example("__debug__")
@fuzzed(10)
def test_any_field_keeps_its_name_on_the_wire_or_is_refused(name: str) -> None:
    works(documents.with_fields(name))


def test_keywords_and_builtins_get_an_underscore_where_python_wants_one() -> None:
    with packaged(documents.with_fields("class")) as package:
        assert package.wires("things.create", "body")["class_"] == "class"
    with packaged(documents.with_fields("self")) as package:
        assert package.wires("things.create", "body")["self_"] == "self"
        assert package.load("models").Thing(self_="x").to_dict() == {"self": "x"}
    with packaged(documents.with_fields("list")) as package:
        page = package.load("models").ThingList(list_=["x"], list_all="7")
        assert page.to_dict() == {"list": ["x"], "list_all": "7"}
        operation, _ = package.ask("things.list")
        assert operation.items(page) == ["x"]
        assert operation.paging.total_of(page) == 7
        assert package.ask("things.mget", list=["1"])[0].join == "list_"


@pytest.mark.parametrize("label", sampled([*FEW, "none", "mro", "Final"], 3), ids=name_of)
def test_a_label_names_its_value(label: str) -> None:
    try:
        with packaged(documents.with_label(label)) as package:
            check_all(package)
            number = package.load("models").Number
            members = package.surface["models"]["Number"]["members"]
            assert [getattr(number, name) for name in members] == [0, 1]
            assert not any(keyword.iskeyword(name) for name in members)
    except GeneratorError as error:
        check_refusal(error)
        assert not has_letter(label)


@pytest.mark.parametrize("name", sampled(FEW, 3), ids=name_of)
def test_a_path_parameter_stands_in_the_path_or_is_refused(name: str) -> None:
    plain = name.isascii() and name.isidentifier()
    assert works(documents.with_path(name)) == plain


@pytest.mark.parametrize(
    "text", sampled([*FEW, "?x=1", "#x", "{", "}", "a b", "x\\y"], 3), ids=name_of
)
def test_a_path_is_what_the_document_says_or_is_refused(text: str) -> None:
    if works(documents.with_url(text)):
        assert text.isprintable()
        assert not set(text) & set(" ?#\\{}")


@pytest.mark.parametrize("name", sampled([*FEW, "X-Style", "x:y", "x y"], 3), ids=name_of)
def test_a_header_has_a_name_that_http_allows_or_is_refused(name: str) -> None:
    if works(documents.with_header(name)):
        assert name.isascii()
        assert name.isprintable()
        assert not set(name) & set(' "(),/:;<=>?@[\\]{}')


@pytest.mark.parametrize("value", sampled([*FEW, "a\r\nEvil: 1", " str "], 3), ids=name_of)
def test_a_constant_header_says_what_the_document_says_or_is_refused(value: str) -> None:
    try:
        with packaged(documents.with_header("X-Style", value)) as package:
            check_all(package)
            operation, parts = package.ask("things.retrieve")
    except GeneratorError as error:
        check_refusal(error)
        assert not value or not value.isascii() or not value.isprintable()
    else:
        assert operation.header_map == {"x-style": ("X-Style", value.strip())}
        assert parts == {}


@pytest.mark.parametrize("make", [documents.with_class, documents.with_class_key])
@pytest.mark.parametrize(
    "name", sampled([*FEW, *CLASSES, "Thing", "HTTPThing", "T", "True"], 3), ids=name_of
)
def test_a_class_has_a_name_that_means_nothing_else(make: Callable[[str], Node], name: str) -> None:
    if works(make(name)):
        assert name.isascii()
        assert name.isidentifier()
        assert name[0].isupper()
        assert not keyword.iskeyword(name)
        assert name not in {"Any", "Final", "Literal", "Model", "TypeAlias", "TypedDict"}


@pytest.mark.parametrize("name", sampled([*FEW, *CLASSES, "ThingEvent"], 3), ids=name_of)
def test_a_union_of_events_has_a_name_that_means_nothing_else(name: str) -> None:
    if works(documents.with_stream(name)):
        assert name.isidentifier()
        assert name not in {"Any", "Event", "Literal", "TypeAlias", "UnknownEvent", "None"}


def in_class(name: str) -> Node:
    return documents.with_operation(name)


def in_resource(name: str) -> Node:
    return documents.with_operation("get", name)


def in_lower_resource(name: str) -> Node:
    return documents.with_operation("zoo", f"things.{name}")


@pytest.mark.parametrize("make", [in_class, in_resource, in_lower_resource])
@pytest.mark.parametrize("name", sampled([*FEW, *HIDING, "page", "x"], 3), ids=name_of)
def test_a_method_and_a_resource_have_usable_names(make: Callable[[str], Node], name: str) -> None:
    if works(make(name)):
        assert name.isidentifier()
        assert name == name.lower()
        assert not keyword.iskeyword(name)


@pytest.mark.parametrize("name", sampled(FEW, 3), ids=name_of)
def test_a_switch_is_set_under_its_own_name(name: str) -> None:
    try:
        with packaged(documents.with_switch(name)) as package:
            check_all(package)
            assert package.ask("things.watch", text="t")[1]["body"] == {name: False, "text": "t"}
            assert package.ask("things.follow", text="t")[1]["body"] == {name: True, "text": "t"}
    except GeneratorError as error:
        check_refusal(error)
        assert not has_letter(name)


@pytest.mark.parametrize("name", sampled([*FEW, "value"], 3), ids=name_of)
def test_the_result_is_taken_from_the_field_of_the_envelope(name: str) -> None:
    try:
        with packaged(documents.with_envelope(name)) as package:
            check_all(package)
            operation, _ = package.ask("things.retrieve")
            for value in ({"text": "x"}, {"text": ["x"]}):
                answer = operation.decoder.decode(json.dumps({"code": 0, name: value}).encode())
                assert answer.value.to_dict() == value
    except GeneratorError as error:
        check_refusal(error)
        assert not name
