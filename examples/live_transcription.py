"""Write down what is said, while it is said: python examples/live_transcription.py RECORDING."""

import asyncio
import sys

from coze_client import AsyncCoze, audio


async def main(recording: str) -> None:
    """Print the text so far, whenever it grows."""
    microphone = audio.chunks(recording, paced=True)  # a recording in place of one
    async with AsyncCoze() as coze, coze.websockets.audio.transcriptions.create() as socket:
        await socket.transcriptions.update(input_audio=microphone.format)
        async for text in socket.pipe(microphone):
            print(f"\r{text}", end="", flush=True)
    print()


asyncio.run(main(*sys.argv[1:]))
