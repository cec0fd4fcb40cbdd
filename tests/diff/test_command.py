"""The command: inputs, formats, exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from generator.diff.rules import rules
from generator.spec import dump
from tests.diff.diff_command import LESS, THING, changes, fingerprint, raw, removed, run
from tests.diff.diff_samples import Json, document, operation, parameter, response

SCHEMA = Path(__file__).parents[2] / "docs" / "diff.schema.json"
pytestmark = pytest.mark.usefixtures("in_folder")


def test_json_has_the_verdict_and_each_change() -> None:
    old, new = operation(summary="one"), operation(operationId="list_all")
    result = raw(old, new, "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "wire": "compatible",
        "client": "breaking",
        "semver": "major",
        "accepted": 0,
        "texts": 1,
        "changes": [
            {
                "id": "operation-id-changed",
                "wire": "compatible",
                "client": "breaking",
                "operation": "POST /items",
                "path": "",
                "python": ["list_items -> list_all"],
                "message": "the operation list_items is called list_all",
                "why": rules()["operation-id-changed"].why,
                "old": "list_items",
                "new": "list_all",
                "signature": {"old": "list_items() -> None", "new": "list_all() -> None"},
                "source": {"cause": "document", "file": "new.yaml", "line": 8},
                "fingerprint": changes(result)[0]["fingerprint"],
                "suggestion": "- target: $.paths['/items'].post\n"
                '  update: {"operationId": "list_items"}',
            }
        ],
    }


def test_nothing_is_no_verdict() -> None:
    result = raw(operation(), operation(summary="The items."), "--format", "json")
    assert json.loads(result.stdout) == {
        "wire": "none",
        "client": "none",
        "semver": "none",
        "accepted": 0,
        "texts": 1,
        "changes": [],
    }


@pytest.mark.parametrize(
    ("old", "new", "semver"),
    [
        (response(THING), response(LESS), "major"),
        (operation(), parameter({"type": "string"}, required=True), "major"),
        (response(LESS), response(THING), "minor"),
        (operation(), parameter({"type": "string"}), "minor"),
        (parameter({"type": "string"}), parameter({"type": "string", "maxLength": 3}), "major"),
        (parameter({"type": "string", "maxLength": 3}), parameter({"type": "string"}), "patch"),
        (
            parameter({"type": "string", "pattern": "a"}),
            parameter({"type": "string", "pattern": "b"}),
            "minor",
        ),
        (operation(), operation(deprecated=True), "patch"),
    ],
)
def test_the_version_that_changes_ask_for(old: Json, new: Json, semver: str) -> None:
    assert json.loads(raw(old, new, "--format", "json").stdout)["semver"] == semver


@pytest.mark.parametrize(
    ("old", "new", "failing"),
    [
        (operation(), operation(), set[str]()),
        (operation(), operation(deprecated=True), {"any"}),
        (operation(), operation(operationId="other"), {"any", "client-breaking"}),
        (
            parameter({"type": "string"}),
            parameter({"type": "string", "maxLength": 1}),
            {"any", "wire-breaking"},
        ),
    ],
)
def test_fail_on_exits_with_one(old: Json, new: Json, failing: set[str]) -> None:
    assert raw(old, new).exit_code == 0
    limits = ("wire-breaking", "client-breaking", "any")
    assert {one for one in limits if raw(old, new, "--fail-on", one).exit_code == 1} == failing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.0.3\npaths: [", "old.yaml:3: the file is broken"),
        ("openapi: 3.0.3\nopenapi: 3.0.3\n", "old.yaml:2: the key 'openapi' appears twice"),
        ("swagger: '2.0'\npaths: {}\n", "the document says openapi: None"),
        ("- a\n", "the document is not an object"),
        ("openapi: 3.0.3\npaths: []\n", "old.yaml:2: /paths: [] stands where an object belongs"),
        (
            "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      parameters: [{in: query}]\n",
            "a parameter has no name or no place",
        ),
        (
            (
                "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      requestBody:\n"
                "        $ref: '#/components/requestBodies/None'\n"
            ),
            "the $ref '#/components/requestBodies/None' leads nowhere",
        ),
        (
            (
                "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      requestBody: {$ref: '#/x/a'}\n"
                "x: {a: {$ref: '#/x/a'}}\n"
            ),
            "the $ref leads in a circle",
        ),
        (
            (
                "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      parameters:\n"
                "      - {name: a, in: query, schema: {enum: 3}}\n"
            ),
            "old.yaml:6: /paths/~1a/get/parameters/0/schema/enum: 3 stands where a list belongs",
        ),
        (
            (
                "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      requestBody:\n"
                "        {$ref: 'https://a.example/x.yaml#/a'}\n"
            ),
            "leads out of the document",
        ),
    ],
)
def test_what_can_not_be_compared_is_one_error_and_exit_code_two(text: str, message: str) -> None:
    Path("old.yaml").write_text(text)
    Path("new.yaml").write_text(dump(document()))
    for arguments in (("old.yaml", "new.yaml"), ("new.yaml", "old.yaml")):
        result = run("--raw", *arguments)
        assert result.exit_code == 2
        assert message in result.stderr.replace("\n", " ")
        assert result.stderr.startswith("error: ")
        assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [("nowhere",), ("--raw", "nowhere.yaml", "x.yaml"), ("--raw", "-", "x"), (".",), ("..",)],
)
def test_what_is_not_there_is_one_error_and_exit_code_two(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")


def test_json_and_other_files_are_read(tmp_path: Path) -> None:
    Path("schemas.yaml").write_text(dump({"Thing": THING, "Less": LESS}))
    Path("old.json").write_text(json.dumps(response({"$ref": "schemas.yaml#/Thing"})))
    Path("new.json").write_text(json.dumps(response({"$ref": "schemas.yaml#/Less"})))
    found = changes(run("--raw", str(tmp_path / "old.json"), "new.json", "--format", "json"))
    assert next(change["id"] for change in found) == "response-property-removed"


def test_markdown_is_a_comment() -> None:
    old = operation(operationId="a|b")
    new = operation(operationId="<script>")
    text = raw(old, new, "--format", "markdown").stdout
    assert text.startswith("## Changes from old.yaml to new.yaml\n")
    assert "| **compatible** | **breaking** | **major** |" in text
    assert "a\\|b" in text
    assert "<script>" not in text.partition("```")[0]
    assert "Nothing changed." in raw(old, old, "--format", "markdown").stdout


def test_github_gets_annotations_on_the_lines() -> None:
    old, new = response(THING), response(LESS)
    lines = raw(old, new, "--format", "github").stdout.splitlines()
    assert lines[0].startswith(
        "::error title=response-property-removed (wire risky%2C client breaking),"
    )
    assert re.search(
        r",file=new\.yaml,line=\d+::200\.b is gone \[ListItemsResponse\.b, POST /items\] ", lines[0]
    )
    assert raw(old, old, "--format", "github").stdout == ""


def test_annotations_can_not_be_forged() -> None:
    new = operation(operationId="x\n::error::forged%")
    text = raw(operation(), new, "--format", "github").stdout
    assert len(text.splitlines()) == 1
    assert "%0A::error::forged%25" in text


def test_a_schema_change_is_told_once_per_operation_and_grouped_by_cause() -> None:
    def api(schema: Json) -> Json:
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
        answer = {"200": {"description": "ok", "content": content}}
        paths = {
            f"/p{at}": {"get": {"operationId": f"get_{at}", "responses": answer}}
            for at in range(30)
        }
        return document(paths) | {"components": {"schemas": {"Thing": schema}}}

    found = changes(raw(api(THING), api(LESS), "--format", "json"))
    assert len(found) == 30
    assert len({change["operation"] for change in found}) == 30
    terminal = raw(api(THING), api(LESS)).stdout.splitlines()
    assert len(terminal) == 4
    assert "and 27 more" in terminal[3]


def test_the_terminal_shows_one_screen() -> None:
    names = [f"field_{at}" for at in range(100)]
    many: Json = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    result = raw(
        response(many), response({"type": "object", "properties": {"a": {"type": "object"}}})
    )
    assert len(result.stdout.splitlines()) <= 40
    assert "more causes" in result.stdout


def test_where_nobody_looks_at_a_screen_nothing_is_cut_off() -> None:
    name = "a" * 300
    assert name in raw(response(LESS), response({**LESS, "required": [name]})).stdout


def many(count: int) -> Json:
    return {
        "type": "object",
        "properties": {f"field_{at}": {"type": "string"} for at in range(count)},
    }


def test_long_reports_are_folded() -> None:
    old, new = response(many(101)), response(many(1))
    for format_ in ("markdown", "html"):
        text = raw(old, new, "--format", format_).stdout
        shown, _, folded = text.partition("<details><summary>70 more</summary>")
        assert shown.count("is gone") == 30
        assert folded.count("is gone") == 70


@pytest.mark.parametrize("format_", ["terminal", "json", "markdown", "html", "github"])
def test_every_format_has_the_python_name_the_reason_and_the_fingerprint(format_: str) -> None:
    text = raw(*removed(), "--format", format_).stdout
    assert "ListItemsResponse.b" in text
    assert "miss what they do" in text
    assert fingerprint() in text


def test_a_terminal_of_80_columns_shows_whole_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "50")
    name = "a" * 150
    text = raw(response(LESS), response({**LESS, "required": [name]})).stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "…" not in plain
    assert name in re.sub(r"\s", "", plain)
    assert max(map(len, plain.splitlines()[1:])) <= 80


def test_the_page_needs_nothing_else_and_can_not_be_forged() -> None:
    page = raw(operation(), operation(operationId="<script>"), "--format", "html").stdout
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert "Nothing changed." in raw(operation(), operation(), "--format", "html").stdout


def test_json_keeps_to_its_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for old, new in (
        removed(),
        (operation(), operation()),
        (operation(), operation(operationId="x")),
    ):
        found = json.loads(raw(old, new, "--format", "json").stdout)
        jsonschema.Draft202012Validator(schema).validate(found)
        assert schema["properties"].keys() == found.keys()
        for change in found["changes"]:
            assert schema["$defs"]["change"]["properties"].keys() == change.keys()


def test_the_worst_stands_first() -> None:
    old = parameter({"type": "string"}) | {"servers": [{"url": "https://a.example"}]}
    new = operation(operationId="other") | {"servers": [{"url": "https://b.example"}]}
    found = changes(raw(old, new, "--format", "json"))
    ranks = [
        max(
            ("none", "compatible", "risky", "breaking").index(one["wire"]),
            ("none", "safe", "typing", "breaking").index(one["client"]),
        )
        for one in found
    ]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize("format_", ["terminal", "json", "markdown"])
def test_all_rules_are_printed(format_: str) -> None:
    result = run("--rules", "--format", format_)
    assert result.exit_code == 0
    if format_ == "json":
        listed = json.loads(result.stdout)
        assert [one["id"] for one in listed] == list(rules())
        assert all(one["explanation"] for one in listed)
    else:
        words = set(re.split(r"[\s`]+", result.stdout))
        assert rules().keys() <= words


def test_fail_on_may_be_repeated() -> None:
    both = ("--fail-on", "wire-breaking", "--fail-on", "client-breaking")
    assert raw(operation(), operation(operationId="other"), *both).exit_code == 1
    assert raw(operation(), operation(deprecated=True), *both).exit_code == 0


# Accepted changes.
