"""WebSockets: the state of a connection without I/O, and what drives it in threads and tasks.

`websockets` is imported by `_link` and nowhere else; the first socket loads it.
"""
