"""Builds in processes that the system ends beyond bounds of memory and work.

They are forked from a process that knows the generator alone: what the tests keep in memory, and
the stacks of their threads, would count, too.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from pathlib import Path

from generator.build import Project, build
from generator.errors import GeneratorError

MEMORY = 2 << 30
SECONDS = 120


def limited(folder: Path) -> str:
    """Build, and return what becomes of it: built, an error, or a fault."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            build(Project(folder), lambda _: None)
            message = "built"
        except GeneratorError as error:
            message = f"error: {error}"
        except BaseException:  # noqa: BLE001  # the child must end here
            message = f"fault: {traceback.format_exc()[-2000:]}"
        os.write(writer, message.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        message = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return message if status == 0 else f"fault: ended by {status}"


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(limited(Path(json.loads(line)))) + "\n")
        sys.stdout.flush()
