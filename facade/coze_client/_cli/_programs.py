"""Log in, chat and serve the sandbox: commands that are no methods."""

from __future__ import annotations

import json
import os
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import coze_client as cc

_LOGIN = Path("~/.config/coze")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def write_error(error: object) -> None:
    """Write an error as one line."""
    sys.stderr.write(f"coze: {without_controls(' '.join(str(error).split()))}\n")


def without_controls(text: str) -> str:
    """Return a text that can't steer the terminal."""
    return _CONTROLS.sub("", text)


def client() -> cc.Coze:
    """Return the client of the token in the environment, else of the login."""
    file = _LOGIN.expanduser() / "login.json"
    if os.environ.get("COZE_API_TOKEN"):
        return cc.Coze(keep_extra=True)
    if not file.exists():
        raise cc.AuthenticationError("No token. Set COZE_API_TOKEN, or run: coze login")
    try:
        auth = _auth(**json.loads(file.read_bytes()))
    except (ValueError, TypeError):
        raise cc.CozeError(f"{file} holds no login. Run: coze login") from None
    return cc.Coze(auth=auth, keep_extra=True)


def _auth(client_id: str, base_url: str | None) -> cc.DeviceCodeAuth:
    store = cc.FileTokenStore(_LOGIN / "token.json")
    return cc.DeviceCodeAuth(client_id=client_id, store=store, base_url=base_url)


def login(*, client_id: str) -> None:
    """Log in on another device, and keep the login in ~/.config/coze.

    Args:
        client_id: The id of an OAuth application for devices.
    """
    base_url = os.environ.get("COZE_API_BASE") or None
    _auth(client_id, base_url).login(_show)
    file = _LOGIN.expanduser() / "login.json"
    file.write_text(json.dumps({"client_id": client_id, "base_url": base_url}), encoding="utf-8")
    sys.stderr.write(f"Logged in; the login is kept in {file.parent}\n")


def _show(shown: cc.DeviceAuthorization) -> None:
    text = f"Open {shown.verification_url} and agree; the code is {shown.user_code}"
    sys.stderr.write(f"{without_controls(text)}\n")


def converse(*, bot_id: str, user_id: str = "me", conversation_id: str | None = None) -> None:
    """Chat with a bot in one conversation: each line of the input is a message.

    Args:
        bot_id: The bot.
        user_id: Your name for the user; the bot keeps users apart.
        conversation_id: A conversation to go on with, else a new one.
    """
    with client() as coze:
        for line in _lines():
            try:
                with coze.chat.stream(
                    bot_id=bot_id,
                    user_id=user_id,
                    conversation_id=conversation_id,
                    additional_messages=[cc.messages.user(line)],
                ) as stream:
                    for text in stream.text:
                        sys.stdout.write(without_controls(text))
                        sys.stdout.flush()
                    end = stream.final().end
            except cc.CozeError as error:
                if not sys.stdin.isatty():
                    raise
                write_error(error)
            else:
                sys.stdout.write("\n")
                conversation_id = end.conversation_id if end else conversation_id


def _lines() -> Iterator[str]:
    if sys.stdin.isatty():
        with suppress(ImportError):
            __import__("readline")  # input() has the keys of an editor then
        prompted = iter(partial(input, "> "), None)
        with suppress(EOFError):
            yield from filter(str.strip, prompted)
    else:
        yield from filter(str.strip, sys.stdin)


def sandbox(*, port: int = 0) -> None:
    """Serve the API offline until Ctrl-C.

    Args:
        port: The TCP port; by default a free one.
    """
    sys.argv[:] = ["coze sandbox", "--port", str(port)]
    try:
        runpy.run_module("coze_sandbox", run_name="__main__")
    except ImportError as error:
        raise ImportError(
            f'{error}; the sandbox is an extra: pip install "coze-client[sandbox]"'
        ) from None
