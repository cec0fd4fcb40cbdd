"""The base of all errors, and their report: what a support needs to know, as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

CONTEXT = "_context"
"""The attribute of an error with the redacted request and response; see `coze_core._report`."""
_PACKAGES = ("coze-client", "anyio", "attrs", "httpx", "msgspec")


class CozeError(Exception):
    """The base of all errors of this client.

    Attributes:
        close_code: The code that a socket was closed with, if the error is about that: 1006 where
            the connection was lost without one.
    """

    close_code: int | None = None

    def report(self) -> str:
        """Return all that a support team needs to know, with nothing secret in it.

        That is the error, its code and log id; of an error about a call also the request as a curl
        command, each attempt with its time, and the answer; the versions of what is installed.
        Neither the token nor any text that was sent is repeated, ids and numbers excepted.
        """
        return _report(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args), self.__dict__


class no_stop_iteration:  # noqa: N801  # used like contextlib.suppress
    """Raise an error where code of the user raises StopIteration, which would end a loop of ours.

    Python itself turns it into a RuntimeError where it leaves a generator or a coroutine.

    Args:
        source: What of the user's may raise it.
    """

    __slots__ = ("_source",)

    def __init__(self, source: str) -> None:
        self._source = source

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        cause = error.__cause__ if isinstance(error, RuntimeError) else error
        if isinstance(cause, StopIteration | StopAsyncIteration):
            name = type(cause).__name__
            raise CozeError(
                f"{self._source} raised {name}: an iterator in it is exhausted. Give next() a "
                "default there, or raise another error."
            ) from cause


def _restored(kind: type[CozeError], args: tuple[object, ...]) -> CozeError:
    """Make an error without its constructor, whose arguments pickle does not know."""
    return kind.__new__(kind, *args)


def _report(error: CozeError) -> str:
    context: Any = vars(error).get(CONTEXT)
    message = context.message if context else str(error)
    return "\n".join(
        [
            f"{type(error).__name__}: {message}",
            *(context.marks if context else marks_of(error)),
            *(_call(context) if context else ()),
            f"versions: {', '.join(versions())}",
        ]
    )


def marks_of(error: CozeError) -> Iterator[str]:
    """Yield what an error says of itself, line by line."""
    names = {
        "code": "code",
        "close_code": "close code",
        "status_code": "HTTP status",
        "logid": "log id",
        "sent": "sent",
    }
    for attribute, name in names.items():
        value = getattr(error, attribute, None)
        if value is not None:
            yield f"{name}: {value}"


def _call(context: Any) -> Iterator[str]:
    yield f"time: {context.time}"
    yield f"request: {context.curl}"
    for number, record in enumerate(context.attempts, 1):
        yield f"attempt {number}: {record}"
    yield from context.answer


@cache
def versions() -> tuple[str, ...]:
    """Return the versions of what is installed, which takes reading many files."""
    return tuple(_versions())


def _versions() -> Iterator[str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} (not installed as a package)"
    yield f"{platform.python_implementation()} {platform.python_version()}"
    yield platform.platform()
