from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIError, CozeError
from tests.core.scripted_server import ScriptedServer, answer
from tests.core.things import GET, POST, SOUND, UPLOAD
from tests.faults.fault_shapes import DONE, PATH, good_call, open_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import Runner

    Serve = Callable[..., ScriptedServer]

STATUSES = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", STATUSES)
def test_a_get_follows_a_redirect_on_its_host_with_its_token(
    run: Runner, serve: Serve, status: int
) -> None:
    server = serve(answer(status, Location="/elsewhere?x=1"), DONE)
    assert good_call(run, run.client(server)).id == "1"
    assert [seen.target for seen in server.seen] == ["/things/1", "/elsewhere?x=1"]
    assert server.seen[1].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("status", STATUSES)
def test_no_secret_follows_a_redirect_to_another_host(
    run: Runner, serve: Serve, status: int
) -> None:
    other = serve(DONE)
    for place in (other.url, other.url.replace("127.0.0.1", "localhost")):
        server = serve(answer(status, Location=f"{place}/elsewhere"))
        assert good_call(run, run.client(server)).id == "1"
    for seen in other.seen:
        assert seen.headers["authorization"] is None
        assert b"secret-token" not in seen.body + str(seen.headers).encode()


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", ["post", "upload", "stream"])
def test_a_post_is_never_sent_on(run: Runner, serve: Serve, kind: str, status: int) -> None:
    other = serve(DONE)
    server = serve(answer(status, Location=other.url))
    client = run.client(server)
    calls: dict[str, Callable[[], Any]] = {
        "post": lambda: run(client.call, POST, body={}),
        "upload": lambda: run(client.call, UPLOAD, files={"file": b"x"}),
        "stream": lambda: open_stream(run, client),
    }
    with pytest.raises(APIError, match=f"a redirect to {other.url}"):
        calls[kind]()
    assert (len(server.seen), len(other.seen)) == (1, 0)


def test_a_download_follows_a_redirect_to_where_files_lie(run: Runner, serve: Serve) -> None:
    other = serve(answer(body=b"sound", kind="audio/mpeg"))
    server = serve(answer(302, Location=f"{other.url}/file"))
    assert run(run(run.client(server).download, SOUND).read) == b"sound"
    assert other.seen[0].headers["authorization"] is None


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://x.test/", "http://", "http://[::1", "\x01"]
)
def test_a_redirect_to_no_place_is_one_error(run: Runner, serve: Serve, location: str) -> None:
    server = serve(answer(302, Location=location))
    with pytest.raises(CozeError):
        run(run.client(server, max_retries=0).call, GET, path=PATH)
    assert len(server.seen) == 1


class TLSServer(ScriptedServer):
    """The same over TLS, with a certificate made for it."""

    def __init__(self, folder: Path, *script: Any) -> None:
        super().__init__(*script)
        key, certificate = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._listener = context.wrap_socket(self._listener, server_side=True)
        self.url = self.url.replace("http:", "https:")
        self.trust = ssl.create_default_context(cafile=str(certificate))


def make_certificate(folder: Path) -> tuple[Path, Path]:
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate").write_bytes(certificate.public_bytes(pem))
    return folder / "key", folder / "certificate"


def test_a_redirect_from_https_to_http_takes_no_token_along(
    run: Runner, serve: Serve, tmp_path: Path
) -> None:
    plain = serve(DONE)
    with TLSServer(tmp_path, answer(302, Location=f"{plain.url}/x"), DONE) as server:
        http_client = run.httpx_client(verify=server.trust, follow_redirects=True)
        client = run.client(server, http_client=http_client)
        assert good_call(run, client).id == "1"
        assert good_call(run, client).id == "1"
    assert plain.seen[0].headers["authorization"] is None
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer secret-token"] * 2


def test_an_unknown_certificate_is_no_connection_and_gets_no_request(
    run: Runner, tmp_path: Path
) -> None:
    with TLSServer(tmp_path, DONE) as server:
        with pytest.raises(CozeError, match=r"no connection .*CERTIFICATE_VERIFY_FAILED"):
            run(run.client(server, max_retries=0).call, POST, body={})
        assert server.seen == []
