"""Broken documents and overlays: a package that says what they say, or one GeneratorError."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, reject
from hypothesis import strategies as st

from generator.build import Project, build
from generator.errors import GeneratorError
from generator.normalise import normalise
from generator.normalise.walk import operations
from generator.plan import make_plan
from generator.spec import dump, load
from generator.validate import validate
from generator.vocabulary import check_vocabulary
from tests.fuzz.documents import DOCUMENT, OVERLAY, broken
from tests.fuzz.effort import fuzzed
from tests.fuzz.emitted import Texts, fields_of_models, names_sent, properties, texts_of_calls

if TYPE_CHECKING:
    from generator.build import Built


def run(document: dict[str, Any], overlay: dict[str, Any] | None) -> Built:
    """Build a project of files in a folder, and see that nothing is written to it."""
    with TemporaryDirectory() as name:
        root = Path(name)
        (root / "openapi").mkdir()
        (root / "overlays").mkdir()
        (root / "openapi" / "coze.yaml").write_text(dump(document), encoding="utf-8")
        if overlay is not None:
            (root / "overlays" / "00.yaml").write_text(dump(overlay), encoding="utf-8")
        before = sorted(root.rglob("*"))
        try:
            return build(Project(root), lambda _: None)
        finally:
            assert sorted(root.rglob("*")) == before


def check(built: Built) -> None:
    """Check that the code compiles, and calls, sends and reads what the document describes."""
    files = built.files
    assert all(
        not name.startswith("/") and ".." not in Path(name).parts and "\0" not in name
        for name in files
    )
    code = {name: text.decode() for name, text in files.items() if name.endswith(".py")}
    for name, text in code.items():
        compile(text, name, "exec")
    calls: Texts = {}
    fields: dict[str, set[str]] = {}
    for name, text in code.items():
        if "/resources/" in name:
            for call, texts in texts_of_calls(text).items():
                calls.setdefault(call, set()).update(texts)
        if "/models/" in name:
            fields |= fields_of_models(text)
    described = {
        (method.upper(), path): names_sent(built.document, operation)
        for path, method, operation in operations(built.document)
    }
    assert calls.keys() == described.keys()
    assert [call for call, names in described.items() if not names <= calls[call]] == []
    schemas = built.document.get("components", {}).get("schemas", {})
    # A result beside the data has no fields for what the client takes off each answer.
    envelope = set(built.document.get("x-client-envelope", {}).get("fields", ()))
    for name, found in fields.items():
        message = properties(built.document, schemas[name])
        assert message - envelope <= found - {"*"} <= message
    assert json.loads(files["coze_api/openapi.json"]) == built.document


def test_the_unbroken_document_builds() -> None:
    built = run(DOCUMENT, OVERLAY)
    check(built)
    assert len(built.plan.methods) == 8


@fuzzed(120)
@given(document=broken())
def test_a_broken_document_is_planned_or_is_one_error(document: dict[str, Any]) -> None:
    with suppress(GeneratorError):
        check_vocabulary(document)
        document = normalise(document)
        validate(document)
        make_plan(document)


@fuzzed(8)
@given(document=broken(most=2))
def test_a_broken_document_becomes_code_that_says_the_same_or_is_one_error(
    document: dict[str, Any],
) -> None:
    try:
        built = run(document, None)
    except GeneratorError:
        # What is refused does not count as an example.
        reject()
    check(built)


@fuzzed(60)
@given(overlay=broken(OVERLAY))
def test_a_broken_overlay_is_applied_or_is_one_error(overlay: dict[str, Any]) -> None:
    from generator.correction import apply
    from generator.overlay import Overlay

    with TemporaryDirectory() as name:
        path = Path(name) / "overlay.yaml"
        path.write_text(dump(overlay), encoding="utf-8")
        with suppress(GeneratorError):
            result, findings = apply(DOCUMENT, Overlay.load(path), strict=False)
            assert all(str(finding) for finding in findings)
            again = Path(name) / "document.yaml"
            again.write_text(dump(result), encoding="utf-8")
            assert load(again) == result


@fuzzed(60)
@example(
    schema={
        "Aa": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Cc"}},
        "Bb": {},
        "Cc": {"allOf": [{"allOf": [{"$ref": "#/components/schemas/Aa"}, {"type": "string"}]}]},
    }
)
@given(schema=st.deferred(lambda: SCHEMAS))
def test_schemas_that_refer_to_each_other_are_planned_or_are_one_error(
    schema: dict[str, dict[str, Any]],
) -> None:
    answer = {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Aa"}}}
    operation = {
        "operationId": "things.retrieve",
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
        "requestBody": {"content": {"application/json": {"schema": answer}}},
    }
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": schema},
    }
    with suppress(GeneratorError):
        check_vocabulary(document)
        document = normalise(document)
        validate(document)
        make_plan(document)


_REFS = st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in ("Aa", "Bb", "Cc")])
_INNER = st.recursive(
    _REFS | st.sampled_from([{"type": "string"}, {"type": "integer"}, {}]),
    lambda inner: st.one_of(
        st.builds(lambda one: {"type": "array", "items": one}, inner),
        st.builds(lambda one: {"type": "object", "additionalProperties": one}, inner),
        st.builds(lambda one: {"nullable": True, "allOf": [one]}, inner),
        st.builds(lambda one: {"type": "object", "properties": {"field": one}}, inner),
        st.builds(
            lambda kind, some: {kind: some},
            st.sampled_from(["allOf", "oneOf", "anyOf"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=5,
)
SCHEMAS = st.fixed_dictionaries({"Aa": _INNER, "Bb": _INNER, "Cc": _INNER})
