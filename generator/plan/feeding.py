"""What an answer gives, the next call takes: the fields that required arguments are filled from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.plan.names import module_name
from generator.plan.types import STRING, without_null

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.plan import Plan
    from generator.plan.models import Field, Model


def unsaid_presence(plan: Plan) -> list[str]:
    """Return a remark for each field that feeds an argument without a word on its presence.

    Such a field has the name of a text that some call needs in its path or query, or that name
    without the name of its class: the ``id`` of a ``BotSummary`` feeds ``bot_id``.
    """
    needed = {
        argument.name
        for method in plan.methods
        for argument in method.arguments
        if argument.required and argument.location in {"path", "query"} and argument.type == STRING
    }
    return [
        f"/components/schemas/{class_.name}: {field.name} feeds the argument {argument}, which is "
        "required. Say x-client-present in an overlay: true, or why it may be absent"
        for module in plan.modules
        for class_ in module.classes
        if class_.kind == "model"
        for field, argument in _fed(class_, needed)
    ]


def _fed(class_: Model, needed: set[str]) -> Iterator[tuple[Field, str]]:
    words = module_name(class_.name).split("_")
    owners = {"_".join(words[:end]) for end in range(1, len(words) + 1)}
    owners |= {"_".join(words[start:]) for start in range(len(words))}
    for field in class_.fields:
        if field.required or field.present or without_null(field.type) != STRING:
            continue
        names = {field.name, *(f"{owner}_{field.name}" for owner in owners)}
        for argument in sorted(names & needed):
            yield field, argument
            break
