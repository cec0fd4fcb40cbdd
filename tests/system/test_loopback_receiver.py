"""Redirects that are received on the loopback interface."""

from __future__ import annotations

import functools
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from coze_client import CozeError
from coze_client._oauth.receiver import LoopbackReceiver


def test_a_port_that_is_taken_is_named(redirect_uri: str) -> None:
    with (
        LoopbackReceiver(redirect_uri, "one"),
        pytest.raises(
            CozeError, match=rf"Port {urlsplit(redirect_uri).port} of 127\.0\.0\.1 is taken"
        ),
        LoopbackReceiver(redirect_uri, "two"),
    ):
        pass


def test_only_the_redirect_of_this_login_ends_the_waiting(redirect_uri: str) -> None:
    with LoopbackReceiver(redirect_uri, "right") as receiver:
        assert status_of(f"{redirect_uri[: -len('/callback')]}/favicon.ico") == 404
        assert status_of(f"{redirect_uri}?code=1&state=wrong") == 400
        assert status_of(f"{redirect_uri}?code=1") == 400
        assert status_of(f"{redirect_uri}?code=1&state=right&state=wrong") == 400
        assert status_of(f"{redirect_uri}?code=2&state=right") == 200
        assert status_of(f"{redirect_uri}?code=3&state=right") == 410
        assert receiver.wait(0) == "/callback?code=2&state=right"


def test_a_connection_that_says_nothing_does_not_hold_up_the_next(redirect_uri: str) -> None:
    with (
        LoopbackReceiver(redirect_uri, "s") as receiver,
        socket.create_connection(("127.0.0.1", urlsplit(redirect_uri).port)),
    ):
        assert status_of(f"{redirect_uri}?code=1&state=s") == 200
        assert receiver.wait(0)


@pytest.mark.parametrize("host", ["localhost", "[::1]"])
def test_other_names_of_the_loopback_are_fine(redirect_uri: str, host: str) -> None:
    uri = redirect_uri.replace("127.0.0.1", host)
    try:
        with LoopbackReceiver(uri, "s"):
            assert status_of(f"{uri}?code=1&state=s") == 200
    except CozeError:
        pytest.skip(f"this machine has no {host}")


@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
@pytest.mark.parametrize("first", ["receiver", "other"])
def test_localhost_is_ours_at_both_addresses_or_an_error(
    redirect_uri: str, family: str, host: str, first: str
) -> None:
    """A browser may take either: the code must not go to another program."""
    uri = redirect_uri.replace("127.0.0.1", "localhost")
    address = host, urlsplit(uri).port
    listen = functools.partial(
        socket.create_server, address, family=getattr(socket, family), reuse_port=False
    )
    try:
        listen().close()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    if first == "other":
        with (
            listen(),
            pytest.raises(CozeError, match=f"of {host} is taken"),
            LoopbackReceiver(uri, "s"),
        ):
            pass
    else:
        with LoopbackReceiver(uri, "s") as receiver:
            with pytest.raises(OSError, match="in use"):
                listen()
            bracketed = f"[{host}]" if ":" in host else host
            assert status_of(f"{uri.replace('localhost', bracketed)}?code=1&state=s") == 200
            assert receiver.wait(0) == "/callback?code=1&state=s"


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as response:  # noqa: S310  # loopback
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
