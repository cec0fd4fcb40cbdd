"""Coverage-guided fuzzing of the readers: any bytes are a document, an overlay, or one error.

``python -m tests.fuzz.atheris_reader -max_total_time=300``, with the options of libFuzzer.
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import atheris
except ModuleNotFoundError:
    # It is no locked dependency: it has wheels for Linux on x86-64 alone.
    sys.stdout.write(
        "atheris is not installed, so no bytes were fuzzed. To install it: "
        ".venv/bin/python -m pip install atheris\n"
    )
    sys.exit()

with atheris.instrument_imports(include=["generator", "yaml", "jsonpath"]):
    from tests.fuzz.readers import SEEDS, read_back


FOLDER = Path(".hypothesis", "atheris")
"""What it has found, kept from run to run."""


def main() -> None:
    """Fuzz, beginning with the seeds."""
    corpus = FOLDER / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup(
        [*sys.argv, f"-artifact_prefix={FOLDER}/", str(corpus)],
        lambda data: read_back(data, FOLDER),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
