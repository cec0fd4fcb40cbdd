"""The table knows what the documentation names."""

from __future__ import annotations

import pytest

from coze_client import AuthenticationError, Coze, RateLimitError, ServerError
from coze_client._defaults import ERRORS
from tests.core.scripted_server import ScriptedServer, answer

OFFICIAL = [
    *range(4000, 4017), *range(4019, 4023), *range(4027, 4030), 4033, *range(4100, 4103), 4104,
    4105, 4200, 4201, *range(4300, 4305), 4314, 4315, 5000, 1109, 3010, 6003, 6023, 6031, 6039,
    305000002, 700012006, 700012014, 702042018, 702042078, 702042162, 702093204, 708230702,
    708232001, 708232003, 710005002, 720700801, 720700803, 720700808, 720701001, 720701002,
    720701003, 720701004, 720701007, 720701011, 720701013, 720702001, 720702002, 720702004,
    720702011, 720702078, 720702085, 720702089, 720702200, 720702201, 720702204, 720702222,
    720702250, 720712014, 720712023, 720712033, 720712043, 720712049, 777074011, 777074044,
    *range(777777762, 777777783),
]  # fmt: skip
OAUTH = [
    "access_denied", "access_deny", "authorization_pending", "expired_token", "internal_error",
    "invalid_client", "invalid_request", "slow_down", "unsupported_grant_type",
]  # fmt: skip


@pytest.mark.parametrize("code", [*OFFICIAL, *OAUTH])
def test_a_documented_code_has_a_cause_and_a_remedy_of_its_own(code: int | str) -> None:
    advice = ERRORS.advice(code)
    assert advice
    assert advice.cause
    assert advice.remedy
    for sentence in (advice.cause, advice.remedy):
        assert sentence[0].islower() or sentence.split()[0].isupper()
        assert not sentence.endswith(".")


def test_one_paragraph_says_what_why_what_to_do_and_where() -> None:
    body = {"code": 4100, "msg": "authentication is invalid", "detail": {"logid": "log-7"}}
    with (
        ScriptedServer(answer(401, body)) as server,
        Coze("planted", base_url=server.url) as coze,
        pytest.raises(AuthenticationError) as caught,
    ):
        coze.bots.retrieve(bot_id="7")
    assert str(caught.value) == (
        "bots.retrieve failed with code 4100 (HTTP 401): authentication is invalid. "
        "Likely cause: the token is wrong or expired, or belongs to the other site (coze.cn, "
        "coze.com). What to do: make a new token, and check that base_url is of the site that "
        "issued it. See https://docs.coze.cn/developer_guides/troubleshooting_4100_4101 for more. "
        f"[GET {server.url}/v1/bots/7, log id log-7]"
    )


@pytest.mark.parametrize(
    ("code", "kind", "sent"),
    [(4009, RateLimitError, 2), (4013, ServerError, 2), (987654321, Exception, 1)],
)
def test_what_the_table_calls_retryable_is_tried_again(
    code: int, kind: type[Exception], sent: int
) -> None:
    with (
        ScriptedServer(answer(200, {"code": code, "msg": ""}, retry_after="0")) as server,
        Coze("planted", base_url=server.url, max_retries=1) as coze,
        pytest.raises(kind) as caught,
    ):
        coze.bots.retrieve(bot_id="7")
    assert len(server.seen) == sent
    assert caught.value.report().count("\nattempt ") == sent  # type: ignore[attr-defined]
