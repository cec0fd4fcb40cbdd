"""Audio for sockets: chunks of a recording, or of what a microphone gives.

from coze_client import Coze, audio

recording = audio.chunks("question.wav")
with Coze() as coze, coze.websockets.audio.transcriptions.create() as socket:
    socket.transcriptions.update(input_audio=recording.format)
    for text in socket.pipe(recording):
        print(text)
"""

from __future__ import annotations

import os
import time
import wave
from collections.abc import Callable, Iterable, Iterator  # hints resolve at run time
from typing import Any, BinaryIO, Self, TypeAlias, cast, get_args, get_type_hints

from coze_api import params  # as above
from coze_core import CozeError

__all__ = ["Chunks", "Source", "chunks"]

Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes]

_BYTES: tuple[type, ...] = (bytes, bytearray, memoryview)
_BLOCK = 65_536  # bytes of a file that are read at once


def chunks(  # noqa: PLR0913  # one argument for each part of the format
    source: Source,
    *,
    milliseconds: int = 100,
    paced: bool = False,
    sample_rate: int = 24_000,
    channel: int = 1,
    bit_depth: int = 16,
) -> Chunks:
    """Cut audio into chunks of the same duration.

    Args:
        source: The path of a file, its bytes, an open file, or an iterable of bytes. What begins
            like a WAV file has its format in there; all else is PCM as the arguments say.
        milliseconds: The duration of a chunk.
        paced: Whether chunks come as fast as they are spoken, not as fast as they can be read.
        sample_rate: Samples a second.
        channel: The number of channels.
        bit_depth: Bits a sample.

    Raises:
        CozeError: The source is nothing like that, is a WAV file of anything but PCM, or has a
            format that the API does not take.
        OSError: The file can't be read.
    """
    reader = _Reader(_blocks(source))
    read: Callable[[int], bytes] = reader.read_frames
    if reader.starts_with(b"RIFF"):
        try:
            file = wave.open(cast("BinaryIO", reader))  # noqa: SIM115  # it has nothing to close
        except (wave.Error, EOFError) as error:
            raise CozeError(f"audio.chunks: the WAV file can't be read: {error}.") from error
        read = file.readframes
        sample_rate, channel = file.getframerate(), file.getnchannels()
        bit_depth = 8 * file.getsampwidth()
    described = {"sample_rate": sample_rate, "channel": channel, "bit_depth": bit_depth}
    hints = get_type_hints(params.InputAudio)
    for name, value in described.items():
        if value not in get_args(hints[name]):
            known = ", ".join(map(str, get_args(hints[name])))
            raise CozeError(f"audio.chunks: {name} is {value!r:.50}. The API takes {known}.")
    if type(milliseconds) is not int or milliseconds < 1:
        raise CozeError(f"audio.chunks: milliseconds is {milliseconds!r}. Pass a number from 1.")
    reader.frame = channel * bit_depth // 8
    audio_format = cast("params.InputAudio", {"format": "pcm", "codec": "pcm", **described})
    count = max(1, sample_rate * milliseconds // 1_000)
    return Chunks(audio_format, lambda: read(count), milliseconds / 1_000 if paced else 0)


class Chunks:
    """Chunks of audio, to be iterated once, with ``for`` or ``async for``.

    Args:
        audio_format: What they consist of.
        read: Returns the next one, empty after the last.
        seconds: How far apart they are; 0 to hand them out at once.

    Attributes:
        format: What the settings of a socket call ``input_audio``.
    """

    def __init__(
        self, audio_format: params.InputAudio, read: Callable[[], bytes], seconds: float
    ) -> None:
        self.format = audio_format
        self._read = read
        self._seconds = seconds
        self._due = 0.0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        chunk = self._read()
        if not chunk:
            raise StopIteration
        time.sleep(self._wait())
        return chunk

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        import anyio  # noqa: PLC0415  # loaded when it is used

        chunk = self._read()
        if not chunk:
            raise StopAsyncIteration
        await anyio.sleep(self._wait())
        return chunk

    def _wait(self) -> float:
        """Return the seconds until the next chunk is due; who was late gets it at once."""
        now = time.monotonic()
        due = self._due or now
        self._due = due + self._seconds
        return max(0.0, due - now)


class _Reader:
    """Blocks of bytes, read like a file that can't be searched.

    Attributes:
        frame: Bytes of one sample of all channels.
    """

    frame = 1

    def __init__(self, blocks: Iterator[Any]) -> None:
        self._blocks = blocks
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        """Return so many bytes; less at the end."""
        self._fill(size)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def read_frames(self, count: int) -> bytes:
        """Return so many frames; less at the end."""
        return self.read(count * self.frame)

    def starts_with(self, begin: bytes) -> bool:
        """Return whether the bytes to come begin so."""
        self._fill(len(begin))
        return self._buffer.startswith(begin)

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size and (block := next(self._blocks, None)) is not None:
            if not isinstance(block, _BYTES):
                raise _not_audio(block)
            self._buffer += block


def _blocks(source: Any) -> Iterator[Any]:
    if isinstance(source, str | os.PathLike):
        return _read_blocks(open(cast("str", source), "rb"))  # noqa: PTH123  # closed at its end
    if isinstance(source, _BYTES):
        return iter([bytes(source)])
    if hasattr(source, "read"):
        return iter(lambda: source.read(_BLOCK), b"")
    if hasattr(source, "__iter__"):
        return iter(source)
    raise _not_audio(source)


def _read_blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(_BLOCK), b"")


def _not_audio(value: object) -> CozeError:
    return CozeError(
        "audio.chunks takes a path, bytes, an open file or an iterable of bytes, got "
        f"{type(value).__name__}."
    )
