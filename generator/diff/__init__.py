"""Compares two states of the API and of the client, and judges what the changes break."""
