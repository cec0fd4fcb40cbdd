"""The bases of the generated resource classes. Every program loads them, so they import nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, ParamSpec, Self, TypeVar

    from coze_core._async import AsyncClient
    from coze_core._coze_error import CozeError
    from coze_core._response import Recorder, Response
    from coze_core._sync import SyncClient

    P = ParamSpec("P")
    R = TypeVar("R")
    F = TypeVar("F", bound=Callable[..., object])

_CO_COROUTINE = 0x80  # as in `inspect`, which takes longer to import than all of this


class _Group:
    """What both kinds of resources share."""

    if not TYPE_CHECKING:  # to a checker, it would make any name an attribute

        def __getattr__(self, name: str) -> object:
            kind = type(self)
            # Attributes of other clients, and what stands for them here.
            own = getattr(kind, "_instead", {}).get(name)
            due = f"write {own} instead" if own else f"it has {', '.join(_names(kind))}"
            text = f"{kind.__name__!r} object has no attribute {name!r}: {due}"
            raise AttributeError(text, name=name, obj=self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(_names(type(self)))}>"

    def __getstate__(self) -> object:
        raise _not_copied(self)

    def _rebound(self, client: Any) -> Self:
        """Return the same group with another client, which its subgroups will have too."""
        clone = object.__new__(type(self))
        kept = {name: one for name, one in vars(self).items() if not isinstance(one, _Group)}
        vars(clone).update(kept, _client=client)
        return clone


class Resource(_Group):
    """A group of methods.

    Args:
        client: What carries the calls out.
    """

    def __init__(self, client: SyncClient) -> None:
        self._client = client


class AsyncResource(_Group):
    """A group of async methods.

    Args:
        client: What carries the calls out.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client


def deprecated(message: str, /) -> Callable[[F], F]:
    """Return a decorator that marks a method by PEP 702; unlike that of Python it does not warn."""

    def mark(method: Any) -> Any:
        method.__deprecated__ = message
        return method

    return mark


def instead(names: Mapping[str, str]) -> Callable[[F], F]:
    """Return a decorator for a method that callers of other clients know with other arguments.

    Args:
        names: These arguments, and what to write instead: a `TypeError` says so.
    """
    from functools import wraps

    def mark(method: Any) -> Any:
        def check(given: dict[str, object]) -> None:
            for name in given.keys() & names.keys():
                raise TypeError(
                    f"{method.__qualname__}() got an unexpected keyword argument {name!r}: write "
                    f"{names[name]} instead"
                ) from None

        @wraps(method)
        def call(*args: object, **kwargs: object) -> object:
            try:
                return method(*args, **kwargs)
            except TypeError:
                check(kwargs)
                raise

        @wraps(method)
        async def async_call(*args: object, **kwargs: object) -> object:
            try:
                return await method(*args, **kwargs)
            except TypeError:
                check(kwargs)
                raise

        return async_call if method.__code__.co_flags & _CO_COROUTINE else call

    return mark


def _names(kind: type) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def _not_copied(resource: object) -> CozeError:
    from coze_core._coze_error import CozeError

    return CozeError(
        f"{type(resource).__name__} holds connections, and can't be pickled or copied. Make a "
        "client in each process; with_options() gives another one over the same connections."
    )


def with_response(method: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Response[R]:
    """Call a method of a resource, and return its result together with the answer.

    Where the method sends several requests, the answer is the first one.

    Raises:
        CozeError: This is not such a method, or it sends its request only later.
    """
    from coze_core._response import Recorder

    recorder = Recorder()
    return recorder.response(_recorded(method, Resource, recorder)(*args, **kwargs))


async def awith_response(
    method: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs
) -> Response[R]:
    """As `with_response`, for a method of an async resource."""
    from coze_core._response import Recorder

    recorder = Recorder()
    result = _recorded(method, AsyncResource, recorder)(*args, **kwargs)
    if not hasattr(result, "__await__"):  # a stream, which has sent nothing yet
        raise recorder.unanswered(result)
    return recorder.response(await result)


def _recorded(
    method: Callable[P, R], kind: type[Resource | AsyncResource], recorder: Recorder
) -> Callable[P, R]:
    """Return the same method of the same resource, with its answers recorded."""
    from coze_core._coze_error import CozeError

    bound: Any = method
    if not isinstance(getattr(method, "__self__", None), kind):
        raise CozeError(
            "with_response takes a method of this client and then its arguments, as in "
            "with_response(coze.bots.retrieve, bot_id=...); an async client takes async methods."
        )
    resource = bound.__self__
    client = resource._client.recording(recorder)  # noqa: SLF001  # public names are the API's
    return bound.__func__.__get__(resource._rebound(client))  # noqa: SLF001  # as above
