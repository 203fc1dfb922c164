"""The peers, each doing its best: django-fsm-2 with a log row, SpiffWorkflow with its serialized workflow.

They change a state and note that they did, in one transaction, in the same kind of database with the same
settings. They keep no chain, no deadline, no letter and no key.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from tests.bench import world
from tests.bench.hand import Hand
from tests.bench.places import Place

MOMENT = world.at("2024-03-11 09:30")


def configure(places: list[Place]) -> None:
    """Start Django, once for a process."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=[],
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            DATABASES={"default": _address(places[0])},
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        )
        django.setup()


def _address(place: Place) -> dict[str, Any]:
    return address_of(place.url)


def address_of(address: str) -> dict[str, Any]:
    """How Django names a database of ours."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.database,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": pragmas},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username,
        "HOST": str(url.query["host"]),
        # None: one connection for all of the time.
        "CONN_MAX_AGE": None,
    }


class Fsm:
    """django-fsm-2: a row with a protected state, and a row of a log for each change."""

    def __init__(self, place: Place, count: int) -> None:
        from django.db import connections

        self._alias = f"bench {place.url}"
        connections.settings[self._alias] = connections.configure_settings(
            {"default": _address(place), self._alias: _address(place)}
        )[self._alias]
        self._case, self._log = _models()
        connection = connections[self._alias]
        with connection.schema_editor() as editor:
            editor.create_model(self._case)
            editor.create_model(self._log)
        known = {
            "opened_at": MOMENT,
            "title": "Evian Project",
            "partner": world.PARTNER,
            "summary": world.SUMMARY,
        }
        known["items"] = sorted(item for items in world.law().checklists.values() for item in items)
        rows = [
            self._case(id=n, reference=f"RP-2024-{n}", since=MOMENT, **known) for n in range(1, count + 1)
        ]
        self._case.objects.using(self._alias).bulk_create(rows)

    def decline(self, case_id: int) -> None:
        from django.db import transaction

        with transaction.atomic(using=self._alias):
            case = self._case.objects.using(self._alias).select_for_update().get(pk=case_id)
            source, case.since = case.state, MOMENT
            case.decline()
            case.save(using=self._alias)
            self._log.objects.using(self._alias).create(
                case=case,
                transition="decline",
                source=source,
                target=case.state,
                at=MOMENT,
                reason=world.REASON,
            )


_MODELS: list[Any] = []


def _models() -> tuple[Any, Any]:
    """Django's classes can be made only once Django has started, and only once."""
    if _MODELS:
        return _MODELS[0], _MODELS[1]
    from django.db import models
    from django_fsm import FSMField, transition

    class FsmCase(models.Model):
        """A case as ours: whoever keeps the same procedure with Django keeps the same of it."""

        reference = models.TextField(unique=True)
        procedure = models.TextField(default="ramsar-private")
        edition = models.TextField(default="2026")
        law_digest = models.TextField(default="0" * 64)
        state = FSMField(default="preliminary_assessment", protected=True, db_index=True)
        since = models.DateTimeField()
        opened_at = models.DateTimeField()
        officer = models.TextField(default="ada")
        title = models.TextField()
        partner = models.JSONField()
        territory = models.JSONField(default=list)
        risk = models.TextField(default="")
        summary = models.TextField()
        held_on = models.DateField(null=True)
        target = models.TextField(default="")
        marks = models.JSONField(default=list)
        items = models.JSONField()
        conditions = models.JSONField(default=list)
        decisions = models.JSONField(default=list)

        class Meta:
            app_label = "bench"

        @transition(field=state, source="draft", target="preliminary_assessment")
        def submit(self) -> None: ...

        @transition(field=state, source="preliminary_assessment", target="party_consent")
        def endorse(self) -> None: ...

        @transition(field=state, source="preliminary_assessment", target="declined")
        def decline(self) -> None: ...

    class FsmLog(models.Model):
        case = models.ForeignKey(FsmCase, on_delete=models.CASCADE)
        transition = models.TextField()
        source = models.TextField()
        target = models.TextField()
        at = models.DateTimeField()
        reason = models.TextField()

        class Meta:
            app_label = "bench"

    _MODELS.extend((FsmCase, FsmLog))
    return FsmCase, FsmLog


BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="bench">
  <process id="partnership" isExecutable="true">
    <startEvent id="start"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="start" targetRef="draft"/>
    <userTask id="draft" name="Draft"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="draft" targetRef="assessment"/>
    <userTask id="assessment" name="Preliminary assessment"><incoming>f2</incoming><outgoing>f3</outgoing></userTask>
    <sequenceFlow id="f3" sourceRef="assessment" targetRef="choice"/>
    <exclusiveGateway id="choice" default="f4"><incoming>f3</incoming><outgoing>f4</outgoing><outgoing>f5</outgoing></exclusiveGateway>
    <sequenceFlow id="f4" sourceRef="choice" targetRef="declined"/>
    <sequenceFlow id="f5" sourceRef="choice" targetRef="consent"><conditionExpression xsi:type="tFormalExpression">action == 'endorse'</conditionExpression></sequenceFlow>
    <userTask id="consent" name="Party consent"><incoming>f5</incoming><outgoing>f6</outgoing></userTask>
    <sequenceFlow id="f6" sourceRef="consent" targetRef="agreed"/>
    <endEvent id="declined"><incoming>f4</incoming></endEvent>
    <endEvent id="agreed"><incoming>f6</incoming></endEvent>
  </process>
</definitions>
"""  # noqa: E501


class Spiff:
    """SpiffWorkflow: the workflow is read from its row, moved one task on, and written back."""

    def __init__(self, place: Place, count: int) -> None:
        from SpiffWorkflow.bpmn.parser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

        parser = BpmnParser()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "partnership.bpmn"
            file.write_text(BPMN, encoding="utf-8")
            parser.add_bpmn_file(str(file))
        self._serializer = BpmnWorkflowSerializer()
        workflow = BpmnWorkflow(parser.get_spec("partnership"))
        workflow.do_engine_steps()
        self._complete(workflow, "submit")
        waiting = self._serializer.serialize_json(workflow)
        self._hand = hand = Hand(place)
        key = (
            "INTEGER PRIMARY KEY"
            if place.is_sqlite
            else "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
        )
        hand.begin()
        hand.do(f"CREATE TABLE spiff_case (id {key}, workflow TEXT NOT NULL)")
        hand.do(
            f"CREATE TABLE spiff_log (id {key}, case_id INTEGER NOT NULL REFERENCES spiff_case(id),"
            " task TEXT NOT NULL, action TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL)"
        )
        rows = [(n, waiting) for n in range(1, count + 1)]
        hand.do_many("INSERT INTO spiff_case (id, workflow) VALUES (?, ?)", rows)
        hand.commit()

    def decline(self, case_id: int) -> None:
        hand = self._hand
        hand.begin()
        stored = hand.all(f"SELECT workflow FROM spiff_case WHERE id = ?{hand.lock}", (case_id,))[0][0]
        workflow = self._serializer.deserialize_json(stored)
        task = self._complete(workflow, "decline")
        assert workflow.is_completed(), "declining ends the workflow"
        hand.do(
            "UPDATE spiff_case SET workflow = ? WHERE id = ?",
            (self._serializer.serialize_json(workflow), case_id),
        )
        hand.do(
            "INSERT INTO spiff_log (case_id, task, action, at, reason) VALUES (?, ?, ?, ?, ?)",
            (case_id, task, "decline", MOMENT.isoformat(), world.REASON),
        )
        hand.commit()

    @staticmethod
    def _complete(workflow: Any, action: str) -> str:
        from SpiffWorkflow.util.task import TaskState

        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data["action"] = action
        task.run()
        workflow.do_engine_steps()
        return str(task.task_spec.name)
