"""Promises of the house."""
