"""Promises of the law."""
