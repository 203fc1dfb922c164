"""What tests of several folders use."""

from tests.workflow.cli.conftest import assent, bare

__all__ = ["assent", "bare"]
