"""A made-up API in the shape that the generator gives it, for tests of the core."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from coze_core import (
    AsyncResource,
    BatchOperation,
    Endpoint,
    ErrorTable,
    ListOperation,
    NumberPaging,
    Operation,
    Resource,
    StreamOperation,
)
from tests.core.sample_models import Model, Usage, model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coze_core import (
        AsyncDownload,
        AsyncPages,
        AsyncStream,
        Download,
        FileContent,
        Page,
        Stream,
    )


@model
class Thing(Model):
    id: str
    name: str | None = None


@model
class ThingList(Model):
    items: list[Thing] | None = None
    total: int | None = None


CLIENT: dict[str, Any] = {
    "errors": ErrorTable(dict),
    "user_agent": "tests",
    "token": "secret-token",
    "max_retries": 0,
}
"""What a client of this API is made with, beside its address."""

GET: Operation[Thing] = Operation("things.get", "GET", "/things/{thing_id}", result=lambda: Thing)
PUT: Operation[Thing] = Operation("things.put", "PUT", "/things/{thing_id}", result=lambda: Thing)
POST: Operation[Thing] = Operation("things.post", "POST", "/things", result=lambda: Thing)
SEARCH: Operation[Thing] = Operation(
    "things.search", "POST", "/search", result=lambda: Thing, idempotent=True
)
REMOVE: Operation[None] = Operation("things.remove", "DELETE", "/things", result=lambda: NoneType)
NAMES: Operation[list[str]] = Operation("things.names", "GET", "/names", result=lambda: list[str])
LIST: ListOperation[ThingList, Thing] = ListOperation(
    "things.list",
    "GET",
    "/things",
    result=lambda: ThingList,
    items=lambda data: data.items,
    paging=NumberPaging(page="page_num", total="total"),
)
MANY: BatchOperation[ThingList] = BatchOperation(
    "things.many",
    "GET",
    "/many",
    result=lambda: ThingList,
    argument="ids",
    size=2,
    join="items",
    delimiters={"ids": ","},
)
UPLOAD: Operation[Thing] = Operation(
    "things.upload", "POST", "/upload", result=lambda: Thing, encoding="multipart"
)
SOUND = Endpoint("things.sound", "GET", "/sound")
SPEAK = Endpoint("things.speak", "POST", "/speak")
WATCH: StreamOperation[Any] = StreamOperation(
    "things.watch",
    "POST",
    "/watch",
    events=lambda: {"usage": Usage, "done": str},
    end=frozenset({"done"}),
    errors=frozenset({"error"}),
)


class Things(Resource):
    def get(self, *, thing_id: str) -> Thing:
        return self._client.call(GET, path={"thing_id": thing_id})

    def names(self) -> list[str]:
        return self._client.call(NAMES)

    def remove(self) -> None:
        return self._client.call(REMOVE)

    def list(self, *, page_size: int | None = None) -> Page[Thing]:
        return self._client.list(LIST, query={"page_size": page_size})

    def many(self, *, ids: Sequence[str]) -> ThingList:
        return self._client.batch(MANY, query={"ids": ids})

    def upload(self, *, file: FileContent, name: str | None = None) -> Thing:
        return self._client.call(UPLOAD, body={"name": name}, files={"file": file})

    def sound(self) -> Download:
        return self._client.download(SOUND)

    def watch(self) -> Stream[Any]:
        return self._client.stream(WATCH, body={})


class AsyncThings(AsyncResource):
    async def get(self, *, thing_id: str) -> Thing:
        return await self._client.call(GET, path={"thing_id": thing_id})

    async def names(self) -> list[str]:
        return await self._client.call(NAMES)

    async def remove(self) -> None:
        return await self._client.call(REMOVE)

    def list(self, *, page_size: int | None = None) -> AsyncPages[Thing]:
        return self._client.list(LIST, query={"page_size": page_size})

    async def many(self, *, ids: Sequence[str]) -> ThingList:
        return await self._client.batch(MANY, query={"ids": ids})

    async def upload(self, *, file: FileContent, name: str | None = None) -> Thing:
        return await self._client.call(UPLOAD, body={"name": name}, files={"file": file})

    async def sound(self) -> AsyncDownload:
        return await self._client.download(SOUND)

    def watch(self) -> AsyncStream[Any]:
        return self._client.stream(WATCH, body={})
