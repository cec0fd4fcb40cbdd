"""Redocly accepts the corrected document."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.tools.conftest import DOCUMENT, node_tool

RULES = Path(__file__).with_name("redocly.yaml")
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def test_redocly_has_nothing_to_object_to() -> None:
    command = [node_tool("redocly"), "lint", str(DOCUMENT), "--config", str(RULES)]
    command += ["--format", "json", "--max-problems", "1000"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **QUIET}
    )
    problems = json.loads(done.stdout)["problems"]
    message = [
        f"{one['severity']} {one['ruleId']} {one['location'][0].get('pointer')}: {one['message']}"
        for one in problems
    ]
    assert not message
    assert done.returncode == 0
