"""What remembers the events that were handled: its own store, and one that processes share."""

from __future__ import annotations

import os

import pytest

from coze_client import callbacks
from tests.callbacks.deliveries import TOKEN, Handler, body_of, signed
from tests.processes import python


class Shelf:
    """A store of its own, as over a database."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[bytes, float]] = {}

    def add(self, key: str, value: bytes, seconds: float) -> bool:
        new = key not in self.entries
        self.entries.setdefault(key, (value, seconds))
        return new

    def get(self, key: str) -> bytes | None:
        return self.entries.get(key, (None, 0.0))[0]

    def set(self, key: str, value: bytes, seconds: float, claim: bytes) -> None:
        if self.get(key) in {None, claim}:
            self.entries[key] = value, seconds

    def delete(self, key: str, claim: bytes) -> None:
        if self.get(key) == claim:
            del self.entries[key]


def test_processes_that_share_a_store_handle_an_event_once() -> None:
    shelf, handler, body = Shelf(), Handler(), body_of("bot.deleted")
    for _ in range(2):
        receiver = callbacks.Receiver(TOKEN, store=shelf)
        assert receiver.receive(signed(body), body, handler).status == 200
    assert len(handler.events) == 1
    ((value, seconds),) = shelf.entries.values()
    assert value == b"{}"
    assert 86_400 < seconds < 86_400 + 120


def test_an_event_whose_process_died_is_handled_when_it_is_told_later() -> None:
    class Dying(Shelf):
        """Its process ends with the handler: nothing is said to the store any more."""

        def delete(self, key: str, claim: bytes) -> None:
            pass

    shelf, body = Dying(), body_of("bot.deleted")
    receiver = callbacks.Receiver(TOKEN, store=shelf)
    with pytest.raises(ValueError, match="killed"):
        receiver.receive(signed(body), body, Handler(ValueError("killed")))
    ((key, (_, seconds)),) = shelf.entries.items()
    assert 10 < seconds <= 600
    assert receiver.receive(signed(body), body, Handler()).status == 503
    del shelf.entries[key]  # as the database does after these seconds
    assert receiver.receive(signed(body), body, Handler()).status == 200
    ((_, seconds),) = shelf.entries.values()
    assert seconds > 86_400


def test_a_delivery_that_fails_late_leaves_the_success_of_another() -> None:
    """The claim has ended, another delivery has taken the event over, and then the first fails."""
    shelf, body = Shelf(), body_of("bot.deleted")
    receiver = callbacks.Receiver(TOKEN, store=shelf)
    second = Handler()

    def slow(event: callbacks.CallbackEvent) -> None:
        del event
        shelf.entries.clear()  # as the database does after ten minutes
        assert receiver.receive(signed(body), body, second).status == 200
        raise ValueError("late")

    with pytest.raises(ValueError, match="late"):
        receiver.receive(signed(body), body, slow)
    assert receiver.receive(signed(body), body, second).status == 200
    assert len(second.events) == 1


@pytest.mark.parametrize("make", [Shelf, callbacks.MemoryStore])
def test_a_store_changes_nothing_for_a_claim_that_is_not_its_own(
    make: type[Shelf | callbacks.MemoryStore],
) -> None:
    store = make()
    assert store.add("k", b"mine", 60)
    store.set("k", b"answer", 60, b"yours")
    store.delete("k", b"yours")
    assert store.get("k") == b"mine"
    store.set("k", b"answer", 60, b"mine")
    assert store.get("k") == b"answer"
    store.delete("k", b"answer")
    store.set("k", b"late", 60, b"mine")
    assert store.get("k") == b"late"


def test_a_store_that_fails_is_told_and_the_event_is_not_lost() -> None:
    class Failing(Shelf):
        """Takes the claim, and fails to say so."""

        fails = True

        def add(self, key: str, value: bytes, seconds: float) -> bool:
            new = super().add(key, value, seconds)
            if self.fails:
                raise ConnectionError("no answer from the database")
            return new

    shelf, handler, body = Failing(), Handler(), body_of("bot.deleted")
    receiver = callbacks.Receiver(TOKEN, store=shelf)
    with pytest.raises(ConnectionError):
        receiver.receive(signed(body), body, handler)
    shelf.fails = False
    assert receiver.receive(signed(body), body, handler).status == 200
    assert len(handler.events) == 1


def test_an_event_is_remembered_as_long_as_its_timestamp_is_accepted() -> None:
    shelf, body = Shelf(), body_of("bot.deleted")
    receiver = callbacks.Receiver(TOKEN, window=1000, store=shelf)
    receiver.receive(signed(body, ago=900), body, Handler())
    ((_, seconds),) = shelf.entries.values()
    assert 100 < seconds < 100 + 120


def test_a_full_store_refuses_new_events_and_forgets_none() -> None:
    receiver = callbacks.Receiver(TOKEN, store=callbacks.MemoryStore(limit=2))
    handler, statuses = Handler(), list[int]()
    for event_id in ["1", "2", "3", "1", "2"]:
        body = body_of("bot.deleted", event_id=event_id)
        statuses.append(receiver.receive(signed(body), body, handler).status)
    assert statuses == [200, 200, 503, 200, 200]
    assert [event.header.event_id for event in handler.events] == ["1", "2"]


def test_the_memory_forgets_what_need_not_be_remembered() -> None:
    store = callbacks.MemoryStore(limit=1)
    assert store.add("a", b"", 0)
    assert store.add("a", b"", 0)
    assert store.add("b", b"", 3600)
    assert not store.add("b", b"", 0)
    assert store.get("a") is None
    with pytest.raises(callbacks.StoreFullError, match="higher limit"):
        store.add("a", b"", 3600)


FORKED = """
import os
from coze_client.callbacks import MemoryStore
store = MemoryStore()
with store._lock:
    if os.fork() == 0:
        print(store.add("k", b"", 60), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_forked_process_does_not_wait_for_a_thread_of_its_parent() -> None:
    done = python("-c", FORKED)
    assert done.stdout == "True\n"
