"""Uploads and downloads with progress, and knowledge from files and pages, against the sandbox."""

from __future__ import annotations

import io
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import APIError, CozeError, models
from coze_sandbox import Sandbox, Scenario
from tests.client.calls import at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.runner import Runner

    Call = Callable[..., Any]

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def call(run: Runner, coze_sandbox: Sandbox) -> Call:
    """Return a function that calls the method at a path, and writes the result if that is asked."""
    del coze_sandbox

    def call(path: str, *args: Any, write: dict[str, Any] | None = None, **options: Any) -> Any:
        result = run(at(run.coze(max_retries=0), path), *args, **options)
        return run(result.write_to, **write) if write else result

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(f"text {number}")
    (tmp_path / "data.bin").write_bytes(CONTENT)
    (tmp_path / "folder.pdf").mkdir()
    return tmp_path


@pytest.mark.parametrize("kind", ["bytes", "path", "file", "named"])
def test_an_upload_tells_its_progress_and_arrives_whole(
    call: Call, coze_sandbox: Sandbox, folder: Path, kind: str
) -> None:
    seen: list[tuple[int, int]] = []

    def progress(sent: int, total: int) -> None:
        seen.append((sent, total))

    path = folder / "data.bin"
    files: dict[str, Any] = {
        "bytes": CONTENT,
        "path": path,
        "file": io.BytesIO(CONTENT),
        "named": ("a.png", CONTENT, "image/png"),
    }
    call("files.upload", file=files[kind], on_progress=progress)
    assert seen == sorted(set(seen))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert len(seen) > 1
    assert CONTENT in coze_sandbox.requests[-1].body


def test_a_download_is_written_to_an_open_file_with_progress(call: Call) -> None:
    seen: list[tuple[int, int | None]] = []

    def progress(written: int, total: int | None) -> None:
        seen.append((written, total))

    file = io.BytesIO()
    options = {"input": "hi", "voice_id": "1"}
    size = call(
        "audio.speech.create",
        **options,
        write={"target": file, "on_progress": progress},
    )
    assert size == len(file.getvalue()) == seen[-1][0] > 0
    assert seen[-1][1] in {size, None}


def test_files_and_pages_are_added_ten_in_a_call_and_apart(
    call: Call, coze_sandbox: Sandbox, folder: Path
) -> None:
    pages = [f"https://a.b/{number}" for number in range(3)]
    paths = [folder / f"{number}.txt" for number in range(12)]
    found = call("datasets.documents.upload", "7", [pages[0], *paths, *pages[1:]])
    bodies = [request.json() for request in coze_sandbox.requests]
    sent = [body["document_bases"] for body in bodies]
    assert [len(one) for one in sent] == [10, 2, 3]
    assert len(found) == 15
    contents = [b64decode(one["source_info"]["file_base64"]) for one in sent[0] + sent[1]]
    assert contents == [path.read_bytes() for path in paths]
    assert [one["source_info"]["web_url"] for one in sent[2]] == pages
    assert {body["chunk_strategy"]["chunk_type"] for body in bodies} == {0}


def test_an_upload_can_wait_until_all_is_processed(
    call: Call, coze_sandbox: Sandbox, folder: Path
) -> None:
    seen: list[int | None] = []

    def progress(found: list[models.DocumentProgress]) -> None:
        seen.append(found[0].status)

    call(
        "datasets.documents.upload",
        "7",
        [str(folder / "1.txt"), "https://a.b"],
        wait=True,
        on_progress=progress,
    )
    assert seen.count(1) == 2
    operations = [request.operation for request in coze_sandbox.requests]
    assert operations.count("datasets.documents.create") == 2


def test_a_document_that_fails_ends_the_upload(
    call: Call, coze_sandbox: Sandbox, folder: Path
) -> None:
    coze_sandbox.scenario(Scenario(script="failed"))
    with pytest.raises(APIError):
        call("datasets.documents.upload", "7", [folder / "1.txt", "https://a.b"], wait=True)
    operations = [request.operation for request in coze_sandbox.requests]
    assert operations.count("datasets.documents.create") == 1


@pytest.mark.parametrize("scenario", [Scenario(status=500), Scenario(cut_after=0)])
def test_documents_are_posted_once(
    call: Call, coze_sandbox: Sandbox, folder: Path, scenario: Scenario
) -> None:
    coze_sandbox.scenario(scenario)
    with pytest.raises(CozeError):
        call("datasets.documents.upload", "7", [folder / "1.txt"])
    assert len(coze_sandbox.requests) == 1


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["data.bin"], "data.bin is of the kind bin, and the API takes pdf, txt, doc, docx"),
        (["1.txt", "none.txt"], "there is no file .*none.txt"),
        (["folder.pdf"], "there is no file .*folder.pdf"),
        ([], "must be a list of at least one path or URL"),
    ],
)
def test_bad_sources_are_one_error_before_anything_is_sent(
    call: Call, coze_sandbox: Sandbox, folder: Path, sources: list[str], message: str
) -> None:
    with pytest.raises(CozeError, match=message):
        call("datasets.documents.upload", "7", [folder / one for one in sources])
    for none in ("1.txt", folder / "1.txt", None, [None]):
        with pytest.raises(CozeError, match="must be a list of at least one path or URL"):
            call("datasets.documents.upload", "7", none)
    assert not coze_sandbox.requests


def test_sources_may_be_what_a_folder_lists(
    call: Call, coze_sandbox: Sandbox, folder: Path
) -> None:
    found = call("datasets.documents.upload", "7", folder.glob("*.txt"))
    assert len(found) == 12
    assert len(coze_sandbox.requests) == 2
