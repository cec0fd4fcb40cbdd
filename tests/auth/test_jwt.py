"""JWT: what is signed, and what it is exchanged for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import RSAKey

from coze_client import AuthenticationError, CozeError, JWTAuth
from tests.auth.conftest import operations
from tests.core.scripted_server import ScriptedServer, answer
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_sandbox import Sandbox
    from tests.auth.conftest import KeyPair, Runner

    MakeAuth = Callable[..., JWTAuth]

ISSUED = answer(body={"access_token": "czs_1", "expires_in": 4102444800})


def sent_jwts(server: ScriptedServer, keys: KeyPair) -> list[Any]:
    key = RSAKey.import_key(keys.public)
    return [
        jwt.decode(seen.headers["authorization"].removeprefix("Bearer "), key)
        for seen in server.seen
    ]


@pytest.mark.parametrize("owner", [{}, {"account_id": "1"}, {"enterprise_id": "2"}])
def test_a_jwt_says_who_for_whom_where_and_how_long(
    run: Runner, keys: KeyPair, jwt_auth: MakeAuth, owner: dict[str, str]
) -> None:
    context = {"device_info": {"custom_consumer": "u1"}}
    with ScriptedServer(ISSUED) as server:
        auth = jwt_auth(base_url=server.url, session_name="alice", session_context=context, **owner)
        assert run.token(auth) == "czs_1"
        (sent,) = sent_jwts(server, keys)
    assert sent.header == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    assert sent.claims["iss"] == "service"
    assert sent.claims["aud"] == "127.0.0.1"
    assert sent.claims["session_name"] == "alice"
    assert sent.claims["session_context"] == context
    assert 0 < sent.claims["exp"] - sent.claims["iat"] <= 600
    assert len(sent.claims["jti"]) > 32


def test_each_attempt_has_a_jwt_of_its_own(run: Runner, keys: KeyPair, jwt_auth: MakeAuth) -> None:
    with ScriptedServer(answer(503, Retry_After="0"), ISSUED) as server:
        assert run.token(jwt_auth(base_url=server.url)) == "czs_1"
        first, second = sent_jwts(server, keys)
    assert first.claims["jti"] != second.claims["jti"]


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "/api/permission/oauth2/token"),
        ({"account_id": "a/1"}, "/api/permission/oauth2/account/a%2F1/token"),
        ({"enterprise_id": "volcano_1"}, "/api/permission/oauth2/enterprise_id/volcano_1/token"),
    ],
)
def test_the_owner_decides_where_a_jwt_is_exchanged(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth, options: dict[str, str], path: str
) -> None:
    auth = jwt_auth(base_url=sandbox.url, duration_seconds=3600, **options)
    assert run.token(auth).startswith("czs_")
    (request,) = sandbox.requests
    assert request.path == path
    assert request.json()["duration_seconds"] == 3600


def test_the_scope_of_a_channel_is_sent(run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    scope = {
        "account_permission": {"permission_list": ["Connector.botChat"]},
        "attribute_constraint": {"connector_bot_chat_attribute": {"bot_id_list": ["1"]}},
    }
    run.token(jwt_auth(base_url=sandbox.url, scope=scope))
    assert sandbox.requests[-1].json()["scope"] == scope


@pytest.mark.parametrize("skew", [-7200, -20, 20, 7200])
def test_a_clock_that_is_wrong_does_no_harm(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth, skew: float
) -> None:
    sandbox.oauth.clock_skew = skew
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    for _ in range(3):
        run.retrieve(coze)
    issued = 2 if abs(skew) > 600 else 1
    assert operations(sandbox) == ["oauth.create_token"] * issued + ["bots.retrieve"] * 3


def test_an_unknown_key_is_explained(run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    auth = jwt_auth(base_url=sandbox.url, public_key_id="key-2")
    with pytest.raises(
        AuthenticationError, match=r"coze\.cn and coze\.com have separate"
    ) as caught:
        run.token(auth)
    assert caught.value.code == "invalid_client"
    assert caught.value.status_code == 401
    assert "key-2" in caught.value.msg


def test_a_signature_of_another_key_is_refused(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    other = RSAKey.generate_key(2048).as_pem(private=True).decode()
    with pytest.raises(AuthenticationError, match="cannot be verified"):
        run.token(jwt_auth(base_url=sandbox.url, private_key=other))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"private_key": "key.pem"}, "must be a private key in PEM"),
        ({"private_key": Path("key.pem")}, "Pass the text of the downloaded file"),
        ({"private_key": b"-----BEGIN PRIVATE KEY-----"}, "Pass the text of the downloaded file"),
        ({"duration_seconds": 86400}, "from 1 to 86399, got 86400"),
        ({"duration_seconds": 0}, "from 1 to 86399, got 0"),
        ({"duration_seconds": "900"}, "from 1 to 86399, got '900'"),
        ({"session_context": {"a": object()}}, "session_context cannot be written as JSON"),
        ({"account_id": "1", "enterprise_id": "2"}, "exclude each other"),
    ],
)
def test_arguments_without_sense_are_refused(
    jwt_auth: MakeAuth, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(CozeError, match=said):
        jwt_auth(**options)


@pytest.mark.parametrize(
    "written",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\\n"),  # as in an environment variable
        lambda pem: pem.replace("\n", "\\r\\n"),
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: f"\ufeff\n  {pem}\n\n",
    ],
)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_is_read_however_it_is_written(
    sandbox: Sandbox, keys: KeyPair, jwt_auth: MakeAuth, form: Any, written: Callable[[str], str]
) -> None:
    key = load_pem_private_key(keys.private.encode(), None)
    pem = key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    auth = jwt_auth(base_url=sandbox.url, private_key=written(pem))
    assert auth.token().startswith("czs_")


@pytest.mark.parametrize("kind", ["password", "not an RSA"])
def test_a_key_that_cannot_sign_is_an_error(keys: KeyPair, jwt_auth: MakeAuth, kind: str) -> None:
    rsa = load_pem_private_key(keys.private.encode(), None)
    key, lock = {
        "password": (rsa, BestAvailableEncryption(b"password")),
        "not an RSA": (generate_private_key(SECP256R1()), NoEncryption()),
    }[kind]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()
    with pytest.raises(CozeError, match=kind):
        jwt_auth(base_url="http://127.0.0.1:1", private_key=pem).token()


def test_a_damaged_key_is_not_repeated(run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    damaged = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"
    with pytest.raises(CozeError, match="cannot be read") as caught:
        run.token(jwt_auth(base_url=sandbox.url, private_key=damaged))
    assert caught.value.__cause__ is None
    assert "c2VjcmV0" not in str(caught.value)


def test_signing_is_imported_when_it_is_used() -> None:
    script = (
        "import sys; from coze_client import Coze, JWTAuth; "
        "auth = JWTAuth(client_id='1', public_key_id='2', private_key='-----BEGIN PRIVATE KEY-----'); "
        "Coze(auth=auth, base_url='https://api.coze.com').close(); "
        "assert not {'joserfc', 'cryptography'} & set(sys.modules)"
    )
    python("-c", script)


def test_without_what_signs_the_error_says_what_to_install(keys: KeyPair) -> None:
    script = (
        "import sys; sys.modules['joserfc'] = None; from coze_client import CozeError, JWTAuth\n"
        "auth = JWTAuth(client_id='1', public_key_id='2', private_key=sys.argv[1])\n"
        "try: auth.token()\n"
        "except CozeError as error: print(error)"
    )
    message = python("-c", script, keys.private)
    assert "pip install coze-client[jwt]" in message.stdout
