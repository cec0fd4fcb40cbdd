"""What is loaded when it is first used, loaded beforehand."""

from __future__ import annotations

import mimetypes
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages

import anyio

import coze_api
import coze_client
import coze_core
from coze_client import _defaults
from coze_client._client import AsyncCoze
from coze_core._coze_error import versions


def preload() -> None:
    """Load what clients and calls load when they first need it, so that no event loop waits for it.

    Call it where a program starts, before the loop. It takes about a second: for modules,
    certificates and the table of error codes.

    Raises:
        CozeError: No client can be made in this environment.
    """
    for name in ("anyio.from_thread", "anyio.lowlevel", "anyio.to_thread"):
        import_module(name)
    missing = () if find_spec("websockets") else ("coze_core._ws.",)
    for package in (coze_core, coze_api, coze_client):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if "__pyinstaller" not in module.name and not module.name.startswith(missing):
                import_module(module.name)
    _defaults.ERRORS.advice(None)
    versions()
    mimetypes.init()  # what httpx asks for the types of uploads
    with ThreadPoolExecutor(1) as thread:  # as this one may run an event loop already
        thread.submit(anyio.run, _make_client).result()
        if "trio" in sys.modules:
            thread.submit(partial(anyio.run, _make_client, backend="trio")).result()


async def _make_client() -> None:
    async with AsyncCoze("none", base_url="https://api.coze.cn"):
        pass
