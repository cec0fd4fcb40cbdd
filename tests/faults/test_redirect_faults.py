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
    from tests.core.scripted_server import Serve

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
@pytest.mark.parametrize("given", [False, True], ids=["own client", "given client"])
def test_a_redirect_beyond_its_origin_is_never_followed(
    run: Runner, serve: Serve, status: int, *, given: bool
) -> None:
    other = serve(DONE)
    options = {"http_client": run.httpx_client(follow_redirects=True)} if given else {}
    port = other.url.rpartition(":")[2]
    for place in (other.url, f"http://localhost:{port}", f"https://127.0.0.1:{port}"):
        server = serve(answer(status, Location=f"{place}/elsewhere"), DONE)
        client = run.client(server, headers={"X-Key": "secret-key"}, **options)
        with pytest.raises(APIError, match=f"a redirect to {place}/elsewhere") as caught:
            good_call(run, client)
        assert caught.value.status_code == status
        assert len(server.seen) == 1
        assert good_call(run, client).id == "1"
    assert other.seen == []


def test_a_given_client_follows_within_an_origin_as_it_was_told(run: Runner, serve: Serve) -> None:
    for follows, seen in ((True, 2), (False, 1)):
        server = serve(answer(307, Location="/elsewhere"), DONE)
        http_client = run.httpx_client(follow_redirects=follows)
        client = run.client(server, http_client=http_client, headers={"X-Key": "k"})
        try:
            assert run(client.call, POST, body={"a": 1}).id == "1"
        except APIError:
            assert not follows
        assert len(server.seen) == seen
        assert [found.body for found in server.seen] == [b'{"a":1}'] * seen
        assert {found.headers["x-key"] for found in server.seen} == {"k"}


def test_a_redirect_without_end_is_one_error(run: Runner, serve: Serve) -> None:
    server = serve(*[answer(302, Location="/again")] * 21, DONE)
    client = run.client(server, max_retries=0)
    with pytest.raises(CozeError, match="TooManyRedirects"):
        run(client.call, GET, path=PATH)
    assert len(server.seen) == 21
    assert good_call(run, client).id == "1"
    assert server.connections == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://xn--zzzzzz99999/",
        "http://xn--\xff/",
        "http://\xff\xfe/",
        "http://a\u0000b/",
        "//[::1",
    ],
)
@pytest.mark.parametrize("operation", [GET, POST])
def test_a_redirect_to_a_host_that_is_no_name_is_one_error(
    run: Runner, serve: Serve, location: str, operation: Any
) -> None:
    head = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n"
    server = serve(head.encode("latin-1"))
    with pytest.raises(CozeError):
        run(run.client(server, max_retries=0).call, operation, path=PATH)
    assert len(server.seen) == 1


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


def test_a_download_is_not_led_elsewhere(run: Runner, serve: Serve) -> None:
    other = serve(answer(body=b"sound", kind="audio/mpeg"))
    server = serve(
        answer(302, Location=f"{other.url}/file"),
        answer(302, Location="/file"),
        answer(body=b"sound", kind="audio/mpeg"),
    )
    client = run.client(server)
    with pytest.raises(APIError, match=f"a redirect to {other.url}/file"):
        run(client.download, SOUND)
    assert run(run(client.download, SOUND).read) == b"sound"
    assert other.seen == []


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
        with pytest.raises(APIError, match="a redirect to http://"):
            good_call(run, client)
        assert good_call(run, client).id == "1"
    assert plain.seen == []
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer secret-token"] * 2


def test_an_unknown_certificate_is_no_connection_and_gets_no_request(
    run: Runner, tmp_path: Path
) -> None:
    with TLSServer(tmp_path, DONE) as server:
        with pytest.raises(CozeError, match=r"no connection .*CERTIFICATE_VERIFY_FAILED"):
            run(run.client(server, max_retries=0).call, POST, body={})
        assert server.seen == []
