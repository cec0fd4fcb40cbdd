"""What is loaded when. Import time grows with each module, so that none may be added unnoticed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.processes import python

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

_IMPORT = {
    "coze_api",
    "coze_api.resources",
    "coze_api.resources._root",
    "coze_client",
    "coze_client._client",
    "coze_client._requests",
    "coze_core",
    "coze_core._lazy",
    "coze_core._resource",
}
_FIRST_CALL = _IMPORT | {
    "coze_api.models",
    "coze_api.models._model",
    "coze_api.models.bot_list",
    "coze_api.models.bot_summary",
    "coze_api.resources.bots",
    "coze_client._defaults",
    "coze_client._version",
    "coze_core._errors",
    "coze_core._auth",
    "coze_core._call",
    "coze_core._client",
    "coze_core._coze_error",
    "coze_core._decode",
    "coze_core._encoding",
    "coze_core._fork",
    "coze_core._http",
    "coze_core._http._clients",
    "coze_core._http._errors",
    "coze_core._http._exchange",
    "coze_core._http._family",
    "coze_core._http._sync",
    "coze_core._operation",
    "coze_core._pages",
    "coze_core._paging",
    "coze_core._request",
    "coze_core._response",
    "coze_core._settings",
    "coze_core._sync",
    "coze_core._deadline",
}

_PROGRAM = """
import sys
{before}
known = set(sys.modules)
{work}
new = set(sys.modules) - known
import json
print(json.dumps(sorted(new)))
"""


def test_an_import_loads_no_model_and_no_library() -> None:
    ours, others = _loaded("", "from coze_client import Coze")
    assert ours == _IMPORT
    assert others == set()


def test_a_first_call_loads_what_it_needs_and_no_other_model_or_resource(
    coze_sandbox: Sandbox,
) -> None:
    work = (
        "from coze_client import Coze\n"
        f"Coze(token='sandbox', base_url={coze_sandbox.url!r}).bots.list(workspace_id='1')"
    )
    ours, others = _loaded("import httpx, httpcore, anyio", work)
    assert ours == _FIRST_CALL
    assert others <= {"attr", "attrs", "msgspec", "typing_extensions"}


def _loaded(before: str, work: str) -> tuple[set[str], set[str]]:
    """Return the modules of this project, and the libraries, that some work loads."""
    done = python("-W", "error", "-c", _PROGRAM.format(before=before, work=work))
    modules: list[str] = json.loads(done.stdout)
    ours = {name for name in modules if name.startswith("coze_")}
    libraries = {name.partition(".")[0] for name in set(modules) - ours}
    return ours, libraries - set(sys.stdlib_module_names)
