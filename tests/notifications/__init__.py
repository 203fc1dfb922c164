"""Promises of the post."""
