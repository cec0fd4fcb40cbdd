"""The pipeline: document and overlays to the files of generated/."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import frozen

from generator.correction import Correction
from generator.emit import Files, emit, emit_reference
from generator.errors import GeneratorError, raise_all
from generator.manifest import make_manifest
from generator.normalise import Normalised, run_passes, unused
from generator.normalise.version import to_openapi_30
from generator.overlay import Overlay
from generator.plan import Plan, make_plan
from generator.plan.gate import unread_callbacks, unsaid_presence
from generator.spec import dump, join, parse, read
from generator.validate import validate
from generator.vocabulary import faults, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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

    def misplaced(self) -> Iterator[GeneratorError]:
        """Refuse files that look like overlays and are not read."""
        for path in sorted((self.root / "overlays").rglob("*")):
            if path.suffix.lower() in {".json", ".yaml", ".yml"} and path not in self.overlays:
                yield GeneratorError(
                    "this is not read: overlays are files in overlays/ that end in .yaml",
                    file=path,
                    remedy="Move or rename it.",
                )

    @property
    def output(self) -> Path:
        """The folder that the build owns."""
        return self.root / "generated"


@frozen
class Effective:
    """The effective spec, and where its parts come from."""

    correction: Correction
    normalised: Normalised

    @property
    def document(self) -> dict[str, Any]:
        """The effective spec."""
        return self.normalised.document

    def raise_placed(self, error: GeneratorError) -> NoReturn:
        """Raise an error about the effective spec with the files, lines and actions it is about."""
        before = (self.normalised.origin(one) for one in error.errors)
        raise_all(map(self.correction.place.placed, before))
        raise error


@frozen
class Built:
    """A finished build, not written yet.

    Attributes:
        source: The upstream document, byte for byte.
        files: What goes into generated/.
        plan: The decisions behind the files.
        effective: The effective spec, and where its parts come from.
    """

    source: bytes
    files: Files
    plan: Plan
    effective: Effective

    @property
    def document(self) -> dict[str, Any]:
        """The effective spec."""
        return self.effective.document

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks: actions that change nothing, callbacks and fields that nothing is said of."""
        return (
            *map(str, self.effective.correction.findings),
            *unread_callbacks(self.document),
            *unsaid_presence(self.plan),
        )


def corrected(project: Project, source: bytes, step: Callable[[str], None]) -> Correction:
    """Return the document with all overlays applied, which may have errors.

    Raises:
        GeneratorError: The document or an overlay can't be read.
    """
    step("load")
    correction = Correction.of(parse(source, project.document), project.document, "own")
    step("overlay")
    unread: list[GeneratorError] = list(project.misplaced())
    for path in project.overlays:
        try:
            overlay = Overlay.load(path)
        except GeneratorError as error:
            unread.append(error)
        else:
            correction.apply(overlay)
    raise_all(unread)
    return correction


def effective_spec(project: Project, source: bytes, step: Callable[[str], None]) -> Effective:
    """Return the corrected document in plain OpenAPI.

    Raises:
        GeneratorError: Something in the document or in an overlay is wrong; all that can be found
            is reported at once.
    """
    correction = corrected(project, source, step)
    step("normalise")
    errors, document = [*correction.errors], correction.document
    try:
        document = to_openapi_30(document)
        errors += faults(document)
    except GeneratorError as error:
        raise_all(map(correction.place.placed, [*errors, *error.errors]))
    effective = Effective(correction, run_passes(named(document)))
    known = {one.pointer for one in errors}
    errors += (
        # A schema whose name is refused is not reported again for its name.
        one
        for one in effective.normalised.errors
        if join(one.pointer or "", "x-client-name") not in known
    )
    step("validate")
    if effective.normalised.complete:
        try:
            validate(effective.document)
        except GeneratorError as error:
            errors += (effective.normalised.origin(one) for one in error.errors)
    # What nothing uses may be used once the rest is right.
    errors = errors or list(_useless(correction))
    raise_all(map(correction.place.placed, errors))
    return effective


def _useless(correction: Correction) -> Iterator[GeneratorError]:
    """Refuse overlays that describe components which nothing uses."""
    for kind, name in unused(correction.document):
        pointer = join("/components", kind, name)
        place = correction.place.find(pointer)
        by = place if place.action else next(place.written(), None)
        if by is not None:
            yield GeneratorError(
                f"nothing uses {pointer}, which this describes",
                file=by.file,
                line=by.line,
                remedy="Refer to it, or remove the action.",
            ).with_(action=str(by.action))


def build(project: Project, step: Callable[[str], None]) -> Built:
    """Run the whole pipeline in memory.

    Raises:
        GeneratorError: An input is wrong; nothing was written.
    """
    # Read once: the file may be a pipe, or change while this goes on.
    source = read(project.document)
    effective = effective_spec(project, source, step)
    step("plan")
    try:
        plan = make_plan(effective.document)
        package = emit(effective.document, plan, step)
    except GeneratorError as error:
        effective.raise_placed(error)
    text = dump(effective.document).encode()
    sources = {f"overlays/{path.name}": path.read_bytes() for path in project.overlays}
    sources["openapi/coze.yaml"] = source
    manifest = make_manifest(sources, text, plan)
    package["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    files = {f"coze_api/{name}": content for name, content in package.items()}
    files["openapi.yaml"] = text
    step("reference")
    files |= emit_reference(plan)
    return Built(source, files, plan, effective)
