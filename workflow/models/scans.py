"""What the scanner has said of contents that came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


class Scan(Base):
    """The verdict on one content: of a document or a mail, wherever it is kept."""

    __tablename__ = "scans"

    #: Of the content, hexadecimal.
    sha256: Mapped[str] = mapped_column(primary_key=True)
    #: clean, infected or failed (could not be looked at); a content without a row is pending.
    verdict: Mapped[str] = mapped_column(index=True)
    #: What was found, or why it could not be looked at; "" for clean.
    words: Mapped[str] = mapped_column(Text, default="")
    #: UTC.
    looked_at: Mapped[datetime]
