"""Any bytes are a document, an overlay, or one GeneratorError."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.effort import fuzzed
from tests.fuzz.readers import SEEDS, read_back

_PIECES = st.binary(max_size=6) | st.sampled_from(
    [
        *(
            b"&a ",
            b"*a",
            b"<<: ",
            b"\n- ",
            b"\n? ",
            b"!!int ",
            b"%YAML 1.1\n---\n",
            b"\xef\xbb\xbf",
        ),
        *(
            b"{",
            b"[",
            b'"\\ud800"',
            b"1e999",
            b"NaN",
            b"\x00",
            b"\xff",
            b"\r",
            b"\t",
            b"$..",
            b"[?",
        ),
    ]
)


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Return a seed with pieces put in, or in the place of others."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 8, len(data))))
        data = data[:start] + draw(_PIECES) + data[end:]
    return data


@fuzzed(300)
@given(data=bent() | st.binary())
def test_any_bytes_are_read_back_the_same_or_are_one_error(data: bytes) -> None:
    with TemporaryDirectory() as name:
        read_back(data, Path(name))
