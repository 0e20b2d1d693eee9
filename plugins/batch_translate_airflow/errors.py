"""What our errors mean to Airflow: skip, fail for good, or try again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from batch_translate.errors import IncompleteError, InputError, MissingFolderError, ReconciliationError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_airflow() -> Iterator[None]:
    """Translate our errors on their way out of a task.

    A missing folder skips the run. What another try cannot mend fails at once, so that the page goes out now and
    not after three retries. Everything else is left to the task's retries.
    """
    try:
        yield
    except MissingFolderError as error:
        raise AirflowSkipException(str(error)) from None
    except (InputError, IncompleteError, ReconciliationError) as error:
        raise AirflowFailException(str(error)) from error
