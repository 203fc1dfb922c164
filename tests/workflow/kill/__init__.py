"""Processes that are killed at any moment while letters are on their way."""
