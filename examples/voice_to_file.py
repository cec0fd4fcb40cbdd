"""Speak a text into a file: python examples/voice_to_file.py TEXT FILE."""

import sys

from coze_client import Coze

_, text, path = sys.argv

with Coze() as coze:
    voice = next(iter(coze.audio.voices.list()))
    with coze.audio.speech.create(input=text, voice_id=voice.voice_id) as speech:
        size = speech.write_to(path, on_progress=lambda written, _: print(f"{written} bytes"))
    print(f"{voice.name}: {size} bytes")
