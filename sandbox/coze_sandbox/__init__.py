"""An offline Coze server for demos and tests.

It serves every operation of the API on the loopback interface, made from the same document as the
client. It needs no account and no network; `pip install coze-client[sandbox]` brings what it needs.

    from coze_client import Coze
    from coze_sandbox import Sandbox, Scenario

    with Sandbox() as sandbox, Coze(base_url=sandbox.url, token="sandbox") as coze:
        bot = coze.bots.retrieve(bot_id="123")

`python -m coze_sandbox --port 8080` serves until Ctrl-C, for programs in other processes.

**Requests are checked strictly.** Any bearer token but `expired` (code 4100) is accepted; without
one the answer is HTTP 401 with code 4101. A request that breaks the document gets HTTP 400 with
code 4000, and a text that names each violation and its place: unknown or missing parameters and
fields, wrong types, arrays repeated where commas are due, a wrong content type. Ids that no page
gave and sizes above the limit of a page or a batch are refused as well.

`Sandbox(strict=False)` accepts what the service accepts in practice: null fields and empty query
values are absent, and unknown names are only noted in `requests`.

**Answers are the same each time.** They come from the examples in the document, else from types and
names. What a request gives appears where the result has a field of that name: the result for
`bot_id="123"` has the `bot_id` 123. Each list holds 45 items (`Sandbox(items=...)`). Streams are
the scripts in `streams/`. Your own answers go before:

    sandbox.answer("bots.list", items=[{"name": "Helper"}, {"name": "Guide"}])
    sandbox.answer("users.me", {"user_name": "me"})

**What takes time progresses**, one step with each poll: a chat is created, in progress, then
completed, with messages and usage; so are runs of workflows in the background, documents, copies
and bills. A scenario for the call that starts it says how it ends: `Scenario(script="failed")`, for
chats also `requires_action` and `canceled`. Nothing else is stored.

**Your program's requests** are in `sandbox.requests`, oldest first, without their tokens:

    assert sandbox.requests[-1].operation == "chat.stream"
    assert sandbox.requests[-1].json()["user_id"] == "me"

**Scenarios** make the sandbox misbehave. Each correct request meets one at most:

    busy = Scenario(status=429, retry_after=1)
    sandbox.scenario(busy, operation="bots.retrieve", times=2)     # twice, then all is well
    sandbox.scenario(Scenario(cut_after=200), operation="chat.stream")
    sandbox.scenario(Scenario(error_event="error", code=4028))     # every stream from now on
    sandbox.scenario(Scenario(result={"status": "in_progress"}), operation="chat.retrieve", times=3)
    sandbox.reset()                                                # forget scenarios and requests

Sockets meet them at their handshake; `sandbox.requests[-1].events` is what a socket was sent.

A single request can bring its own along, from any program, in the header `x-sandbox-scenario`:

    x-sandbox-scenario: status=503; retry_after=2
    x-sandbox-scenario: {"error_event": "error", "code": 4028, "msg": "no credits left"}

`Scenario` lists what there is. The scripted streams have these variants for `script`: chats
`requires_action`, `failed`, `canceled` and `voice`, runs of workflows `interrupt`, chats with
workflows `interrupt` and
`failed`.

**Tokens** are issued as the real service does it, with all checks, once an application is known:

    sandbox.oauth.register("app", public_key=pem, public_key_id="key")      # for JWTs
    sandbox.oauth.register("web", client_secret="secret")                   # for the web flow
    sandbox.oauth.register("public")                                        # for PKCE and devices

The authorize page agrees at once; a device is approved by its verification page or by
`sandbox.oauth.approve(user_code)`. These tokens expire; `OAuth` lists what can be set.

**In pytest**, the fixture `coze_sandbox` is there once the package is installed. One server serves
all tests and is reset for each; clients made with `Coze()` reach it.

    def test_my_program(coze_sandbox):
        coze_sandbox.answer("bots.list", items=[])
        assert my_program() == "no bots"
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coze_sandbox._oauth import OAuth
    from coze_sandbox._requests import RecordedRequest
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._server import Sandbox

__all__ = ["OAuth", "RecordedRequest", "Sandbox", "Scenario"]

_MODULES = {
    "OAuth": "_oauth",
    "RecordedRequest": "_requests",
    "Sandbox": "_server",
    "Scenario": "_scenarios",
}


def __getattr__(name: str) -> object:
    # Loaded on first use: pytest imports this package for its plugin in every run.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __name__:
            raise
        raise ModuleNotFoundError(
            f"the sandbox needs {error.name}; run `pip install coze-client[sandbox]`",
            name=error.name,
        ) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
