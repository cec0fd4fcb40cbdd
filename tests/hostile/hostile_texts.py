"""Texts that try to be code, or to be no name."""

from __future__ import annotations

import builtins
import keyword
from typing import Final

from hypothesis import strategies as st

CANARY: Final = "coze_canary"
"""The name that appears among the builtins once a text was executed."""
CODE: Final = f"__import__('builtins').__dict__.__setitem__('{CANARY}', 1)"


def executed() -> bool:
    return hasattr(builtins, CANARY)


CONTEXTS: Final = (
    "{code}",
    '"; {code}; "',
    "'; {code}; '",
    '"""\n{code}\n"""',
    "'''\n{code}\n'''",
    '\\"""\n{code}\n"""',
    '\\\\"""\n{code}\n"""',
    "\n{code}\n",
    "\r{code}\r",
    "\x0c{code}\x0b",
    "\u2028{code}\u2029",
    "\x85{code}\x85",
    "']; {code}; ['",
    '"): {code} #',
    ") -> None: {code} #",
    "= {code}",
    "\\\n{code}",
    "{{{code}}}",
    "{{{{ {code} }}}}",
    "{{% if {code} %}}{{% endif %}}",
    "{{{{ ''.__class__.__mro__[1].__subclasses__() }}}} {code}",
    "%}}{code}{{%",
    "# type: ignore\n{code}",
    "# -*- coding: utf-7 -*-\n{code}",
    "x = 1  # fmt: off\n{code}",
)
"""Where a text could end up, and how it would break out of there."""
PAYLOADS: Final = tuple(context.format(code=CODE) for context in CONTEXTS)
"""Texts that execute ``CODE`` wherever they are taken for code."""

AWKWARD: Final = (
    *(
        '"',
        "'",
        '"""',
        "'''",
        '""""',
        "\\",
        "\\\\",
        '\\"',
        "a\\",
        "\\N{BEL}",
        "\\x",
        "\\u12",
        "\\U",
    ),
    *("\n", "\r", "\r\n", "\t", "\x0b", "\x0c", "\x00", "\x1b[31m", "\x7f", "\x85", "\x9b"),
    *("\u2028", "\u2029", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ufffe"),
    *(
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# x #}",
        "%}",
        "}}",
        "{}",
        "{0}",
        "{x!r}",
        "%s",
        "%(x)s",
        "${x}",
    ),
    *("../../x", "/etc/passwd", "C:\\x", "a/b", "~", ".", "..", "x.y", "con", "-", "--help"),
    *("", " ", "  x  ", "_", "__", "_x", "__x", "__x__", "x_", "0", "1x", "٣", "½"),
    *("名前", "é", "ß", "ǅ", "İ", "ΐ", "ﬁ", "a·", "ª", "µ", "🍓", "क्षि", "x\u0301", "\u0301"),
    *("true", "null", "0x10", "1e5", "~", "yes", "2024-01-01", "<<", "!!python/none", "&a", "*a"),
)
"""Texts that mean something to some part of the way from document to code."""

HIDING: Final = (
    *("str", "int", "list", "dict", "bool", "float", "bytes", "object", "type", "property"),
    *(
        "models",
        "params",
        "events",
        "builtins",
        "cached_property",
        "annotations",
        "self",
        "to_dict",
    ),
)
"""Words that emitted code uses itself."""
CLASSES: Final = (
    *("Model", "Any", "Literal", "Final", "TypeAlias", "TypedDict", "NotRequired", "Event"),
    *("Mapping", "Sequence", "UnknownEvent", "Page", "Operation", "Resource", "CozeAPI"),
)
"""The same for classes."""
PYTHON: Final = (
    *(*keyword.kwlist, *keyword.softkwlist, "cls", "_client", "_response", "print", "open", "exec"),
    *(*HIDING, *CLASSES),
)
"""What Python or the emitted code gives a meaning."""
FEW: Final = (
    *PAYLOADS[:4],
    *(
        '"',
        "\\",
        "a\n",
        "x\x1b",
        "x\u202e",
        "{x!r}",
        "a/b",
        "..",
        "",
        " ",
        "__x",
        "0",
        "1x",
        "é",
        "名前",
    ),
    *("ΐ", "ﬁ", "🍓", "class", "list", "None", "self"),
)
"""One of each kind."""

hostile_texts = st.one_of(
    st.lists(st.sampled_from([*PAYLOADS, *AWKWARD, *PYTHON]), min_size=1, max_size=3).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
