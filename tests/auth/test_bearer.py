"""Tokens that the user has, or gives by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_client import AsyncCoze, Coze, CozeError

if TYPE_CHECKING:
    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

WRONG: list[tuple[Any, str]] = [
    ("", "token is empty"),
    (" \n", "token is empty"),
    ("Bearer secret", "without 'Bearer'"),
    ("secret\n", "stripped if it was read from a file"),
    ("sec\tret", "contains whitespace"),
    ("secr\u00e9t", "character beyond ASCII"),
    (b"secret", "must be a string, got bytes"),
    (7, "must be a string, got int"),
]


@pytest.mark.parametrize(("token", "said"), WRONG)
@pytest.mark.parametrize("kind", [Coze, AsyncCoze])
def test_what_is_no_token_is_refused_at_once(kind: Any, token: Any, said: str) -> None:
    with pytest.raises(CozeError, match=said) as caught:
        kind(token=token)
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize(("token", "said"), [*WRONG, (None, "must be a string, got NoneType")])
def test_what_a_function_gives_is_checked_too(
    run: Runner, sandbox: Sandbox, token: Any, said: str
) -> None:
    with pytest.raises(CozeError, match=said) as caught:
        run.retrieve(run.coze(token=lambda: token, base_url=sandbox.url))
    assert "sec" not in str(caught.value)
    assert sandbox.requests == []


@pytest.mark.parametrize(("token", "said"), [*WRONG, (None, "must be a string, got NoneType")])
def test_what_an_async_function_gives_is_checked_too(
    run: Runner, sandbox: Sandbox, token: Any, said: str
) -> None:
    async def give() -> Any:
        return token

    if run.portal is None:
        said = "use the async client"
    with pytest.raises(CozeError, match=said):
        run.retrieve(run.coze(token=give, base_url=sandbox.url))
