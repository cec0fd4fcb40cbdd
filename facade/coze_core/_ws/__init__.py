"""WebSockets: the state of a connection without I/O, and what drives it in threads and tasks.

`websockets` is imported here and nowhere else, by `load_link`: the first socket loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    from types import ModuleType

    from coze_core._operation import SocketOperation
    from coze_core._settings import Settings


def load_link() -> ModuleType:
    """Return the module of the connection's state, which needs the extra.

    Raises:
        CozeError: `websockets` is not installed, or too old.
    """
    try:
        from coze_core._ws import _link
    except ImportError as error:
        raise CozeError(
            "Sockets need the package websockets, 13 or later: pip install "
            "'coze-client[websockets]'."
        ) from error
    return _link


def socket_base(operation: SocketOperation[Any], settings: Settings) -> str:
    """Return what the path of a socket is added to: never a host of another region.

    Raises:
        CozeError: ``websocket_url`` is in another region than ``base_url``, whose token goes there.
    """
    base, url = settings.base_url, settings.socket_url
    own = next((pair for pair in operation.hosts.items() if _host(pair[0]) == _host(base)), None)
    if url is None:
        return own[1] if own else base
    foreign = {_host(one) for pair in operation.hosts.items() if pair != own for one in pair}
    if own and _host(url) in foreign:
        raise CozeError(
            f"{operation.name}: websocket_url is {url}, but base_url is {base}: a token of one "
            "region is never sent to another. Leave websocket_url out, or change both."
        )
    return url


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")
