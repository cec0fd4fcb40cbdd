"""The command ``coze``: a command for each method, made from its signature and its hints.

Nothing here names an operation, but for the conversation of ``coze chat``.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import coze_client as cc
from coze_client._cli._methods import UsageError, add_commands
from coze_client._cli._programs import login, sandbox, write_error
from coze_core import Resource

_HELP = """Call the Coze API.

Results are JSON, one item a line; a list goes on through all pages. JSON is given as text, or as
a file (`@FILE`; `@-` is the standard input); a file as its path or as `@-`. A first `@FILE` gives
options as one JSON object; those that follow it prevail.

COZE_API_TOKEN is the token, else `coze login` keeps one; COZE_API_BASE is the address, by default
that of api.coze.cn.

Exit status: 0 done, 1 refused, 2 wrong command line, 3 no login or permission, 4 no such thing,
5 not reached or too busy (try again), 130 interrupted."""
_STATUS = {
    (cc.AuthenticationError, cc.PermissionDeniedError): 3,
    (cc.NotFoundError,): 4,
    (cc.APIConnectionError, cc.RateLimitError, cc.ServerError): 5,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        import cyclopts  # noqa: PLC0415  # an extra
    except ImportError:
        return _fail('this command needs an extra: pip install "coze-client[cli]"', 1)
    app = cyclopts.App(
        name="coze",
        help=_HELP,
        version=cc.__version__,
        help_format="markdown",
        default_parameter=cyclopts.Parameter(json_list=True, negative_iterable=()),
    )
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # JSON is UTF-8
    try:
        app.command(login, name="login")
        app.command(sandbox, name="sandbox")
        tree = cc.Coze.__new__(cc.Coze)
        Resource.__init__(tree, None)  # pyright: ignore[reportArgumentType]  # names, no calls
        words = add_commands(app, tree, [], words)
        app(words, exit_on_error=False, print_error=False, result_action="return_none")
        sys.stdout.flush()
    except (cyclopts.CycloptsError, UsageError) as error:
        return _fail(error, 2)
    except cc.CozeError as error:
        return _fail(error, next((_STATUS[one] for one in _STATUS if isinstance(error, one)), 1))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on
    except (OSError, ImportError) as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _fail(error: object, status: int) -> int:
    write_error(error)
    return status
