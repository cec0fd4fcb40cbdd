"""Holds the client against documented examples: what it sends, and what it reads."""
