"""Every job of the official SDK's examples that needs no socket is done against the sandbox."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze
from tests.client import jobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coze_sandbox import Sandbox

JOBS = [
    job
    for _, job in inspect.getmembers(jobs, inspect.isfunction)
    if job.__module__ == jobs.__name__
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_the_job_is_done(job: Callable[..., None], coze_sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"content")
    given: dict[str, Any] = {"file": file} if "file" in inspect.signature(job).parameters else {}
    with Coze() as coze:
        job(coze, **given)
    assert coze_sandbox.requests
