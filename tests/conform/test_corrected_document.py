"""The corrected document is as complete as its readers need it."""

from __future__ import annotations

import inspect
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from coze_client import AsyncCoze, Coze

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(files("coze_api").joinpath("openapi.json").read_text("utf-8"))
PUBLISHED: dict[str, Any] = yaml.load(
    (ROOT / "openapi" / "coze.yaml").read_text("utf-8"), yaml.CSafeLoader
)
METHODS: dict[str, Any] = json.loads(
    files("coze_api").joinpath("manifest.json").read_text("utf-8")
)["surface"]["methods"]
OPERATIONS = {
    f"{method} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
CHINESE = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_an_english_summary(name: str) -> None:
    summary = OPERATIONS[name]["summary"]
    assert re.fullmatch(r"[A-Z][ -~]+[^.]", summary)


@pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if name.split()[1] in PUBLISHED["paths"]]
)
def test_the_chinese_text_of_the_published_document_stays(name: str) -> None:
    method, path = name.split()
    before = PUBLISHED["paths"][path].get(method)
    if before and CHINESE.search(before.get("description", "")):
        assert CHINESE.search(OPERATIONS[name]["description"])


def limited() -> list[tuple[str, str, int]]:
    """Return each method with an array argument that has a limit: method, argument, limit."""
    found: list[tuple[str, str, int]] = []
    for path, entry in METHODS.items():
        method, url = entry["operation"].split()
        operation = DOCUMENT["paths"][url][method.lower()]
        schemas = {one["name"]: one["schema"] for one in operation.get("parameters", [])}
        for media in operation.get("requestBody", {}).get("content", {}).values():
            name = media["schema"]["$ref"].rpartition("/")[2]
            schemas |= DOCUMENT["components"]["schemas"][name]["properties"]
        split = operation.get("x-client-batch", {}).get("argument")
        for name, argument in entry["arguments"].items():
            wire = argument["wire"].partition(".")[2]
            limit = schemas.get(wire, {}).get("maxItems")
            if limit and wire != split:
                found.append((path, name, limit))
    return found


@pytest.mark.parametrize(("path", "argument", "limit"), limited())
@pytest.mark.parametrize("client", [Coze, AsyncCoze])
def test_the_docstring_names_the_limit_of_every_list(
    client: type[Coze | AsyncCoze], path: str, argument: str, limit: int
) -> None:
    found: Any = client("token")
    for name in path.split("."):
        found = getattr(found, name)
    _, _, text = (inspect.getdoc(found) or "").partition(f"\n    {argument}: ")
    items = "item" if limit == 1 else "items"
    assert f"At most {limit} {items}." in " ".join(re.split(r"\n {4}\w", text)[0].split())


REGISTRY: Registry[Any] = Registry[Any]().with_resource("urn:d", DRAFT4.create_resource(DOCUMENT))


@pytest.mark.parametrize("file", sorted((ROOT / "tests/data/documented").glob("*.json")), ids=str)
def test_an_independent_validator_takes_the_documented_answers(file: Path) -> None:
    example = json.loads(file.read_text("utf-8"))
    place = example["path"].replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    pointer = f"/paths/{place}/{example['method'].lower()}/responses/200/content/application~1json"
    validator = OAS30Validator({"$ref": f"urn:d#{pointer}/schema"}, registry=REGISTRY)
    for answer in example["responses"]:
        assert [error.message for error in validator.iter_errors(answer)] == []
