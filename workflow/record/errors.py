"""What the record refuses to do.

* RecordError
  x CannotBeKept
  x NoSuchCase
  x NotKept
  x HeadsNotWritten
"""


class RecordError(Exception):
    """The record refuses, or cannot say what was asked; the text says why and what to do."""


class CannotBeKept(RecordError):
    """A value has no exact form in the record."""


class NoSuchCase(RecordError):
    """There is no case of that reference or number."""


class NotKept(RecordError):
    """The record has no such personal data."""


class HeadsNotWritten(RecordError):
    """The heads of the record could not be written to their file."""
