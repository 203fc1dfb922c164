"""Promises about the record."""
