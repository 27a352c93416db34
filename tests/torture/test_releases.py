"""What two releases on one database may say in their logs, and what they may not."""

from pathlib import Path

from tests.torture.scenarios.release import errors

UNKNOWN = """\
2026-11-30 00:44:51 ERROR celery Received unregistered task of type 'alerts.evaluate'.
The message has been ignored and discarded.

Traceback (most recent call last):
  File "consumer.py", line 668, in on_task_received
    strategy = strategies[type_]
KeyError: 'alerts.evaluate'
"""
FAILURE = """\
2026-11-30 00:44:52 ERROR celery Task deliveries.deliver raised unexpected: KeyError('seq')
Traceback (most recent call last):
  File "dispatch.py", line 1, in send
KeyError: 'seq'
"""


def test_a_message_for_a_later_task_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "worker-1.log").write_text(UNKNOWN * 2)
    assert errors(tmp_path) == ([], 2)


def test_any_other_traceback_is_one_also_beside_such_a_message(tmp_path: Path) -> None:
    (tmp_path / "worker-1.log").write_text(FAILURE + UNKNOWN + FAILURE)
    (tmp_path / "worker-2.log").write_text(FAILURE)
    assert errors(tmp_path) == (["worker-1.log", "worker-1.log", "worker-2.log"], 1)
