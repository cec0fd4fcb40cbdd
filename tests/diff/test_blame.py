"""Each change says where it comes from."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from generator.diff.methods import _KEYS as KEYS
from generator.diff.report import Report, compare
from generator.diff.revisions import open_revision
from generator.diff.rules import Change, Source
from generator.errors import GeneratorError
from generator.spec import load
from tests.diff.diff_project import Repository

DOCUMENT = PurePosixPath("openapi/coze.yaml")
BOTS = PurePosixPath("overlays/20-bots.yaml")


def report(project: Repository) -> Report:
    return compare(
        open_revision("HEAD", project.root, raw=False), open_revision(None, project.root, raw=False)
    )


def the(found: Report, id_: str) -> Change:
    changes = [change for change in found.changes if change.id == id_]
    assert len(changes) == 1, [change.id for change in found.changes]
    return changes[0]


def test_nothing_changed(project: Repository) -> None:
    assert report(project).changes == ()


def test_a_change_of_the_document_names_its_line(project: Repository) -> None:
    line = project.replace("openapi/coze.yaml", "size: {type: integer}", "size: {type: string}")
    project.build()
    for change in report(project).changes:
        assert (change.id, change.wire, change.client) == (
            "response-property-type-changed",
            "breaking",
            "typing",
        )
        assert change.source == Source("document", DOCUMENT, line)
    assert len(report(project).changes) == 2
    assert len(report(project).groups) == 1


def test_what_the_document_no_longer_has_names_the_line_of_what_held_it(
    project: Repository,
) -> None:
    line = project.replace("openapi/coze.yaml", "        size: {type: integer}\n", "") - 3
    project.build()
    assert {change.source for change in report(project).changes} == {
        Source("document", DOCUMENT, line)
    }


def test_a_change_of_an_overlay_names_its_line(project: Repository) -> None:
    line = project.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    project.build()
    change = the(report(project), "operation-id-changed")
    assert (change.wire, change.client) == ("compatible", "breaking")
    assert change.source == Source("overlay", BOTS, line)


def test_a_class_that_an_overlay_renames_names_its_line(project: Repository) -> None:
    line = project.replace("overlays/20-bots.yaml", "x-client-name: Bot", "x-client-name: Robot")
    project.build()
    change = the(report(project), "schema-renamed")
    assert (change.old, change.new, change.client) == ("Bot", "Robot", "breaking")
    assert change.source == Source("overlay", BOTS, line)


def test_a_new_overlay_file_is_to_blame_for_what_it_says(project: Repository) -> None:
    project.write(
        "overlays/30-more.yaml",
        "overlay: 1.0.0\n"
        "info: {title: More, version: '1'}\n"
        "actions:\n"
        "- target: $.paths['/v1/bots/{id}'].get.parameters[?@.name == 'draft']\n"
        "  description: It is needed.\n"
        "  update:\n"
        "    required: true\n",
    )
    project.build()
    change = the(report(project), "parameter-became-required")
    assert (change.wire, change.client) == ("breaking", "breaking")
    assert change.source == Source("overlay", PurePosixPath("overlays/30-more.yaml"), 7)


def test_an_action_that_is_gone_is_to_blame_for_what_it_hid(project: Repository) -> None:
    project.replace(
        "overlays/20-bots.yaml",
        "- target: $.components.schemas.BotData\n",
        "- target: $.components.schemas.BotData.properties.size\n"
        "  description: It is a text.\n"
        "  update: {type: string}\n"
        "- target: $.components.schemas.BotData\n",
    )
    project.build()
    project.commit()
    project.git("show", "HEAD~1:overlays/20-bots.yaml")
    text = (project.root / "overlays/20-bots.yaml").read_text(encoding="utf-8")
    start = text.index("- target: $.components.schemas.BotData.properties.size")
    end = text.index("- target: $.components.schemas.BotData\n")
    project.write("overlays/20-bots.yaml", text[:start] + text[end:])
    project.build()
    sources = {change.source for change in report(project).changes}
    assert sources == {Source("overlay", BOTS)}


def test_document_and_overlay_are_told_apart(project: Repository) -> None:
    project.replace("openapi/coze.yaml", "size: {type: integer}", "size: {type: string}")
    project.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    project.build()
    causes = {change.id: change.source.cause for change in report(project).changes}
    assert causes == {
        "response-property-type-changed": "document",
        "operation-id-changed": "overlay",
    }


def test_what_no_input_explains_comes_from_the_generator(project: Repository) -> None:
    manifest = project.manifest()
    manifest["inputs"]["tools"]["ruff"] = "0.0.0"
    bot = manifest["surface"]["models"]["Bot"]
    bot["fields"]["size_"] = bot["fields"].pop("size")
    project.write_manifest(manifest)
    change = the(report(project), "field-renamed")
    assert (change.wire, change.client, change.source) == ("none", "breaking", Source("generator"))


def test_a_field_that_the_client_does_not_show_is_safe_to_change(project: Repository) -> None:
    project.replace(
        "openapi/coze.yaml",
        "size: {type: integer}",
        "size: {type: integer}\n        code: {type: integer}",
    )
    project.build()
    project.commit()
    project.replace("openapi/coze.yaml", "code: {type: integer}", "code: {type: string}")
    project.build()
    found = report(project)
    assert {(change.wire, change.client) for change in found.changes} == {("breaking", "safe")}


def test_two_revisions_are_compared_without_a_checkout(project: Repository) -> None:
    project.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    project.build()
    project.commit()
    found = compare(
        open_revision("HEAD~1", project.root, raw=False),
        open_revision("HEAD", project.root, raw=False),
    )
    assert the(found, "operation-id-changed").old == "bots.create"


@pytest.mark.parametrize("name", ["^HEAD", "HEAD^@", "HEAD..HEAD", "HEAD HEAD", "--all"])
def test_what_is_not_one_revision_is_one_error(project: Repository, name: str) -> None:
    with pytest.raises(GeneratorError, match=r"no file, folder or revision|names nothing"):
        open_revision(name, project.root, raw=False)


def test_the_folder_says_which_repository_is_meant_and_not_the_environment(
    project: Repository,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Repository.make(tmp_path_factory.mktemp("other"))
    other.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    other.build()
    other.commit()
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert report(project).changes == ()


def test_folders_are_compared(
    project: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Repository.make(tmp_path_factory.mktemp("other"))
    other.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    other.build()
    found = compare(
        open_revision(str(project.root), project.root, raw=False),
        open_revision(str(other.root), project.root, raw=False),
    )
    assert the(found, "operation-id-changed").source.file == BOTS


def test_raw_revisions_are_documents_as_published(project: Repository) -> None:
    project.replace("openapi/coze.yaml", "operationId: GetBot", "operationId: FetchBot")
    found = compare(
        open_revision("HEAD", project.root, raw=True), open_revision(None, project.root, raw=True)
    )
    change = the(found, "operation-id-changed")
    assert (change.old, change.client) == ("GetBot", "breaking")
    assert change.source == Source("document", DOCUMENT, 7)


def test_a_folder_that_was_not_built_can_not_be_compared(project: Repository) -> None:
    project.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    with pytest.raises(GeneratorError, match=r"overlays/20-bots.yaml is not what generated/"):
        report(project)


def test_the_suggestion_is_made_for_the_corrected_document(project: Repository) -> None:
    project.replace("openapi/coze.yaml", "/v1/bots/{id}:", "/v1/bots/{bot_id}:")
    project.replace("openapi/coze.yaml", "{name: id, in: path", "{name: bot_id, in: path")
    project.replace("overlays/20-bots.yaml", "'/v1/bots/{id}'", "'/v1/bots/{bot_id}'")
    project.build()
    change = the(report(project), "path-parameter-renamed")
    assert change.suggestion
    assert "copy: $.paths['/v1/bots/{bot_id}']" in change.suggestion


def test_a_new_document_is_compared_with_the_overlays_of_the_project(project: Repository) -> None:
    new = project.root / "new.yaml"
    text = (project.root / "openapi/coze.yaml").read_text(encoding="utf-8")
    new.write_text(text.replace("size: {type: integer}", "size: {type: string}"))
    found = compare(
        open_revision(None, project.root, raw=False),
        open_revision(str(new), project.root, raw=False),
    )
    assert {change.id for change in found.changes} == {"response-property-type-changed"}
    assert {change.source.file for change in found.changes} == {new}
    assert {change.operation for change in found.changes} == {"GET /v1/bots/{id}", "POST /v1/bots"}


def test_the_suggestion_for_a_renamed_property_keeps_its_type(project: Repository) -> None:
    project.replace("openapi/coze.yaml", "size: {type: integer}", "sizes: {type: integer}")
    project.build()
    suggestions = {change.suggestion for change in report(project).changes}
    target = "$.components.schemas.BotData.properties"
    assert suggestions == {f'- target: {target}\n  update: {{"size": {{"type": "integer"}}}}'}


def test_of_several_edits_of_one_operation_each_change_names_its_own(project: Repository) -> None:
    line = project.replace(
        "overlays/20-bots.yaml", "operationId: bots.create", "operationId: bots.make"
    )
    project.write(
        "overlays/30-more.yaml",
        "overlay: 1.0.0\n"
        "info: {title: More, version: '1'}\n"
        "actions:\n"
        "- target: $.paths['/v1/bots'].post\n"
        "  description: It only reads.\n"
        "  update: {x-client-idempotent: true}\n"
        "- target: $.paths['/v1/bots'].post\n"
        "  description: The documentation says so.\n"
        "  update:\n"
        "    x-client-permission: createBot\n",
    )
    project.build()
    more = PurePosixPath("overlays/30-more.yaml")
    sources = {change.id: change.source for change in report(project).changes}
    assert sources == {
        "operation-id-changed": Source("overlay", BOTS, line),
        "repeatable-added": Source("overlay", more, 6),
        "permission-added": Source("overlay", more, 10),
    }


def test_each_behaviour_is_said_by_a_key_of_its_operation() -> None:
    manifest = load(Path(__file__).parents[2] / "generated" / "coze_api" / "manifest.json")
    said = [one["behaviour"] for one in manifest["surface"]["methods"].values()]
    words = {key.partition("-")[0] for keys in said for key in keys}
    assert words == KEYS.keys()
