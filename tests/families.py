"""The family of HTTP clients that tests use and the client sends with: httpx, or ``COZE_HTTP``."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

httpx: Any = import_module(os.environ.get("COZE_HTTP") or "httpx")
