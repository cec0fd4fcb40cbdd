"""JSON bodies of successful answers."""

from __future__ import annotations

import copy
import zlib
from typing import TYPE_CHECKING, Any

from coze_sandbox._answer_schema import AnswerSchema
from coze_sandbox._echo import echo, given_by, identify
from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, at, is_array, is_object, put
from coze_sandbox._lists import Collection, id_name, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coze_sandbox._call import Call
    from coze_sandbox._document import Batch, Document
    from coze_sandbox._lifecycles import Lifecycles
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._synthesis import Synthesiser


class Bodies:
    """Makes the bodies of the answers of a document.

    Args:
        document: the effective document.
        synthesiser: makes the values.
        lifecycles: what goes on after calls.
        items: how many items a collection has.
    """

    def __init__(
        self, document: Document, synthesiser: Synthesiser, lifecycles: Lifecycles, items: int
    ) -> None:
        self._lifecycles = lifecycles
        self._envelope = document.envelope
        self._synthesiser = synthesiser
        self._shapes = {
            one.name: AnswerSchema(one, synthesiser, items) for one in document.operations
        }
        self._results: Object = {}
        self._collections: dict[str, Collection] = {}

    def set(self, operation: str, result: Any, items: Sequence[Any] | None) -> None:
        """Set the result of an operation, or the collection that it lists."""
        if result is not None:
            self._results[operation] = result
        if items is not None:
            made = self._shapes[operation].collection

            def make(number: int) -> Any:
                given = items[number - 1]
                return {**made.item(number), **given} if is_object(given) else given

            self._collections[operation] = Collection(make, len(items))

    def clear(self) -> None:
        """Forget what was set."""
        self._results.clear()
        self._collections.clear()

    def body(self, call: Call, scenario: Scenario, logid: str) -> Any:
        """Make the body for a call.

        Raises:
            RefusalError: the call asks for a page that does not exist, or for too large a batch.
        """
        shape = self._shapes[call.operation.name]
        body = copy.deepcopy(shape.template)
        if not is_object(body):
            return body
        places = [self._envelope.data]
        given = given_by(call)
        paging = call.operation.pagination
        batch = call.operation.batch
        if paging is not None:
            items = self._collections.get(call.operation.name, shape.collection)
            page(call, paging, items, body, scenario)
            given = {name: value for name, value in given.items() if name not in paging.arguments}
            places.append(paging.items)
        elif batch is not None:
            self._join(call, batch, shape, body)
        self._lifecycles.apply(call, scenario.script, body)
        self._give_back(call, shape, body, given, places)
        for result in (self._results.get(call.operation.name), scenario.result):
            self._replace(body, result)
        self._wrap(body, logid)
        self._omit(body, scenario.absent, paging.items if paging else None)
        return body

    def _replace(self, body: Object, result: Any) -> None:
        """Put a result into a body: field by field where both are objects."""
        place = self._envelope.data
        usual = body.get(place, body)
        if is_object(result) and is_object(usual):
            usual |= copy.deepcopy(result)
        elif result is not None:
            body[place] = copy.deepcopy(result)

    def _join(self, call: Call, batch: Batch, shape: AnswerSchema, body: Object) -> None:
        """Put one item for each id that was asked into the list that batches join."""
        asked = call.arguments.get(batch.argument, [])
        ids: list[Any] = asked if is_array(asked) else [asked]
        if len(ids) > batch.size:
            raise RefusalError(
                f"{batch.argument}: {len(ids)} values; a request takes {batch.size} at most"
            )
        if not batch.join:
            return
        place = batch.join
        if shape.node(self._envelope.data):
            place = f"{self._envelope.data}.{place}"
        items: list[Any] = []
        for one in ids:
            item = shape.item(place, zlib.crc32(str(one).encode()) % 10_000)
            if is_object(item):
                name = batch.argument.removesuffix("s")
                item[name if name in item else id_name(item)] = one
            items.append(item)
        put(body, place, items)

    def _give_back(
        self, call: Call, shape: AnswerSchema, body: Object, given: Object, places: list[str]
    ) -> None:
        """Put what was given into the fields of the same name."""
        wrapping = (self._envelope.data, *self._envelope.fields)
        beside = {name: value for name, value in given.items() if name not in wrapping}
        echo(self._synthesiser, shape.node(), body, beside)
        for place in places:
            echo(self._synthesiser, shape.node(place), at(body, place), given)
        identify(self._synthesiser, shape.node(places[0]), at(body, places[0]), call)

    def _omit(self, body: Object, how: str | None, items: str | None) -> None:
        """Leave the result out, in the way that a scenario says."""
        if how == "items":
            if items is not None:
                put(body, items, None)
            return
        for name in [name for name in body if name not in self._envelope.fields] if how else ():
            value = body.pop(name)
            if how == "null":
                body[name] = None
            elif how == "renamed":
                body[f"{name}_v2"] = value

    def _wrap(self, body: Object, logid: str) -> None:
        """Return success in the fields of the envelope, if the answer has one."""
        wrapping = {self._envelope.data, *self._envelope.fields}
        if body and not wrapping & body.keys():
            return
        success = {"code": 0, "msg": "", "detail": {"logid": logid}}
        body |= {name: success[name] for name in self._envelope.fields if name in success}
