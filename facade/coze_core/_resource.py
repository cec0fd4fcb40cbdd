"""The bases of the generated resource classes. Every program loads them, so they import nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, ParamSpec, Self, TypeVar

    from coze_core._async import AsyncClient
    from coze_core._errors import CozeError
    from coze_core._recording import Recorder
    from coze_core._response import Response
    from coze_core._sync import SyncClient

    P = ParamSpec("P")
    R = TypeVar("R")


class Resource:
    """A group of methods.

    Args:
        client: What carries the calls out.
    """

    def __init__(self, client: SyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return _described(self)

    def __getstate__(self) -> object:
        raise _not_copied(self)

    def _rebound(self, client: SyncClient) -> Self:
        """Gives the same group with another client, which its subgroups will have too."""
        clone = object.__new__(type(self))
        for name, value in vars(self).items():
            if not isinstance(value, Resource):
                setattr(clone, name, value)
        clone._client = client
        return clone


class AsyncResource:
    """A group of async methods.

    Args:
        client: What carries the calls out.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return _described(self)

    def __getstate__(self) -> object:
        raise _not_copied(self)

    def _rebound(self, client: AsyncClient) -> Self:
        """Gives the same group with another client, which its subgroups will have too."""
        clone = object.__new__(type(self))
        for name, value in vars(self).items():
            if not isinstance(value, AsyncResource):
                setattr(clone, name, value)
        clone._client = client
        return clone


def _described(resource: object) -> str:
    kind = type(resource)
    names = [name for name in dir(kind) if not name.startswith("_")]
    return f"<{kind.__name__}: {', '.join(names)}>"


def _not_copied(resource: object) -> CozeError:
    from coze_core._errors import CozeError

    return CozeError(
        f"{type(resource).__name__} holds connections, and can't be pickled or copied. Make a "
        "client in each process; with_options() gives another one over the same connections."
    )


def with_response(method: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Response[R]:
    """Call a method of a resource, and return its result together with the answer.

    Where the method sends several requests, the answer is the first one.

    Raises:
        CozeError: This is no such method, or it sends its request only later.
    """
    from coze_core._recording import Recorder

    recorder = Recorder()
    return recorder.response(_recorded(method, Resource, recorder)(*args, **kwargs))


async def awith_response(
    method: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs
) -> Response[R]:
    """As `with_response`, for a method of an async resource."""
    from coze_core._recording import Recorder

    recorder = Recorder()
    result = _recorded(method, AsyncResource, recorder)(*args, **kwargs)
    if not hasattr(result, "__await__"):  # a stream, which has sent nothing yet
        raise recorder.unanswered(result)
    return recorder.response(await result)


def _recorded(
    method: Callable[P, R], kind: type[Resource | AsyncResource], recorder: Recorder
) -> Callable[P, R]:
    """Return the same method of the same resource, with its answers recorded."""
    from coze_core._errors import CozeError

    bound: Any = method
    if not isinstance(getattr(method, "__self__", None), kind):
        raise CozeError(
            "with_response takes a method of this client and then its arguments, as in "
            "with_response(coze.bots.retrieve, bot_id=...); an async client takes async methods."
        )
    resource = bound.__self__
    client = resource._client.recording(recorder)  # noqa: SLF001  # public names are the API's
    return bound.__func__.__get__(resource._rebound(client))  # noqa: SLF001  # as above
