"""Coverage-guided fuzzing of the readers: any bytes are a document, an overlay, or one error.

By hand, in an environment of its own (atheris comes as a wheel for few systems)::

    python3.11 -m venv /tmp/atheris
    /tmp/atheris/bin/pip install atheris attrs pyyaml 'python-jsonpath[strict]'
    TMPDIR=/dev/shm PYTHONPATH=. /tmp/atheris/bin/python tests/fuzz/atheris_reader.py -max_total_time=300

The first byte chooses what is fuzzed: YAML, JSON, an overlay in YAML, one in JSON.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["generator", "yaml", "jsonpath"]):
    from generator import spec
    from generator.errors import GeneratorError
    from generator.overlay import Overlay, apply

FOLDER = Path(tempfile.mkdtemp(prefix="atheris-"))
DOCUMENT = {"openapi": "3.0.3", "info": {"title": "t"}, "paths": {"/a": {"get": {"tags": ["x"]}}}}
SEEDS = (
    b'0{"openapi": &a "3.0.3", b: *a}',
    b"0a: [1, 0x1f, 1e3, ~, !!str 2]\nb: |\n  text\n? c\n: - d\n",
    b'1{"openapi": "3.0.3", "a": [1, -2.5e3, null, true, "\\ud83d\\ude00"]}',
    (
        b"2overlay: 1.1.0\ninfo: {title: t, version: '1'}\nactions:\n"
        b"- {target: $..get, update: {x: 1}}\n- {target: '$.paths[?@.get]', copy: $.info}\n"
    ),
    (
        b'3{"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": '
        b'[{"target": "$.info", "remove": true}]}'
    ),
)


def test_one_input(data: bytes) -> None:
    """Read the bytes; what is read comes back the same when it is written and read again."""
    kind, content = data[:1] or b"0", data[1:]
    path = FOLDER / ("input.json" if kind in b"13" else "input.yaml")
    path.write_bytes(content)
    try:
        if kind in b"23":
            overlay = Overlay.load(path)
            document, findings = apply(DOCUMENT, overlay, strict=False)
            for finding in findings:
                str(finding)
        else:
            document = spec.load(path)
    except GeneratorError as error:
        str(error)
        return
    again = FOLDER / "again.yaml"
    again.write_text(spec.dump(document), encoding="utf-8")
    if spec.load(again) != document:
        raise AssertionError("what was written reads differently")


def main() -> None:
    """Fuzz, beginning with the seeds."""
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([*sys.argv, str(corpus)], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
