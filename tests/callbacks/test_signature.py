from __future__ import annotations

import struct
from typing import Any

import pytest

from coze_client import CozeError, callbacks
from tests.callbacks.deliveries import TOKEN, body_of, lower, signed

VECTOR = ("1700000000000", "abc123", "secret-token", b'{"header":{},"event":{}}')


def test_the_signature_is_the_digest_of_timestamp_nonce_token_and_body() -> None:
    assert callbacks.signature(*VECTOR) == "bd4cfe062e4abe0766f653a8eda84ed6bca72863"


@pytest.mark.parametrize("spelling", [dict, lower], ids=["usual", "lower-case"])
def test_a_signed_callback_is_read_whatever_the_case_of_its_headers(
    receiver: callbacks.Receiver, spelling: type[dict[str, str]]
) -> None:
    body = body_of("bot.deleted")
    assert receiver.read(spelling(signed(body)), body).event_type == "bot.deleted"


def test_a_body_of_any_bytes_counts_as_it_came(receiver: callbacks.Receiver) -> None:
    body = b" " + body_of("bot.deleted", bot_name="天气") + b"\n"
    assert receiver.read(signed(body), body).event_type == "bot.deleted"


@pytest.mark.parametrize("name", ["X-Coze-Timestamp", "X-Coze-Nonce", "X-Coze-Signature"])
@pytest.mark.parametrize("change", ["missing", "empty", "other"])
def test_a_callback_is_refused_if_a_header_was_changed(
    receiver: callbacks.Receiver, name: str, change: str
) -> None:
    body = body_of("bot.deleted")
    headers = signed(body)
    value = headers.pop(name)
    if change != "missing":
        headers[name] = "" if change == "empty" else value[:-1] + ("0" if value[-1] != "0" else "1")
    with pytest.raises(callbacks.SignatureError) as caught:
        receiver.read(headers, body)
    assert caught.value.status == 401


@pytest.mark.parametrize("given", ["ABC", "é" * 40, "\U0001f600", "0" * 10_000])
def test_any_text_may_stand_where_the_signature_is_due(
    receiver: callbacks.Receiver, given: str
) -> None:
    body = body_of("bot.deleted")
    with pytest.raises(callbacks.SignatureError, match="wrong"):
        receiver.read(signed(body) | {"X-Coze-Signature": given}, body)


def test_a_callback_is_refused_if_its_body_was_changed(receiver: callbacks.Receiver) -> None:
    headers = signed(body_of("bot.deleted"))
    with pytest.raises(callbacks.SignatureError, match="as it came, not parsed and written again"):
        receiver.read(headers, body_of("bot.deleted") + b" ")


def test_a_body_that_something_else_has_read_is_explained(receiver: callbacks.Receiver) -> None:
    with pytest.raises(callbacks.SignatureError, match="did something else read it before"):
        receiver.read(signed(body_of("bot.deleted")), b"")


def test_a_callback_for_another_app_is_refused(receiver: callbacks.Receiver) -> None:
    body = body_of("bot.deleted")
    with pytest.raises(callbacks.SignatureError):
        receiver.read(signed(body, token="another"), body)


@pytest.mark.parametrize(
    ("ago", "window"), [(86_500, None), (-86_500, None), (20, 10.0), (1e9, 86_400.0)]
)
def test_what_happened_outside_of_the_window_is_refused(ago: float, window: float | None) -> None:
    receiver = callbacks.Receiver(TOKEN, **({"window": window} if window else {}))
    body = body_of("bot.deleted")
    with pytest.raises(callbacks.TimestampError, match="allow older callbacks with window=") as at:
        receiver.read(signed(body, ago=ago), body)
    assert at.value.status == 401


@pytest.mark.parametrize(("ago", "window"), [(5 * 3600, None), (-60, None), (90_000, 1e5)])
def test_what_happened_within_the_window_is_taken(ago: float, window: float | None) -> None:
    receiver = callbacks.Receiver(TOKEN, **({"window": window} if window else {}))
    body = body_of("benefit.usage")
    assert receiver.read(signed(body, ago=ago), body).event_type == "benefit.usage"


@pytest.mark.parametrize("window", [86_400.0, 1e15])
def test_digits_that_move_between_timestamp_and_nonce_are_refused(window: float) -> None:
    """The signature is the same; only the form of the timestamp tells."""
    receiver, body = callbacks.Receiver(TOKEN, window=window), body_of("bot.deleted")
    headers = signed(body, nonce="1234567890abc")
    assert receiver.read(headers, body).event_type == "bot.deleted"
    text = headers["X-Coze-Timestamp"] + headers["X-Coze-Nonce"]
    for cut in range(len(text) + 1):
        if cut != len(headers["X-Coze-Timestamp"]):
            moved = headers | {"X-Coze-Timestamp": text[:cut], "X-Coze-Nonce": text[cut:]}
            with pytest.raises(callbacks.TimestampError):
                receiver.read(moved, body)


@pytest.mark.parametrize("body", [b"", body_of("bot.deleted"), b'{"header": {}}', b" " * 64])
@pytest.mark.parametrize("suffix", [b"", body_of("bot.deleted", event_id="forged"), b" ", b'"}'])
def test_a_body_that_was_extended_behind_its_signature_is_refused(
    receiver: callbacks.Receiver, body: bytes, suffix: bytes
) -> None:
    """SHA-1 of a secret and a body is also the state from which a longer body goes on."""
    headers = signed(body)
    secret = len(headers["X-Coze-Timestamp"] + headers["X-Coze-Nonce"] + TOKEN)
    padding = sha1_padding(secret + len(body))
    length = secret + len(body + padding + suffix)
    state = struct.unpack(">5I", bytes.fromhex(headers["X-Coze-Signature"]))
    forged = headers | {"X-Coze-Signature": sha1_from(state, suffix + sha1_padding(length))}
    extended = body + padding + suffix
    timestamp, nonce = headers["X-Coze-Timestamp"], headers["X-Coze-Nonce"]
    assert callbacks.signature(timestamp, nonce, TOKEN, extended) == forged["X-Coze-Signature"]
    with pytest.raises(callbacks.PayloadError):
        receiver.read(forged, extended)


def sha1_padding(length: int) -> bytes:
    return b"\x80" + bytes((55 - length) % 64) + struct.pack(">Q", 8 * length)


def sha1_from(state: tuple[int, ...], message: bytes) -> str:
    """Go on with SHA-1 from the state after a message of whole blocks (RFC 3174)."""

    def rotate(value: int, count: int) -> int:
        return (value << count | value >> 32 - count) & 0xFFFFFFFF

    for start in range(0, len(message), 64):
        words = list(struct.unpack(">16I", message[start : start + 64]))
        for i in range(16, 80):
            words.append(rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1))
        a, b, c, d, e = state
        for i, word in enumerate(words):
            f, k = (
                ((b & c) | (~b & d), 0x5A827999),
                (b ^ c ^ d, 0x6ED9EBA1),
                ((b & c) | (b & d) | (c & d), 0x8F1BBCDC),
                (b ^ c ^ d, 0xCA62C1D6),
            )[i // 20]
            rotated = (rotate(a, 5) + f + e + k + word) & 0xFFFFFFFF
            a, b, c, d, e = rotated, a, rotate(b, 30), c, d
        state = tuple((x + y) & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e), strict=True))
    return struct.pack(">5I", *state).hex()


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e12", "９９", "9" * 5000])
def test_a_timestamp_that_is_no_number_is_refused(
    receiver: callbacks.Receiver, timestamp: str
) -> None:
    body = body_of("bot.deleted")
    signature = callbacks.signature(timestamp, "n", TOKEN, body)
    headers = {
        "x-coze-timestamp": timestamp,
        "x-coze-nonce": "n",
        "x-coze-signature": signature,
    }
    with pytest.raises(callbacks.TimestampError):
        receiver.read(headers, body)


@pytest.mark.parametrize(
    "arguments",
    [
        {"window": 0},
        {"window": -1},
        {"window": float("inf")},
        {"window": "1"},
        {"max_body": 0},
        {"max_body": None},
    ],
)
def test_arguments_without_sense_are_errors(arguments: dict[str, Any]) -> None:
    with pytest.raises(CozeError, match="above 0"):
        callbacks.Receiver(TOKEN, **arguments)


@pytest.mark.parametrize("token", ["", None, b"token"])
def test_a_token_that_is_no_text_is_an_error(token: Any) -> None:
    with pytest.raises(CozeError, match="verify_token must be a text"):
        callbacks.Receiver(token)


def test_headers_that_are_no_mapping_are_an_error(receiver: callbacks.Receiver) -> None:
    pairs: Any = [("x-coze-nonce", "n")]
    with pytest.raises(CozeError, match=r"headers must be a mapping of texts, got list"):
        receiver.read(pairs, b"{}")


def test_a_body_that_was_parsed_before_is_an_error(receiver: callbacks.Receiver) -> None:
    with pytest.raises(CozeError, match="Pass them as they arrived"):
        receiver.read({}, body_of("bot.deleted").decode())  # type: ignore[arg-type]


def test_the_token_is_shown_nowhere(
    receiver: callbacks.Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    body = body_of("bot.deleted")
    answers = [
        receiver.receive(headers, body, lambda _: None)
        for headers in (signed(body), signed(body, token="x"), signed(body, ago=1e9), {})
    ]
    assert [answer.status for answer in answers] == [200, 401, 401, 401]
    assert TOKEN not in f"{receiver!r} {answers!r} {caplog.text}"
