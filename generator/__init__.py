"""Generates the Coze client from an OpenAPI document and overlays."""
