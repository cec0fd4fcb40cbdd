from __future__ import annotations

import json
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from coze_client._defaults import ERRORS
from coze_core import CozeError
from coze_core._errors import error_class
from tests.core.imports import HEAVY, loaded_by
from tests.core.scripted_server import answer, ok
from tests.core.things import AsyncThings, Thing, Things
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "facade/coze_client/error_table.json"

generated = pytest.mark.skipif(
    find_spec("coze_api") is None, reason="the API package is not generated yet"
)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COZE_API_TOKEN", raising=False)
    monkeypatch.delenv("COZE_API_BASE", raising=False)


@pytest.fixture
def coze(run: Runner) -> Callable[..., Any]:
    """Return what makes a `Coze` or an `AsyncCoze`."""
    return run.coze


def things(run: Runner, client: Any) -> Any:
    return run.resource(client._client, Things, AsyncThings)


def entries() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(TABLE.read_text("utf-8"))
    return table


@pytest.mark.parametrize("code", entries())
def test_every_code_has_a_class_a_cause_and_a_remedy(code: str) -> None:
    status = int(code.removeprefix("http ")) if code.startswith("http ") else 200
    advice = ERRORS.advice(None if status != 200 else code, status)
    assert advice is not None
    assert error_class(advice, 200).__name__ != "APIError"
    assert advice.cause
    assert advice.remedy
    assert advice.retryable in {"yes", "no", "refused", "token"}
    assert advice.page is None or advice.page.startswith("https://docs.coze.cn/developer_guides/")
    assert set(entries()[code]) <= set(advice.__struct_fields__)


def test_the_table_is_sorted_and_only_what_was_refused_is_safe_to_repeat() -> None:
    codes = [int(code) for code in entries() if code.isdigit()]
    assert codes == sorted(codes)
    refused = {code for code, entry in entries().items() if entry.get("retryable") == "refused"}
    assert refused == {"4009", "4020", "710005002"}


def test_the_version_is_the_one_of_the_project() -> None:
    from coze_client import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("version", __version__) == __version__


@generated
def test_no_token_says_what_to_do(coze: Callable[..., Any]) -> None:
    with pytest.raises(CozeError, match=r"pass it as Coze\(token=.* COZE_API_TOKEN"):
        coze()


@generated
def test_token_and_base_come_from_the_environment(
    run: Runner, serve: Serve, coze: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(ok({"id": "1"}))
    monkeypatch.setenv("COZE_API_TOKEN", "from-environment\n")
    monkeypatch.setenv("COZE_API_BASE", server.url)
    assert run(things(run, coze()).get, thing_id="1") == Thing(id="1")
    assert run(things(run, coze("given")).get, thing_id="1")
    tokens = [seen.headers["authorization"] for seen in server.seen]
    assert tokens == ["Bearer from-environment", "Bearer given"]
    assert server.seen[0].headers["user-agent"].startswith("coze-client/")


@generated
def test_an_address_in_the_environment_that_is_none_is_named_by_its_variable(
    coze: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZE_API_BASE", "nonsense")
    with pytest.raises(CozeError, match=r"^COZE_API_BASE is not a URL"):
        coze("secret")


@generated
def test_the_default_is_the_api_of_coze_cn(coze: Callable[..., Any]) -> None:
    assert repr(coze("secret")) in {
        "Coze(base_url='https://api.coze.cn')",
        "AsyncCoze(base_url='https://api.coze.cn')",
    }


@generated
@pytest.mark.parametrize(
    "options", [{"headers": {"AUTHORIZATION": "Bearer other"}}, {"auth": httpx.BasicAuth("a", "b")}]
)
def test_other_authentication_needs_no_token(
    run: Runner,
    serve: Serve,
    coze: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
) -> None:
    monkeypatch.setenv("COZE_API_TOKEN", "from-environment")
    server = serve(ok({"id": "1"}))
    run(things(run, coze(base_url=server.url, **options)).get, thing_id="1")
    assert "from-environment" not in server.seen[0].headers["authorization"]


@generated
def test_the_users_client_may_authenticate(
    run: Runner, serve: Serve, coze: Callable[..., Any]
) -> None:
    server = serve(ok({"id": "1"}))
    for options in ({"auth": ("a", "b")}, {"headers": {"Authorization": "Bearer other"}}):
        client = coze(base_url=server.url, http_client=run.httpx_client(**options))
        run(things(run, client).get, thing_id="1")
    first, second = (seen.headers["authorization"] for seen in server.seen)
    assert first.startswith("Basic ")
    assert second == "Bearer other"


@generated
def test_options_make_a_copy_that_keeps_its_kind(
    run: Runner, serve: Serve, coze: Callable[..., Any]
) -> None:
    server = serve(ok({"id": "1"}))
    client = coze("secret", base_url=server.url)
    client.mine = "attribute of a subclass"
    for name in ("bots", "chat"):
        getattr(client, name, None)
    copy = client.with_options(timeout=3, max_retries=0, headers={"X-A": "1"})
    assert type(copy) is type(client)
    assert copy.mine == client.mine
    assert not any(value is getattr(copy, "bots", None) for value in vars(client).values())
    run(things(run, copy).get, thing_id="1")
    run(things(run, client).get, thing_id="1")
    assert [seen.headers["x-a"] for seen in server.seen] == ["1", None]
    with pytest.raises(CozeError, match="max_retries is -1"):
        client.with_options(max_retries=-1)


@generated
def test_with_response_is_there(run: Runner, serve: Serve, coze: Callable[..., Any]) -> None:
    server = serve(answer(body={"code": 0, "data": {"id": "1"}}, X_Tt_Logid="log"))
    client = coze("secret", base_url=server.url)
    response = run(client.with_response, things(run, client).get, thing_id="1")
    assert (response.value, response.logid) == (Thing(id="1"), "log")


@generated
def test_leaving_the_block_closes_the_client(
    run: Runner, serve: Serve, coze: Callable[..., Any]
) -> None:
    client = coze("secret", base_url=serve(ok({"id": "1"})).url)

    with run.entered(client) as entered:
        assert entered is client
    with pytest.raises(CozeError, match="The client is closed"):
        run(things(run, client).get, thing_id="1")


@generated
def test_the_real_table_explains_real_errors(
    run: Runner, serve: Serve, coze: Callable[..., Any]
) -> None:
    server = serve(answer(body={"code": 4100, "msg": "authentication is invalid"}))
    client = coze("secret", base_url=server.url)
    with pytest.raises(CozeError, match="troubleshooting_4100_4101") as caught:
        run(things(run, client).get, thing_id="1")
    assert type(caught.value).__name__ == "AuthenticationError"


@generated
def test_importing_the_client_loads_nothing_heavy() -> None:
    assert not loaded_by("from coze_client import AsyncCoze, Coze") & set(HEAVY) - {"typing"}


@generated
def test_httpx_comes_with_the_first_client() -> None:
    from_sync = loaded_by("from coze_client import Coze; Coze('t').close()")
    assert httpx.__name__ in from_sync
    assert "coze_core._async" not in from_sync


@generated
def test_options_of_a_copy_are_those_of_its_groups(
    run: Runner, serve: Serve, coze: Callable[..., Any]
) -> None:
    server = serve(ok({"id": "1"}))
    one = coze("token-one", base_url=server.url)
    two = one.with_options(token="token-two", deadline=30)
    run(things(run, two).get, thing_id="1")
    run(things(run, one.with_options(deadline=30)).get, thing_id="1")
    sent = [seen.headers["Authorization"] for seen in server.seen]
    assert sent == ["Bearer token-two", "Bearer token-one"]
    assert two.bots._client.settings.deadline.seconds == 30
    assert one.bots._client.settings.deadline is None


@generated
def test_a_tenant_is_one_of_the_same_api(coze: Callable[..., Any]) -> None:
    from coze_client import DeviceCodeAuth

    elsewhere = DeviceCodeAuth(client_id="app", base_url="https://api.coze.com")
    one = coze("token-one", base_url="https://api.coze.cn")
    with pytest.raises(CozeError, match=r"coze\.com"):
        one.with_options(auth=elsewhere)
