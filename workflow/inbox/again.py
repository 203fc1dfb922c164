"""Mail is read again after a fix: what waits is matched anew, what was filed is only read better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from workflow import db, house
from workflow.inbox import reading
from workflow.inbox.filing import Filed, file_new
from workflow.inbox.keeping import MAIL, READINGS

AT_A_TIME = 100
#: What may be filed anew: nothing in a case tells of it yet, and nobody has decided about it.
_ANEW = ("waiting",)


def read_again(on: Engine, now_of: Callable[[], datetime], mail_ids: Sequence[int] = ()) -> Filed:
    """Read messages again.

    What waits and stands in no case is filed as if it had just come. Of any other only what it is said to be
    is written anew: what was decided about it stays.
    mail_ids   only these; none: all
    """
    last = 0
    while True:
        with db.transaction(on) as session:
            wanted = select(READINGS.c.mail_id).where(READINGS.c.mail_id > last, READINGS.c.status != "new")
            if mail_ids:
                wanted = wanted.where(READINGS.c.mail_id.in_(mail_ids))
            ids = session.scalars(wanted.order_by(READINGS.c.mail_id).limit(AT_A_TIME)).all()
            for mail_id in ids:
                _again(session, mail_id, now_of())
        if not ids:
            return file_new(on, now_of)
        last = ids[-1]


def _again(session: Session, mail_id: int, now: datetime) -> None:
    row = session.execute(
        select(READINGS.c.status, READINGS.c.seq).where(READINGS.c.mail_id == mail_id).with_for_update()
    ).one()
    mine = update(READINGS).where(READINGS.c.mail_id == mail_id)
    if row.status in _ANEW and row.seq is None:
        session.execute(mine.values(status="new"))
        return
    settings = house.of(session).settings
    incoming = reading.read_mail(session.execute(select(MAIL).where(MAIL.c.id == mail_id)).one(), settings)
    session.execute(mine.values(**reading.columns_of(incoming, settings, now)))
