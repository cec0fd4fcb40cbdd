from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIConnectionError, APITimeoutError
from tests.faults.fault_shapes import DONE, JSON_SHAPES, SHAPES, good_call, patient, pool_of_one
from tests.faults.fault_table import BODIES, HEADS, Fault
from tests.fuzz.effort import sampled

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

CELLS = [
    *((shape, name, fault) for shape in SHAPES for name, fault in HEADS.items()),
    *((shape, name, fault) for shape in JSON_SHAPES for name, fault in BODIES.items()),
]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize(
    ("shape_name", "fault"),
    [pytest.param(shape, fault, id=f"{shape}, {name}") for shape, name, fault in sampled(CELLS, 5)],
)
def test_a_fault_is_one_typed_error_and_sent_as_often_as_does_no_harm(
    run: Runner, serve: Serve, shape_name: str, fault: Fault
) -> None:
    shape = SHAPES[shape_name]
    sent = fault.repeatable if shape.repeatable else fault.other
    # One answer too many would be a success, one too few would spoil what follows.
    after = DONE if fault.error is APITimeoutError else shape.good
    server = serve(*shape.before, *[fault.act] * sent, after, DONE)
    stalls = fault.error is APITimeoutError
    # A first page must arrive within the limit.
    client = pool_of_one(run, server, read=(0.15 if shape.before else 0.03) if stalls else 5)
    call = shape.prepare(run, client)
    before = len(server.seen)
    with pytest.raises(fault.error) as caught:
        call()
    error: Any = caught.value
    assert type(error) is fault.error
    assert fault.text in str(error)
    assert "secret-token" not in str(error)
    assert error.__notes__ == [f"The request was sent {sent} times."] if sent > 1 else True
    if isinstance(error, APIConnectionError):
        assert error.sent
    else:
        assert error.status_code == error.response.status_code
        assert error.response.attempts == sent
    assert len(server.seen) == before + sent
    if stalls:
        good_call(run, patient(client))
    else:
        call()
    assert good_call(run, patient(client)).id == "1"
    assert len(server.seen) == before + sent + 2
    if fault.reusable and shape_name not in {"stream", "download"}:
        assert server.connections == 1
    elif fault.reusable is False:
        assert server.connections >= sent + (1 if not shape.before else 0)
