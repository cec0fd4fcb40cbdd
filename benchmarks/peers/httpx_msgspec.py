"""httpx and msgspec: the fastest way known here to attrs classes, without any service around it."""

from __future__ import annotations

from functools import cache, reduce
from operator import attrgetter, or_
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import httpx
import msgspec

from benchmarks.peers._raw import RawPeer
from coze_api import models

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def _fast(cls: type[T]) -> type[T]:
    """Keep the defaults on the class too, where msgspec finds them and sets none."""
    made = attrs.define(cls, slots=False)
    for field in attrs.fields(made):
        setattr(made, field.name, field.default)
    return made


@_fast
class Bot:
    """A bot of a list, as the API documents it."""

    description: str | None = None
    icon_url: str | None = None
    id: str | None = None
    is_published: bool | None = None
    name: str | None = None
    owner_user_id: str | None = None
    published_at: int | None = None
    updated_at: int | None = None
    folder_id: str | None = None


@_fast
class Bots:
    """A page of bots."""

    items: list[Bot] | None = None
    total: int | None = None


@_fast
class Message:
    """A message of a chat, as the API documents it."""

    id: str | None = None
    conversation_id: str | None = None
    bot_id: str | None = None
    chat_id: str | None = None
    meta_data: dict[str, str] | None = None
    role: str | None = None
    content: str | None = None
    content_type: str | None = None
    created_at: int | str | None = None
    updated_at: int | str | None = None
    type: str | None = None
    reasoning_content: str | None = None
    section_id: str | None = None


class Envelope(msgspec.Struct, Generic[T]):
    """What stands around a result."""

    data: T
    code: int
    msg: str


@cache
def _alike(hint: Any) -> Any:
    """Return a type with plain attrs classes in the place of our models, with their fields."""
    origin, parts = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and attrs.has(hint):
        hints = get_type_hints(hint)
        fields = {
            field.name: attrs.field(default=field.default, type=_alike(hints[field.name]))
            for field in attrs.fields(hint)
        }
        made = attrs.make_class(hint.__name__, fields, slots=False, kw_only=True)
        for name, field in fields.items():
            if field._default is not attrs.NOTHING:  # noqa: SLF001  # nothing else tells it
                setattr(made, name, None)
        return made
    if origin is UnionType:
        return reduce(or_, map(_alike, parts))
    return hint if origin in {None, Literal} else origin[tuple(map(_alike, parts))]


_RESULTS: dict[str, Any] = {
    "bots.list": Bots,
    "plugins.mget": _alike(models.PluginList),
    "plugins.retrieve": _alike(models.Plugin),
    "stores.plugins.list": _alike(models.StorePluginList),
}


class Peer(RawPeer):
    """Answers become objects."""

    def __init__(self, url: str) -> None:
        self._envelope = msgspec.json.Decoder(Envelope[Bots]).decode
        super().__init__(
            httpx, url, self._checked, msgspec.json.Decoder(Message).decode, attrgetter
        )

    def decoder(self, operation: str) -> Callable[[bytes], object]:
        """Return what decodes a response."""
        decode = msgspec.json.Decoder(Envelope[_RESULTS[operation]]).decode
        return lambda body: decode(body).data

    def _checked(self, body: bytes) -> list[Bot]:
        answer = self._envelope(body)
        if answer.code:
            raise RuntimeError(answer.msg)
        return answer.data.items or []
