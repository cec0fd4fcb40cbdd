from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.json_values import MAX_DEPTH, clone
from generator.reader import MAX_VALUES, read_yaml
from generator.spec import dump, join, json_path, line_of, load, resolve, split

WORDS = st.sampled_from(
    ["yes", "off", "null", "~", "1e3", "0x1f", "1_000", "12:30", "2024-01-01", "=", "<<", "-", "&a"]
)
TEXTS = st.text() | st.text(" \n\t#:-'\"é\u2028\x85", max_size=12) | WORDS
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(TEXTS.filter(bool), VALUES, max_size=4)


def file(folder: Path, text: str, name: str = "document.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("=", "="),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("017", 17),
        ("0o17", 15),
        ("0xff", 255),
        ("-3", -3),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("|-\n  1", "1"),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(tmp_path: Path, text: str, value: object) -> None:
    loaded = load(file(tmp_path, f"key: {text}\n"))["key"]
    assert (loaded, type(loaded)) == (value, type(value))


def test_keys_are_texts_whatever_they_look_like(tmp_path: Path) -> None:
    path = file(tmp_path, "200: ok\non: 1\n1.5: 2\n~: 3\n")
    assert load(path) == {"200": "ok", "on": 1, "1.5": 2, "~": 3}


def test_an_alias_is_a_copy(tmp_path: Path) -> None:
    loaded = load(file(tmp_path, "a: &a {b: [1]}\nc: *a\nd: &d text\ne: *d\n"))
    assert loaded == {"a": {"b": [1]}, "c": {"b": [1]}, "d": "text", "e": "text"}
    loaded["a"]["b"].append(2)
    assert loaded["c"] == {"b": [1]}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' appears twice"),
        ("a:\n  200: x\n  '200': y\n", 3, "the key '200' appears twice"),
        ("a: [1\nb: 2\n", 2, "the file is broken"),
        ("a: 1\n\tb: 2\n", 2, "the file is broken"),
        ("- 1\n", 1, "the document is not an object"),
        ("text", 1, "the document is not an object"),
        ("", 1, "the document is not an object"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key is not a string"),
        ("a: 1\n? {b: c}\n: 2\n", 2, "a key is not a string"),
        ("a: 1\n?\n: 2\n", 2, "a key is missing"),
        ("a: &a b\n*a : 2\n", 2, "a key is an alias"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", 3, "YAML 1.2 has no merge keys"),
        ("a: 1\nb: *c\n", 2, "*c stands for nothing complete"),
        ("a: 1\nb: &b [*b]\n", 2, "*b stands for nothing complete"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "does not fit here"),
        ("a: 1\nb: !mine {}\n", 2, "does not fit here"),
        ("a: 1\nb: !!int x\n", 2, "does not fit here"),
        (f"a: 1\nb: {'9' * 5000}\n", 2, "a number has too many digits"),
        (f"a: 1\nb: {'[' * 10_000}{']' * 10_000}\n", 2, "nested deeper"),
        (f"a: &a {'[' * 60}{']' * 60}\nb: {'[' * 60}*a{']' * 60}\n", 2, "nested deeper"),
        (bomb(9), 6, f"more than {MAX_VALUES} values"),
    ],
)
def test_a_bad_document_is_one_error_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = file(tmp_path, text)
    with pytest.raises(GeneratorError) as caught:
        load(path)
    assert (caught.value.file, caught.value.line) == (path, line)
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{\n "a": 1,\n "a": 2}', 3, "the key 'a' appears twice"),
        ('{\n "a": 1,\n}', 3, "the file is broken"),
        ('{"a": NaN}', None, "NaN is not a JSON value"),
        ("[1]", 1, "the document is not an object"),
        ('{"a":\n' + "[" * 500 + "]" * 500 + "}", 2, "nested deeper"),
        ('{"a":\n' + "[" * 100_000, 2, "the file is broken"),
        ('{"a": ' + "9" * 5000 + "}", 1, "the file is broken"),
    ],
)
def test_bad_json_is_one_error_with_its_line(
    tmp_path: Path, text: str, line: int | None, message: str
) -> None:
    path = file(tmp_path, text, "document.json")
    with pytest.raises(GeneratorError, match=r"document\.json") as caught:
        load(path)
    assert caught.value.line == line
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        GeneratorError, match=r"missing\.yaml: the file can't be read: No such file"
    ):
        load(tmp_path / "missing.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: \xe9\n")
    with pytest.raises(GeneratorError, match=r"latin\.yaml: the file is not UTF-8"):
        load(path)


def test_a_byte_order_mark_is_no_part_of_the_document(tmp_path: Path) -> None:
    assert load(file(tmp_path, "\ufeffa: 1\n")) == {"a": 1}
    assert load(file(tmp_path, '\ufeff{"a": 1}', "document.json")) == {"a": 1}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS)
def test_what_is_written_reads_back(tmp_path: Path, document: dict[str, Any]) -> None:
    def same(value: Any) -> str:
        return json.dumps(value, sort_keys=True)

    assert same(read_yaml(dump(document), tmp_path)) == same(document)
    path = file(tmp_path, json.dumps(document), "document.json")
    assert same(load(path)) == same(document)


@given(st.text() | st.text(" \n\t[]{}:-?&*!|>'\"%@`#,ab01", max_size=30))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    with suppress(GeneratorError):
        read_yaml(text, Path("any.yaml"))


def test_the_output_is_made_to_be_read() -> None:
    shared = {"x": 1}
    document = {
        "b": "long " * 100 + "line",
        "a": "first\n\n  second: #\n",
        "text": "你好",
        "date": "2024-01-01",
        "float": "1e3",
        "octal": "0o17",
        "switch": "on",
        "list": [shared, shared],
        "none": None,
        "empty": {},
    }
    assert dump(document) == (
        f"b: {'long ' * 100}line\n"
        "a: |\n  first\n\n    second: #\n"
        "text: 你好\n"
        "date: '2024-01-01'\n"
        "float: '1e3'\n"
        "octal: '0o17'\n"
        "switch: 'on'\n"
        "list:\n- x: 1\n- x: 1\n"
        "none: null\n"
        "empty: {}\n"
    )


@given(st.lists(st.text()))
def test_pointers_keep_all_keys_apart(parts: list[str]) -> None:
    assert split(join("", *parts)) == parts


@pytest.mark.parametrize(
    ("ref", "value"),
    [
        ("#/components/schemas/A", 1),
        ("#/paths/~1bots~1{id}/0", 2),
        ("#/paths/~1bots~1%7Bid%7D/0", 2),
        ("#/components/schemas/~0b", 3),
    ],
)
def test_references_lead_to_their_place(ref: str, value: int) -> None:
    document = {"components": {"schemas": {"A": 1, "~b": 3}}, "paths": {"/bots/{id}": [2]}}
    assert resolve(document, ref) == value


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("#/components/schemas/B", "leads nowhere"),
        ("#/list/9", "leads nowhere"),
        ("#/list/x", "leads nowhere"),
        ("#/text/x", "leads nowhere"),
        ("other.yaml#/A", "leads out of the document"),
        ("https://example.com/a", "leads out of the document"),
    ],
)
def test_a_dead_reference_names_itself_and_where_it_stands(ref: str, message: str) -> None:
    with pytest.raises(GeneratorError) as caught:
        resolve({"components": {}, "list": [1], "text": "x"}, ref, at="/paths/~1a")
    assert str(caught.value).startswith(f"/paths/~1a: the $ref {ref!r} {message}. ")


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/paths/~1a/get", 4),
        ("/paths/~1a/get/tags/1", 6),
        ("/paths/~1a/get/tags/7", 4),
        ("/paths/~1a/put", 3),
        ("/info", 2),
        ("", 2),
    ],
)
def test_lines_are_those_of_the_place_or_its_parent(
    tmp_path: Path, pointer: str, line: int | None
) -> None:
    path = file(tmp_path, "# comment\npaths:\n  /a:\n    get: {tags: [\n      one,\n      two]}\n")
    assert line_of(path, pointer) == line


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", "$"),
        ("/paths/~1v1~1bots/get", "$.paths['/v1/bots'].get"),
        ("/tags/0/name", "$.tags[0].name"),
        ("/tags/7/name", "$.tags[7].name"),
        ("/gone/it's \"\\", r"""$.gone['it\'s "\\']"""),
    ],
)
def test_a_pointer_has_a_json_path_whether_or_not_it_leads_somewhere(
    pointer: str, path: str
) -> None:
    assert json_path({"tags": [{"name": "Bots"}]}, pointer) == path


def test_a_line_of_a_file_that_is_gone_is_unknown(tmp_path: Path) -> None:
    assert line_of(tmp_path / "gone.yaml", "/a") is None
    assert line_of(file(tmp_path, "[", "broken.yaml"), "/a") is None


def test_a_copy_shares_nothing_and_has_a_limit() -> None:
    value = {"a": [{"b": 1}]}
    copy = clone(value)
    copy["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}
    deep: list[Any] = []
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    assert clone(deep) == deep
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(GeneratorError, match=f"nested deeper than {MAX_DEPTH} levels"):
        clone(deep)


def test_an_error_says_what_is_wrong_where_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    error = GeneratorError("it broke", file=path, line=3, pointer="/a", remedy="Mend it.")
    assert str(error) == f"{path}:3: /a: it broke. Mend it."
    assert str(GeneratorError("it broke.", file=path)) == f"{path}: it broke."
    assert str(GeneratorError("it broke", pointer="")) == "#: it broke."


def test_a_name_that_no_file_can_have_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="can't be read: embedded null byte"):
        load(tmp_path / "a\0b")
