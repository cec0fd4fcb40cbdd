"""The bases of the generated resource classes. Every program loads them, so they import nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from coze_core._async import AsyncClient
    from coze_core._sync import SyncClient


class Resource:
    """A group of methods.

    Args:
        client: What carries the calls out.
    """

    def __init__(self, client: SyncClient) -> None:
        self._client = client

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

    def _rebound(self, client: AsyncClient) -> Self:
        """Gives the same group with another client, which its subgroups will have too."""
        clone = object.__new__(type(self))
        for name, value in vars(self).items():
            if not isinstance(value, AsyncResource):
                setattr(clone, name, value)
        clone._client = client
        return clone
