"""What an editor completes that reads the source by Jedi: Spyder, python-lsp, Vim, Emacs."""

from __future__ import annotations

import sys
from pathlib import Path

import jedi
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from coze_client import Coze\nCoze().", "bots"),
        ("from coze_client import Coze\nCoze().bots.", "retrieve"),
        ("from coze_client import Coze\nCoze().bots.retrieve(bot_id='1').", "bot_id"),
        ("from coze_client import AsyncCoze\nAsyncCoze().workflows.runs.", "stream"),
        ("from coze_client.models import ", "Bot"),
        ("from coze_client.callbacks import Receiver\nReceiver().", "receive"),
    ],
)
def test_jedi_completes(code: str, name: str) -> None:
    project = jedi.Project(
        ROOT,
        added_sys_path=[str(ROOT / part) for part in ("facade", "generated")],
        environment_path=sys.prefix,
    )
    assert name in {one.name for one in jedi.Script(code, project=project).complete()}
