"""The pipeline: document and overlays to the files of generated/."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.emit import Files, emit
from generator.manifest import make_manifest
from generator.normalise import normalise
from generator.overlay import Overlay, apply
from generator.plan import Plan, make_plan
from generator.spec import dump, parse, read
from generator.validate import validate
from generator.vocabulary import check_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@frozen
class Project:
    """Where the parts of a project stand.

    Attributes:
        root: The project folder.
        candidate: A document that may become the upstream document.
    """

    root: Path
    candidate: Path | None = None

    @property
    def document(self) -> Path:
        """The upstream document."""
        return self.candidate or self.root / "openapi" / "coze.yaml"

    @property
    def source_note(self) -> Path:
        """The file that says where the document is from; it names its sha256."""
        return self.root / "openapi" / "SOURCE.md"

    @property
    def overlays(self) -> tuple[Path, ...]:
        """The overlays, in the order in which they are applied."""
        return tuple(sorted((self.root / "overlays").glob("*.yaml")))

    @property
    def output(self) -> Path:
        """The folder that the build owns."""
        return self.root / "generated"

    @property
    def pending(self) -> Path:
        """Where the parts of an update stand until they are in their places."""
        return self.root / ".generated-update"


@frozen
class Built:
    """A finished build, not written yet.

    Attributes:
        source: The upstream document, byte for byte.
        files: What goes into generated/.
        plan: The decisions behind the files.
        document: The effective spec.
        notes: Remarks about overlays.
    """

    source: bytes
    files: Files
    plan: Plan
    document: dict[str, Any]
    notes: tuple[str, ...]


def effective_spec(
    project: Project, source: bytes, step: Callable[[str], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The corrected document, and remarks about overlays.

    Args:
        project: Where the overlays stand.
        source: The upstream document.
        step: Told the name of each step as it begins.

    Raises:
        GeneratorError: Something in the document or in an overlay is wrong.
    """
    step("load")
    document = parse(source, project.document)
    step("overlay")
    notes: list[str] = []
    for path in project.overlays:
        document, findings = apply(document, Overlay.load(path), strict=True)
        notes += map(str, findings)
    step("normalise")
    check_vocabulary(document)
    document = normalise(document)
    step("validate")
    validate(document)
    return document, tuple(notes)


def build(project: Project, step: Callable[[str], None]) -> Built:
    """Run the whole pipeline in memory.

    Args:
        project: Where the inputs stand.
        step: Told the name of each step as it begins.

    Raises:
        GeneratorError: An input is wrong; nothing was written.
    """
    # Read once: the file may be a pipe, or change while this goes on.
    source = read(project.document)
    document, notes = effective_spec(project, source, step)
    step("plan")
    plan = make_plan(document)
    package = emit(document, plan, step)
    effective = dump(document).encode()
    sources = {f"overlays/{path.name}": path.read_bytes() for path in project.overlays}
    sources["openapi/coze.yaml"] = source
    manifest = make_manifest(sources, effective, plan)
    package["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    files = {f"coze_api/{name}": content for name, content in package.items()}
    files["openapi.yaml"] = effective
    return Built(source, files, plan, document, notes)
