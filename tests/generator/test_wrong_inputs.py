"""Every error names the file, the line and the action that wrote the place; one run tells all of them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from rich.console import Console

from generator.build import Project, build
from generator.commands import build_project, check_project
from generator.correction import Correction
from generator.errors import GeneratorError
from generator.overlay import Overlay
from generator.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.generator.conftest import Command

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("wrong_inputs.yaml").read_text(encoding="utf-8")
)
DOCUMENT = """\
openapi: 3.0.3
info: {title: Bots, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/bots:
    get:
      operationId: bots.list
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: all, in: query, schema: {type: boolean}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Bot'}}}
    post:
      operationId: bots.create
      responses: {'200': {description: OK}}
components:
  schemas:
    Unused: {type: object}
    Bot:
      type: object
      properties:
        id: {type: string}
        name: {type: string}
        mode: {type: integer, enum: [1, 2]}
"""
HEAD = "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions:\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "overlays").mkdir()
    (tmp_path / "openapi" / "coze.yaml").write_text(DOCUMENT, encoding="utf-8")
    return Project(tmp_path)


def add(project: Project, actions: str, name: str = "10-test.yaml") -> Path:
    path = project.root / "overlays" / name
    path.write_text(HEAD + actions, encoding="utf-8")
    return path


def errors_of(project: Project) -> tuple[GeneratorError, ...]:
    with pytest.raises(GeneratorError) as caught:
        build(project, lambda _: None)
    return caught.value.errors


def marked(*files: Path) -> Iterator[tuple[Path, int]]:
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line.endswith("# here"):
                yield file, number


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_error_names_its_place_and_the_remedy(project: Project, case: dict[str, Any]) -> None:
    if "document" in case:
        more = textwrap.indent(case["document"], " " * 8)
        project.document.write_text(DOCUMENT + more, encoding="utf-8")
    overlay = add(project, case["overlay"]) if "overlay" in case else project.document
    (error,) = errors_of(project)
    for file, line in marked(project.document, overlay):
        assert (error.file, error.line) == (file, line), str(error)
    assert error.file
    assert error.line
    action = re.match(r"action (\d+) \(", error.action or "")
    assert (int(action[1]) if action else None) == case.get("action"), str(error)
    for words in case["words"]:
        assert words in str(error)
    assert error.remedy
    assert " object at 0x" not in str(error)


@pytest.mark.parametrize(
    ("actions", "lines"),
    [
        pytest.param(
            """\
- target: $.paths['/v1/bots'].get
  description: d
  update:
    servers: [{url: 'https://other.example.com'}]
    security: [{key: []}]
- target: $.paths['/v1/bots'].post
  description: d
  update:
    servers: [{url: 'https://third.example.com'}]
- target: $
  description: d
  update:
    components: {securitySchemes: {key: {type: apiKey, in: header, name: X}}}
""",
            [7, 8, 12],
            id="what no part of the plan reads",
        ),
        pytest.param(
            """\
- target: $.paths['/v1/bots'].get.responses['200'].content
  description: d
  update:
    application/xml: {schema: {type: integer}}
- target: $.paths['/v1/bots'].post.responses['200']
  description: d
  update:
    content: {'*/*': {schema: {type: string}}}
""",
            [7, 11],
            id="media types",
        ),
        pytest.param(
            """\
- target: $.components.schemas.Bot.properties
  description: d
  update:
    size: {type: integer, enum: [one]}
    part: {type: string, properties: {x: {type: string}}}
""",
            [7, 8],
            id="types",
        ),
        pytest.param(
            """\
- target: $.components.schemas.Bot.properties
  description: d
  update:
    size: {type: integer, enum: [1, 2], x-enum-varnames: [ONE]}
    part: {type: integer, enum: [1], x-enum-varnames: [ONE, TWO]}
""",
            [7, 8],
            id="names of values",
        ),
        pytest.param(
            """\
- target: $.paths['/v1/bots'].post
  description: d
  update:
    requestBody: {$ref: '#/components/requestBodies/Gone'}
    parameters:
      - {$ref: '#/components/parameters/Gone'}
""",
            [7, 9],
            id="references to what is shared",
        ),
        pytest.param(
            """\
- target: $.components.schemas.Bot.properties
  description: d
  update:
    size: {type: array}
- target: $.paths['/v1/bots'].post.responses['200']
  description: d
  update:
    content: {application/json: {schema: {type: array}}}
""",
            [7, 11],
            id="what openapi-python-client leaves out",
        ),
    ],
)
def test_one_run_tells_all_faults_of_a_kind(
    project: Project, actions: str, lines: list[int]
) -> None:
    overlay = add(project, actions)
    assert [(error.file, error.line) for error in errors_of(project)] == [
        (overlay, line) for line in lines
    ]


def test_an_error_about_the_whole_document_names_its_first_line(project: Project) -> None:
    correction = Correction.of(load(project.document), project.document, "own")
    correction.apply(Overlay.load(add(project, "- {target: $.info, update: {title: New}}\n")))
    error = correction.place.placed(GeneratorError("it can't be read", pointer="", remedy="Try."))
    assert str(error) == f"{project.document}:1: #: it can't be read. Try."


def test_one_run_tells_the_faults_of_all_kinds_by_file_and_line(project: Project) -> None:
    add(
        project,
        """\
- target: $.paths['/gone'].get
  description: d
  update: {deprecated: true}
- target: $.paths['/gone'].get.parameters
  description: d
  update: {name: x, in: query}
- target: $.paths['/v1/bots'].get
  description: d
  update: {operationId: List, x-client-speed: fast}
- target: $.components.schemas.Bot.properties
  description: d
  update:
    owner: {$ref: '#/components/schemas/User'}
    size: {type: integer, default: big}
    part: {type: object, x-client-name: Bot, properties: {x: {type: string}}}
""",
        "20-b.yaml",
    )
    add(project, "- target: $.info.gone\n  description: d\n  remove: true\n", "10-a.yaml")
    found = errors_of(project)
    assert [(error.file and error.file.name, error.line) for error in found] == [
        ("coze.yaml", 21),  # a name of two shapes
        ("10-a.yaml", 4),  # a target that is gone
        ("20-b.yaml", 4),  # another one
        ("20-b.yaml", 12),  # no operationId
        ("20-b.yaml", 12),  # an unknown key
        ("20-b.yaml", 16),  # a reference
        ("20-b.yaml", 17),  # a default
    ]
    # Actions that miss the same place are one error, which lists them.
    assert "20-b.yaml:7: action 2" in str(found[2])


@pytest.mark.parametrize("name", ["30-more.yml", "30-more.json", "30-more.YAML", "more/30.yaml"])
def test_what_looks_like_an_overlay_and_is_not_read_is_an_error(
    project: Project, name: str
) -> None:
    (project.root / "overlays" / "more").mkdir()
    path = add(project, "- {target: $.info, description: d, update: {title: New}}\n", name)
    (error,) = errors_of(project)
    assert error.file == path
    assert "not read" in error.message


def test_a_pattern_of_ecma_script_is_valid(project: Project) -> None:
    pattern = r"        word: {type: string, pattern: '^\p{Script=Han}+$'}"
    project.document.write_text(f"{DOCUMENT}{pattern}\n", encoding="utf-8")
    assert build(project, lambda _: None).files


def test_an_addition_to_a_list_that_has_it_is_noted(project: Project) -> None:
    add(
        project,
        "- {target: $.components.schemas.Bot.properties.mode, description: d, update: {enum: [2, 3]}}\n",
    )
    built = build(project, lambda _: None)
    assert built.document["components"]["schemas"]["Bot"]["properties"]["mode"]["enum"] == [1, 2, 3]
    (note,) = built.notes
    assert "10-test.yaml:4: action 1" in note
    assert "the list already has 2" in note


UPSTREAM = """\
openapi: 3.0.3
info: {title: Bots, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/bots:
    get:
      operationId: bots.list
      parameters:
        - {name: name, in: query, schema: {type: string, maxLength: 10}}
        - {name: size, in: query, schema: {type: integer, maximum: 7}}
      responses: {'200': {description: OK}}
"""
LIMITS = """\
- target: $.paths['/v1/bots'].get.parameters[?@.name == 'name'].schema
  description: The documented limit.
  update:
    maxLength: 20
- target: $.paths['/v1/bots'].get.parameters[?@.name == 'size']
  description: It is not there.
  remove: true
"""


@pytest.fixture
def upstream(project: Project) -> Project:
    project.document.write_text(UPSTREAM, encoding="utf-8")
    project.source_note.write_text(f"sha256: {'0' * 64}\n", encoding="utf-8")
    add(project, LIMITS)
    return project


@pytest.fixture
def said(upstream: Project, command: Command) -> Callable[..., tuple[int, str]]:
    """Return a function that updates the project, and returns the exit code and what is said."""

    def said(text: str, *options: str) -> tuple[int, str]:
        new = upstream.root / "new.yaml"
        new.write_text(text, encoding="utf-8")
        done = command("update", new, "--root", upstream.root, *options)
        return done.status, done.err

    return said


def test_update_tells_what_changes_under_an_overlay(said: Callable[..., tuple[int, str]]) -> None:
    text = UPSTREAM.replace("maxLength: 10", "maxLength: 50").replace("maximum: 7", "maximum: 9")
    code, output = said(text)
    assert code == 0, output
    assert re.search(
        r"hidden by \S+10-test.yaml:7: action 1 .*maxLength is 50 now, and was 10", output
    )
    assert re.search(r"hidden by \S+10-test.yaml:8: action 2 .*maximum is 9 now, and was 7", output)


def test_update_writes_a_skeleton_that_names_the_new_operations(
    upstream: Project, said: Callable[..., tuple[int, str]]
) -> None:
    more = "  /v1/bots/{bot_id}/publish:\n    post: {responses: {'200': {description: OK}}}\n"
    more = more.replace(
        "post: {",
        "post: {parameters: [{name: bot_id, in: path, required: true, schema: {type: string}}], ",
    )
    file = upstream.root / "overlays" / "60-new.yaml"
    before = upstream.document.read_bytes()
    code, output = said(UPSTREAM + more, "--skeleton", str(file))
    assert code == 1
    assert '"operationId": "bots.publish"' in output
    assert upstream.document.read_bytes() == before
    code, output = said(UPSTREAM + more)
    assert code == 0, output


def test_check_strict_fails_on_an_action_that_changes_nothing(project: Project) -> None:
    add(project, "- {target: $.info, description: d, update: {title: Bots}}\n")
    console = Console(quiet=True)
    build_project(project.root, console)
    assert check_project(project.root, console, strict=False)
    assert not check_project(project.root, console, strict=True)
