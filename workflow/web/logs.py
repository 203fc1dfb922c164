"""What the web server writes to its log: never a token. Whoever reads a log must not be able to answer."""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

from uvicorn.config import LOGGING_CONFIG

#: Addresses whose next part is a token; what stands in a `next=` of another address is meant too.
_TOKEN = re.compile(
    r"(?P<before>(?:/|%2[Ff])(?:r|sign-in|feeds)(?:/|%2[Ff]))(?!link(?:[\s?#\"]|$))[^/\s?#&\"'%]+"
)


def masked(text: str) -> str:
    """The text with an ellipsis in place of every token: `/r/.../documents/3`."""
    return _TOKEN.sub(r"\g<before>...", text)


class Masking(logging.Filter):
    """Takes tokens out of whatever is logged; it belongs on handlers, where everything passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            record.args = {name: _plain(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(_plain(value) for value in record.args)
        record.msg = masked(str(record.msg))
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters keep what stands here, and write a traceback themselves only where nothing does.
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True


def config() -> dict[str, Any]:
    """The logging of the web server: `uvicorn.run(app, log_config=logs.config())`."""
    made: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    made["filters"] = {"masking": {"()": "workflow.web.logs.Masking"}}
    for handler in made["handlers"].values():
        handler["filters"] = ["masking"]
    made["loggers"]["assent"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return made


def _plain(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value
