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

**Answers are the same each time.** They come from the examples in the document, else from types and
names. What a request gives appears where the result has a field of that name: the result for
`bot_id="123"` has the `bot_id` 123. Nothing is stored: what one call creates, no other call finds.
Each list holds 45 items (`Sandbox(items=...)`). Streams are the scripts in `streams/`.

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

A single request can bring its own along, from any program, in the header `x-sandbox-scenario`:

    x-sandbox-scenario: status=503; retry_after=2
    x-sandbox-scenario: {"error_event": "error", "code": 4028, "msg": "no credits left"}

`Scenario` lists what there is. The scripted streams have these variants for `script`: chats
`requires_action` and `failed`, runs of workflows `interrupt`, chats with workflows `interrupt` and
`failed`.

**Tokens** are issued as the real service does it, with all checks, once an application is known:

    sandbox.oauth.register("app", public_key=pem, public_key_id="key")      # for JWTs
    sandbox.oauth.register("web", client_secret="secret")                   # for the web flow
    sandbox.oauth.register("public")                                        # for PKCE and devices

The authorize page agrees at once; a device is approved by its verification page or by
`sandbox.oauth.approve(user_code)`. These tokens expire; `OAuth` lists what can be set.

**In pytest**, one sandbox serves many tests:

    @pytest.fixture(scope="session")
    def running():
        with Sandbox() as sandbox:
            yield sandbox

    @pytest.fixture
    def sandbox(running):
        running.reset()
        return running
"""

from __future__ import annotations

try:
    from coze_sandbox._oauth import OAuth
    from coze_sandbox._requests import RecordedRequest
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._server import Sandbox
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] == __name__:
        raise
    raise ModuleNotFoundError(
        f"the sandbox needs {_error.name}; run `pip install coze-client[sandbox]`",
        name=_error.name,
    ) from _error

__all__ = ["OAuth", "RecordedRequest", "Sandbox", "Scenario"]
