"""A small project in a git repository of its own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.build import Project, effective_spec
from generator.manifest import make_manifest
from generator.plan import make_plan
from generator.spec import dump

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """\
openapi: 3.0.3
info: {title: Test, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/bots/{id}:
    get:
      operationId: GetBot
      parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - name: draft
        in: query
        schema: {type: boolean}
      responses:
        '200':
          description: The bot.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/BotData'}
  /v1/bots:
    post:
      operationId: CreateBot
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string}
                mode: {type: string, enum: [single, multi]}
      responses:
        '200':
          description: The bot.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/BotData'}
components:
  schemas:
    BotData:
      type: object
      properties:
        id: {type: string}
        name: {type: string}
        size: {type: integer}
"""

OVERLAY = """\
overlay: 1.0.0
info: {title: Bots, version: '1'}
actions:
- target: $.paths['/v1/bots/{id}'].get
  description: A name as people say it.
  update:
    operationId: bots.retrieve
- target: $.paths['/v1/bots'].post
  description: A name as people say it.
  update:
    operationId: bots.create
- target: $.components.schemas.BotData
  description: A name as people say it.
  update:
    x-client-name: Bot
"""

ENVELOPE = """\
overlay: 1.0.0
info: {title: Envelope, version: '1'}
actions:
- target: $
  description: Answers have none.
  update:
    x-client-envelope: {data: data, fields: [code]}
"""


@frozen
class Repository:
    """The project; its edits are written, built and committed."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> Repository:
        for folder in ("openapi", "overlays", "generated/coze_api"):
            (root / folder).mkdir(parents=True)
        found = cls(root)
        found.git("init", "--quiet")
        found.write("openapi/coze.yaml", DOCUMENT)
        found.write("overlays/10-document.yaml", ENVELOPE)
        found.write("overlays/20-bots.yaml", OVERLAY)
        found.build()
        found.commit()
        return found

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace a text that stands once in a file, and return the line."""
        text = (self.root / name).read_text(encoding="utf-8")
        before, found, after = text.partition(old)
        assert found
        assert old not in after
        self.write(name, f"{before}{new}{after}")
        return before.count("\n") + 1

    def build(self) -> None:
        """Write what a build leaves behind for comparisons; the package itself is not needed."""
        project = Project(self.root)
        document = effective_spec(project, project.document.read_bytes(), lambda _: None).document
        effective = dump(document).encode()
        names = ["openapi/coze.yaml", *(f"overlays/{path.name}" for path in project.overlays)]
        sources = {name: (self.root / name).read_bytes() for name in names}
        manifest = make_manifest(sources, effective, make_plan(document))
        self.write("generated/coze_api/openapi.json", json.dumps(document))
        self.write_manifest(manifest)

    def manifest(self) -> Any:
        return json.loads((self.root / "generated/coze_api/manifest.json").read_bytes())

    def write_manifest(self, manifest: Any) -> None:
        self.write("generated/coze_api/manifest.json", json.dumps(manifest))

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Edit")

    def git(self, *arguments: str) -> None:
        names = ("-c", "user.name=T", "-c", "user.email=t@example.com")
        subprocess.run(["git", *names, *arguments], cwd=self.root, check=True)  # noqa: S607
