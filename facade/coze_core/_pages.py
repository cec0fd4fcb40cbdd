"""Pages of a collection, which know how to ask for the next one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Mapping
from typing import Any, Generic, Self, TypeAlias, TypeVar

from msgspec import Struct

from coze_core._coze_error import CozeError
from coze_core._operation import ListOperation
from coze_core._paging import PageRequest
from coze_core._response import ResponseInfo

Fetched: TypeAlias = tuple[Any, ResponseInfo]
Fetch: TypeAlias = Callable[[Mapping[str, object]], Fetched]
AsyncFetch: TypeAlias = Callable[[Mapping[str, object]], Awaitable[Fetched]]

T = TypeVar("T")
F = TypeVar("F", Fetch, AsyncFetch)


class _Pickled(Struct, frozen=True):
    """What stands for the operation in a pickle."""

    name: str


class _PageBase(Generic[T, F]):
    """A page, apart from asking for the next one."""

    def __init__(
        self, operation: ListOperation[Any, T], fetch: F, step: PageRequest, fetched: Fetched
    ) -> None:
        self._fetch = fetch
        self.data: object
        self.data, self._response = fetched
        self.items: list[T] = _items(operation, self.data)
        self.total: int | None = operation.paging.total_of(self.data)
        self._operation: ListOperation[Any, T] | _Pickled = operation
        self._next = operation.paging.following(step, self.data, self.items)

    @property
    def has_more(self) -> bool:
        """Whether there is another page to ask for; it may turn out to be empty."""
        return self._next is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the items of this page, ``total`` and ``has_more`` as JSON data."""
        items: list[Any] = self.items
        items = [item.to_dict() if hasattr(item, "to_dict") else item for item in items]
        return {"items": items, "total": self.total, "has_more": self.has_more}

    @classmethod
    def from_dict(cls, _data: object) -> Any:
        """Refuse to make a page: only an answer does.

        Raises:
            CozeError: Always.
        """
        raise CozeError(f"{cls.__name__} comes from a call, and can't be made from a dict.")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from coze_core._frameworks import core_schema

        return core_schema(cls)

    @property
    def __pydantic_serializer__(self) -> Any:
        from coze_core._frameworks import serializer

        return serializer(type(self))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        counts = {"total": {"type": ["integer", "null"]}, "has_more": {"type": "boolean"}}
        return {"type": "object", "properties": {"items": {"type": "array"}, **counts}}

    def __getstate__(self) -> dict[str, Any]:
        # A pickle has the items, and no connection to ask for more.
        return {**self.__dict__, "_operation": _Pickled(self._operation.name), "_fetch": None}

    def __copy__(self) -> Self:
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone

    def _live(self) -> ListOperation[Any, T]:
        if isinstance(self._operation, _Pickled):
            raise CozeError(
                f"{self._operation.name}: this page was pickled, and has no client to ask for the "
                "next one. Call the method again."
            )
        return self._operation

    def __repr__(self) -> str:
        count = f"{len(self.items)} items" + ("" if self.total is None else f" of {self.total}")
        return f"<{type(self).__name__} {self._operation.name}: {count}, has_more={self.has_more}>"


class Page(_PageBase[T, Fetch]):
    """One page of a collection. Iterating yields its items and those of all further pages.

    Further pages are asked for one by one, when their first item is wanted, and anew by each
    iteration.

    Attributes:
        items: The items of this page alone.
        total: The number of items on all pages, where the API says it.
        data: All that the API sent for this page.
    """

    def next_page(self) -> Page[T] | None:
        """Ask for the next page; return ``None`` on the last one.

        Raises:
            CozeError: The request failed.
        """
        if self._next is None:
            return None
        operation, step = self._live(), self._next
        return Page(operation, self._fetch, step, self._fetch(step.arguments))

    def iter_pages(self) -> Iterator[Page[T]]:
        """Iterate over this page and all further ones."""
        page: Page[T] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:
        for page in self.iter_pages():
            yield from page.items


class AsyncPage(_PageBase[T, AsyncFetch]):
    """The async variant of `Page`.

    Attributes:
        items: The items of this page alone.
        total: The number of items on all pages, where the API says it.
        data: All that the API sent for this page.
    """

    async def next_page(self) -> AsyncPage[T] | None:
        """Ask for the next page; return ``None`` on the last one.

        Raises:
            CozeError: The request failed.
        """
        if self._next is None:
            return None
        operation, step = self._live(), self._next
        return AsyncPage(operation, self._fetch, step, await self._fetch(step.arguments))

    def iter_pages(self) -> _PageIterator[T]:
        """Iterate over this page and all further ones."""
        return _PageIterator(self._itself)

    def __aiter__(self) -> _ItemIterator[T]:
        return _ItemIterator(self.iter_pages())

    async def _itself(self) -> AsyncPage[T]:
        return self


class AsyncPages(Coroutine[Any, Any, AsyncPage[T]]):
    """A collection that is still to be asked for.

    ``await`` returns its first page, ``async for`` yields the items of all pages. Nothing is sent
    before, and each of them asks anew. It is a coroutine, so that tasks can be made of it.

    Args:
        operation: The operation that answers one page.
        fetch: Sends its request with the given query or body.
        arguments: The query or body of the first page.
    """

    def __init__(
        self,
        operation: ListOperation[Any, T],
        fetch: AsyncFetch,
        arguments: Mapping[str, object],
    ) -> None:
        self._operation = operation
        self._fetch = fetch
        self._arguments = arguments
        self._running: Coroutine[Any, Any, AsyncPage[T]] | None = None

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first().__await__()

    def __aiter__(self) -> _ItemIterator[T]:
        return _ItemIterator(_PageIterator(self._first))

    def send(self, value: object, /) -> Any:
        """Go on as the coroutine of a task, which begins by asking for the first page."""
        return self._coroutine().send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an error where the coroutine of a task waits."""
        return self._coroutine().throw(*error)

    def close(self) -> None:
        """End the coroutine of a task."""
        if self._running is not None:
            self._running.close()

    def __repr__(self) -> str:
        return f"<AsyncPages {self._operation.name}: to be awaited or iterated over>"

    def _coroutine(self) -> Coroutine[Any, Any, AsyncPage[T]]:
        if self._running is None:
            self._running = self._first()
        return self._running

    async def _first(self) -> AsyncPage[T]:
        answer = await self._fetch(self._arguments)
        return AsyncPage(self._operation, self._fetch, PageRequest(self._arguments), answer)


class _PageIterator(Generic[T]):
    """Pages one by one. No async generator: dropped half-way, those make trio complain."""

    def __init__(self, ask: Callable[[], Awaitable[AsyncPage[T] | None]]) -> None:
        self._ask = ask

    def __aiter__(self) -> _PageIterator[T]:
        return self

    async def __anext__(self) -> AsyncPage[T]:
        page = await self._ask()
        if page is None:
            raise StopAsyncIteration
        self._ask = page.next_page
        return page


class _ItemIterator(Generic[T]):
    """The items of pages one by one."""

    def __init__(self, pages: _PageIterator[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> _ItemIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).items)


def _items(operation: ListOperation[Any, T], data: object) -> list[T]:
    try:
        items = operation.items(data)
    except AttributeError:  # the page data is null, or not what it should be
        items = None
    return items if isinstance(items, list) else []
