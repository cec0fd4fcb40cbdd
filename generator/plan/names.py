"""Python names for what the document calls otherwise."""

from __future__ import annotations

import keyword
import re
import unicodedata

from generator.errors import GeneratorError
from generator.normalise.objects import REST

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"\W+")

# What a field of a model can't be called: the constructor and the base class have the first names,
# and annotations of the same class are evaluated with its fields in sight, which hide the others.
_FIELDS = frozenset({
    "self", "extra", "from_dict", "to_dict", "to_json",
    "bool", "bytes", "dict", "float", "int", "list", "str",
})  # fmt: skip
# What emitted modules import, or Python keeps for itself.
_CLASSES = frozenset({
    "Any", "False", "Final", "Literal", "Mapping", "Model", "None", "NotRequired", "Sequence",
    "True", "TypeAlias", "TypedDict",
})  # fmt: skip


def attribute_name(wire: str, pointer: str, *, taken: frozenset[str] = frozenset()) -> str:
    """Return the snake_case Python name of a wire name.

    Args:
        wire: The name in the document; ``*`` for all further members of an object.
        pointer: Where it stands, for the error.
        taken: Names that mean something else there; a keyword or one of these gets an underscore.

    Raises:
        GeneratorError: No letter of the name can stand in a Python identifier.
    """
    if wire == REST:
        return "additional_properties"
    words = _NOT_WORD.sub("_", unicodedata.normalize("NFKC", wire))
    name = _CAMEL.sub("_", words).lower().strip("_")
    name = re.sub("__+", "_", name)
    if name[:1].isdigit():
        name = f"n{name}"
    if not name.isidentifier():
        raise GeneratorError(
            f"{wire!r} has no letter that a Python name could have",
            pointer=pointer,
            remedy="Give it a usable name in an overlay, or remove it there.",
        )
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


def field_name(wire: str, pointer: str) -> str:
    """Return the attribute of a model that stands for a property; raises as ``attribute_name``."""
    return attribute_name(wire, pointer, taken=_FIELDS)


def check_class(name: str, pointer: str, *, taken: frozenset[str] = frozenset()) -> None:
    """Refuse a class name that means something else in the emitted modules.

    Args:
        name: The name.
        pointer: Where it stands, for the error.
        taken: Further names that mean something else there.

    Raises:
        GeneratorError: The name is taken.
    """
    # attrs takes an annotation that begins with ClassVar for no field.
    if name in _CLASSES | taken or name.startswith("ClassVar"):
        raise GeneratorError(
            f"the class name {name} means something else in the emitted code",
            pointer=pointer,
            remedy="Choose another name with x-client-name in an overlay.",
        )


def module_name(class_: str) -> str:
    """Return the module of a class: its snake_case name."""
    name = _CAMEL.sub("_", class_).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def constant_name(label: str, pointer: str) -> str:
    """Return the UPPER_CASE name of an enumeration member."""
    # Upper case can undo what NFKC composed, and Python reads names as NFKC.
    return unicodedata.normalize("NFKC", attribute_name(label, pointer).upper()).rstrip("_")
