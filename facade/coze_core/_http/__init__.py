"""Speaks HTTP with httpx or httpx2, which nothing outside of this package imports."""
