"""What a stream adds up to: the text of the answer, and the result at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from typing import Self

    from coze_core._operation import Outcome

M = TypeVar("M")
D = TypeVar("D")
S = TypeVar("S")
U = TypeVar("U")


class StreamResult(NamedTuple, Generic[M, D, S, U]):
    """What a stream brought.

    Attributes:
        text: The text of the answer.
        messages: The whole messages, in order.
        end: The data of the event that says how it ended, or ``None`` if none did.
        status: The state in which it ended, if the end has one.
        usage: What was used, if an event says so.
    """

    text: str
    messages: list[M]
    end: D | None
    status: S | None
    usage: U | None


class Collector:
    """Collects what one stream adds up to.

    Args:
        outcome: How it is read.

    Attributes:
        watched: The names of the events to take.
        recovered: Whether the messages are those that a broken stream did not bring.
    """

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._messages: list[Any] = []
        self._end: Any = None
        self._said: dict[object, int] = {}  # characters of each message
        self.recovered = False
        self.watched = frozenset({*outcome.ends, outcome.message})

    def take(self, name: str, data: object) -> None:
        """Take an event; other than the watched ones do not matter."""
        if name == self._outcome.message:
            self._messages.append(data)
        elif name in self._outcome.ends and self._end is None:
            self._end = data

    def text_of(self, event: Any) -> str:
        """Return the text that an event adds to the answer.

        A whole message adds what its parts have not said: nothing as a rule, its rest where the
        connection broke, and all of it where it came without parts.
        """
        outcome, data = self._outcome, event.data
        if event.event not in {outcome.message, outcome.part} or not self._is_answer(data):
            return ""
        text = self._text(data)
        if not outcome.part:
            return text
        number = getattr(data, "id", None)
        said = self._said.get(number, 0)
        if event.event == outcome.part:
            self._said[number] = said + len(text)
            return text
        return text[said:] if self.recovered or not said else ""

    def result(self) -> StreamResult[Any, Any, Any, Any]:
        """Return what the events until now add up to."""
        outcome, end = self._outcome, self._end
        return StreamResult(
            "".join(self._text(one) for one in self._messages if self._is_answer(one)),
            list(self._messages),
            end,
            getattr(end, outcome.status, None),
            _last(outcome.usage, [end, *reversed(self._messages)]),
        )

    def _is_answer(self, data: object) -> bool:
        return all(getattr(data, name, None) == v for name, v in self._outcome.answer.items())

    def _text(self, data: object) -> str:
        text = getattr(data, self._outcome.text, None)
        return text if isinstance(text, str) else ""


class AsyncTexts:
    """The texts of events. Unlike a generator, it may be left anywhere."""

    def __init__(self, text_of: Callable[[Any], str], events: AsyncIterator[Any]) -> None:
        self._text_of = text_of
        self._events = events

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            if text := self._text_of(await anext(self._events)):
                return text


def _last(name: str, subjects: Iterable[object]) -> Any:
    found = (getattr(subject, name, None) for subject in subjects)
    return next((value for value in found if value is not None), None)
