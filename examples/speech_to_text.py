"""Write down what is said: python examples/speech_to_text.py RECORDING."""

import sys
from pathlib import Path

from coze_client import Coze

_, recording = sys.argv

with Coze() as coze:
    print(coze.audio.transcriptions.create(file=Path(recording)).text)
