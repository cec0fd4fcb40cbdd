"""The worked examples of overlays/README.md are what the generator reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from generator.build import Project, build

if TYPE_CHECKING:
    from generator.build import Built

README = Path(__file__).parents[2] / "overlays" / "README.md"
DOCUMENT = """\
openapi: 3.0.3
info: {title: Bots, version: '1'}
servers: [{url: 'https://api.example.com'}]
x-client-envelope: {data: data, fields: [code, msg]}
paths:
  /v1/bots/{bot_id}:
    delete:
      operationId: bots.delete
      parameters: [{name: bot_id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: OK}}
components: {schemas: {}}
"""


def built(folder: Path) -> Built:
    text = README.read_text("utf-8").partition("## Adding an operation")[2].partition("\n## ")[0]
    actions = re.findall(r"(?s)```yaml\n(.*?)```", text)
    for name, content in {"openapi/coze.yaml": DOCUMENT, "overlays/10-notes.yaml": ""}.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(content, encoding="utf-8")
    head = "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions:\n"
    (folder / "overlays/10-notes.yaml").write_text(head + "".join(actions), encoding="utf-8")
    return build(Project(folder), lambda _: None)


def test_the_examples_become_a_call_a_list_and_an_upload(tmp_path: Path) -> None:
    methods = {method.path: method for method in built(tmp_path).plan.methods}
    create, notes, upload = (
        methods[path] for path in ("bots.notes.create", "bots.notes.list", "notes.upload")
    )
    assert [one.name for one in create.arguments] == ["bot_id", "text"]
    assert (create.data, create.returns) == ("models.Note", "The note, with its id.")
    assert (notes.kind, notes.paging and notes.paging.items) == ("list", "notes")
    assert [(one.name, one.annotation) for one in upload.arguments] == [("file", "FileContent")]
