"""Promises of Assent, in the words of the trade."""
