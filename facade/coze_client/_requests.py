"""Requests that no method describes. Every program loads this module, as `_client`."""

from __future__ import annotations

from collections.abc import Mapping  # hints resolve at run time
from typing import TYPE_CHECKING, Any, TypeVar

import coze_core as core  # as above
from coze_api.resources import AsyncCozeAPI, CozeAPI

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

    R = TypeVarWithDefault("R", default=Any)
else:
    R = TypeVar("R")


class Requests(CozeAPI):
    """The tree of resources, and requests beside it."""

    def request(  # noqa: PLR0913  # one argument for each part of a request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
        result: type[R] | None = None,
    ) -> R:
        """Send a request that no method describes, with token, retries and errors like any other.

        Args:
            method: The HTTP method.
            path: The path below ``base_url``, as in ``/v1/bots``; never another host.
            query: The query; a list is repeated, ``None`` left out.
            json: The fields of a JSON body.
            form: The fields of an URL-encoded body, instead.
            result: What to decode ``data`` of the answer to; plain JSON by default.

        Returns:
            The ``data`` of the answer, ``None`` if it has none; `with_response` returns all.

        Raises:
            CozeError: An argument makes no sense, or the call fails.
        """
        from coze_client import _open_requests  # noqa: PLC0415  # loaded when it is used

        operation = _open_requests.open_operation(method, path, json, form, result)
        return self._client.call(operation, **_open_requests.open_parts(query, json, form))

    def request_stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> core.Stream[core.UnknownEvent]:
        """Return the stream of a request that no method describes; see `request`.

        Its events have their ``name`` and their ``data`` as text.

        Raises:
            CozeError: An argument makes no sense.
        """
        from coze_client import _open_requests  # noqa: PLC0415  # loaded when it is used

        operation = _open_requests.open_stream(method, path, json, form)
        return self._client.stream(operation, **_open_requests.open_parts(query, json, form))


class AsyncRequests(AsyncCozeAPI):
    """The async variant of `Requests`."""

    async def request(  # noqa: PLR0913  # one argument for each part of a request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
        result: type[R] | None = None,
    ) -> R:
        """As `Coze.request`, to be awaited."""
        from coze_client import _open_requests  # noqa: PLC0415  # loaded when it is used

        operation = _open_requests.open_operation(method, path, json, form, result)
        return await self._client.call(operation, **_open_requests.open_parts(query, json, form))

    def request_stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> core.AsyncStream[core.UnknownEvent]:
        """As `Coze.request_stream`, for ``async with``."""
        from coze_client import _open_requests  # noqa: PLC0415  # loaded when it is used

        operation = _open_requests.open_stream(method, path, json, form)
        return self._client.stream(operation, **_open_requests.open_parts(query, json, form))
