"""JSON bodies of successful answers."""

from __future__ import annotations

import copy
import zlib
from typing import TYPE_CHECKING, Any

from coze_sandbox._echo import echo, given_by, identify
from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, at, is_array, is_object, put
from coze_sandbox._lists import id_name, page
from coze_sandbox._shapes import Shape

if TYPE_CHECKING:
    from coze_sandbox._call import Call
    from coze_sandbox._document import Batch, Document
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._synthesis import Synthesiser


class Bodies:
    """Makes the bodies of the answers of a document.

    Args:
        document: the effective document.
        synthesiser: makes the values.
        items: how many items a collection has.
    """

    def __init__(self, document: Document, synthesiser: Synthesiser, items: int) -> None:
        self._envelope = document.envelope
        self._synthesiser = synthesiser
        self._shapes = {one.name: Shape(one, synthesiser, items) for one in document.operations}

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
            page(call, paging, shape.collection, body, scenario)
            given = {name: value for name, value in given.items() if name not in paging.arguments}
            places.append(paging.items)
        elif batch is not None:
            self._join(call, batch, shape, body)
        self._give_back(call, shape, body, given, places)
        result = body.get(self._envelope.data, body)
        if scenario.result is not None and is_object(result):
            result |= scenario.result
        self._wrap(body, logid)
        self._omit(body, scenario.absent, paging.items if paging else None)
        return body

    def _join(self, call: Call, batch: Batch, shape: Shape, body: Object) -> None:
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
        self, call: Call, shape: Shape, body: Object, given: Object, places: list[str]
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
        """Say success in the fields of the envelope, if the answer has one."""
        wrapping = {self._envelope.data, *self._envelope.fields}
        if body and not wrapping & body.keys():
            return
        success = {"code": 0, "msg": "", "detail": {"logid": logid}}
        body |= {name: success[name] for name in self._envelope.fields if name in success}
