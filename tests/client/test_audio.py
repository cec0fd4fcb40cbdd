"""Audio is cut into chunks of one duration, whatever it comes from."""

from __future__ import annotations

import io
import time
import wave
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_client import CozeError, audio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAMPLES = bytes(range(250)) * 64  # half a second of 16 kHz, 16 bits


def wav(rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(SAMPLES)
    return file.getvalue()


def on_disk(content: bytes, folder: Path) -> Path:
    path = folder / "a.wav"
    path.write_bytes(content)
    return path


SOURCES: dict[str, Callable[[bytes, Path], Any]] = {
    "bytes": lambda content, _: content,
    "memoryview": lambda content, _: memoryview(content),
    "path": on_disk,
    "text": lambda content, folder: str(on_disk(content, folder)),
    "file": lambda content, _: io.BytesIO(content),
    "iterable": lambda content, _: (content[i : i + 7] for i in range(0, len(content), 7)),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_wav_file_brings_its_format_along(source: str, tmp_path: Path) -> None:
    chunks = audio.chunks(SOURCES[source](wav(), tmp_path), milliseconds=20)
    assert chunks.format == {
        "format": "pcm",
        "codec": "pcm",
        "sample_rate": 16_000,
        "channel": 1,
        "bit_depth": 16,
    }
    pieces = list(chunks)
    assert {len(piece) for piece in pieces} == {640}
    assert b"".join(pieces) == SAMPLES
    assert list(chunks) == []


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_no_wav_file_is_of_the_format_that_is_given(source: str, tmp_path: Path) -> None:
    content = SOURCES[source](SAMPLES, tmp_path)
    chunks = audio.chunks(content, sample_rate=8_000, channel=2, bit_depth=8)
    assert chunks.format["channel"] == 2
    assert [len(piece) for piece in chunks] == [1_600] * 10


@given(
    st.lists(st.binary(max_size=40), max_size=20),
    st.sampled_from([8, 16, 24]),
    st.sampled_from([1, 2]),
    st.integers(1, 3),
)
def test_chunks_are_whole_samples_however_the_bytes_arrive(
    pieces: list[bytes], depth: int, channel: int, milliseconds: int
) -> None:
    content = b"\x00" + b"".join(pieces)
    chunks = audio.chunks(
        [b"\x00", *pieces],
        milliseconds=milliseconds,
        sample_rate=8_000,
        channel=channel,
        bit_depth=depth,
    )
    got = list(chunks)
    assert b"".join(got) == content
    assert {len(one) for one in got[:-1]} <= {8 * milliseconds * channel * depth // 8}


class Clock:
    """Time that passes while somebody sleeps, and when it is told to.

    Attributes:
        slept: The seconds of each sleep.
    """

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setattr(anyio, "sleep", clock.sleep_async)
    return clock


def collect(backend: str, source: Any, **options: Any) -> list[bytes]:
    chunks = audio.chunks(source, milliseconds=100, paced=True, **options)

    async def collect_async() -> list[bytes]:
        return [chunk async for chunk in chunks]

    return list(chunks) if backend == "sync" else anyio.run(collect_async, backend=backend)


@pytest.mark.parametrize("backend", ["sync", "asyncio", "trio"])
def test_paced_chunks_come_as_fast_as_they_are_spoken(backend: str, clock: Clock) -> None:
    assert b"".join(collect(backend, wav())) == SAMPLES
    assert clock.slept == [0, 0.1, 0.1, 0.1, 0.1]  # the first of five comes at once


@pytest.mark.parametrize("backend", ["sync", "asyncio", "trio"])
def test_paced_chunks_that_are_late_come_at_once_until_they_have_caught_up(
    backend: str, clock: Clock
) -> None:
    def source() -> Iterator[bytes]:
        yield SAMPLES[:3_200]
        clock.now += 0.25
        yield SAMPLES[3_200:]

    assert b"".join(collect(backend, source(), sample_rate=16_000)) == SAMPLES
    assert clock.slept == [0, 0, 0, 0.05, 0.1]


def test_a_file_that_is_not_there_is_the_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        audio.chunks(tmp_path / "none.wav")


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (wav(rate=11_025), {}, "sample_rate is 11025. The API takes 8000, 16000"),
        (wav(channels=5), {}, "channel is 5. The API takes 1, 2"),
        (wav(width=4), {}, "bit_depth is 32. The API takes 8, 16, 24"),
        (SAMPLES, {"sample_rate": "fast"}, "sample_rate is 'fast'"),
        (SAMPLES, {"milliseconds": 0}, "milliseconds is 0. Pass a number from 1"),
        (SAMPLES, {"milliseconds": 0.5}, "milliseconds is 0.5"),
        (b"RIFF", {}, "the WAV file can't be read"),
        (b"RIFF" + b"\x00" * 60, {}, "the WAV file can't be read"),
        (
            wav().replace(b"\x10\x00\x00\x00\x01\x00", b"\x10\x00\x00\x00\x03\x00"),
            {},
            "read: unknown",
        ),
        (7, {}, "an iterable of bytes, got int"),
        (None, {}, "got NoneType"),
        (["text"], {}, "got str"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_can_not_be_cut_is_an_error_that_says_why(
    source: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(CozeError, match=r"audio\.chunks") as refused:
        list(audio.chunks(source, **options))
    assert message in str(refused.value)
