"""Where the programs of Node.js are: in .node (`make tools`), in $COZE_NODE_TOOLS, or on the PATH."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "generated" / "openapi.yaml"


def node_tool(name: str) -> str:
    folders = [Path(os.environ.get("COZE_NODE_TOOLS", ROOT / ".node")) / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed: run `make tools`, or set COZE_NODE_TOOLS")
    return found
