"""What reads files, given any bytes: the first one chooses what they are taken for.

They are YAML, JSON, an overlay in YAML, or one in JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import spec
from generator.correction import apply
from generator.errors import GeneratorError
from generator.overlay import Overlay

if TYPE_CHECKING:
    from pathlib import Path

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


def read_back(data: bytes, folder: Path) -> None:
    """Read the bytes; what is read comes back the same when it is written and read again."""
    kind, content = data[:1] or b"0", data[1:]
    path = folder / ("input.json" if kind in b"13" else "input.yaml")
    path.write_bytes(content)
    try:
        if kind in b"23":
            document, findings = apply(DOCUMENT, Overlay.load(path), strict=False)
            for finding in findings:
                str(finding)
        else:
            document = spec.load(path)
    except GeneratorError as error:
        str(error)
        return
    again = folder / "again.yaml"
    again.write_text(spec.dump(document), encoding="utf-8")
    if spec.load(again) != document:
        raise AssertionError("what was written reads differently")
