"""What templates print is held against Python itself."""

from __future__ import annotations

import pytest

from generator.emit.ruff import format_code
from generator.errors import GeneratorError


def test_an_undefined_name_in_emitted_code_fails_the_build() -> None:
    code = (
        "from __future__ import annotations\n\n\ndef f(x: Sequence[str]) -> None:\n    print(x)\n"
    )
    with pytest.raises(GeneratorError, match=r"a\.py:\d+:\d+: F821 .*Sequence.*report it"):
        format_code({"a.py": code})
    assert format_code({"a.py": code.replace("Sequence", "list")})
