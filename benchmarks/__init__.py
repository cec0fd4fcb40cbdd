"""Measures the client beside raw httpx and other clients: ``python -m benchmarks``.

A server answers on one core, and each peer runs in a process of its own on the other. The peers
take turns, lap by lap, so that whatever else the machine does meets all of them alike. Every lap
counts what it received, and a wrong count is an error.
"""
