"""Serve the API offline until Ctrl-C: `python -m coze_sandbox --port 8080`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from coze_sandbox import Sandbox

DAY = 86_400  # seconds


def main() -> int:
    """Serve, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m coze_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port (default: a free one)")
    port = parser.parse_args().port
    try:
        with Sandbox(port=port) as sandbox, contextlib.suppress(KeyboardInterrupt):
            sys.stdout.write(f"{sandbox.url}\n")
            sys.stdout.flush()
            if sys.stdout.isatty():
                sys.stderr.write("for COZE_API_BASE, with any COZE_API_TOKEN; Ctrl-C ends it\n")
            while True:
                time.sleep(DAY)
    except (OSError, OverflowError, ValueError) as error:
        sys.stderr.write(f"the sandbox cannot start on port {port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
