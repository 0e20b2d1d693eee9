"""Every error this package raises on purpose.

    BatchTranslateError
    ├── InputError              before any money is spent: mend the input and run again
    │   ├── SettingsError       translate.toml, params or environment
    │   ├── MissingFolderError  no folder for that day
    │   ├── DocumentError       one file cannot be read; the others go on
    │   ├── ChangedInputError   a document changed after it was read
    │   ├── OutdatedPlanError   a newer reading of the day has been published
    │   └── BudgetError         the estimate is over the cap
    └── JobError                after something was sent
        ├── UnclearSubmissionError  nobody can say yet whether the batch exists: look again
        ├── RefusedBatchError   the provider refused the batch; nothing ran
        │   ├── BusyError           for the moment: there is no room, or too many were created within the hour
        │   └── LostFileError       it does not find the request file, or not yet
        ├── ReconciliationError counts do not add up: a defect, nothing was stored
        └── IncompleteError     the day has segments without a translation

Each message says what happened, where, and what to do. `retry_helps` says whether the same call may succeed
when it is made again unchanged.
"""

from __future__ import annotations

from typing import ClassVar


class BatchTranslateError(Exception):
    """What happened, where, and what to do, in one message."""

    retry_helps: ClassVar[bool] = False


class InputError(BatchTranslateError):
    """Something given to the run is wrong; no money was spent."""


class SettingsError(InputError):
    """A setting is wrong: the message names the setting and where it stands."""


class MissingFolderError(InputError):
    """There is no folder for the day."""


class DocumentError(InputError):
    """One document cannot be read.

    `document` is its path below the dated folder, `place` the line, row or key at which reading stopped.
    """

    def __init__(self, document: str, place: str, reason: str) -> None:
        super().__init__(document, place, reason)
        self.document = document
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        where = f"{self.document}, {self.place}" if self.place else self.document
        return f"{where}: {self.reason}"


class ChangedInputError(InputError):
    """A document is not the one that was read: its translation would stand beside another source."""


class OutdatedPlanError(InputError):
    """A newer reading of the day has been published; an older one must not overwrite it."""


class BudgetError(InputError):
    """The estimate is over the cap; nothing was sent."""


class JobError(BatchTranslateError):
    """Something went wrong after a request file was made."""


class UnclearSubmissionError(JobError):
    """The provider's answer was lost; whether a batch exists is not known yet."""

    retry_helps = True


class RefusedBatchError(JobError):
    """The provider refused the batch; nothing ran, nothing is billed."""


class BusyError(RefusedBatchError):
    """The provider takes no batch at the moment. `seconds` after which it says to ask again, None: not said."""

    retry_helps = True

    def __init__(self, message: str, seconds: float | None) -> None:
        super().__init__(message)
        self.seconds = seconds


class LostFileError(RefusedBatchError):
    """The provider does not find the request file: it is not visible yet, or it is gone."""

    retry_helps = True


class ReconciliationError(JobError):
    """Requests sent and answers sorted do not add up."""


class IncompleteError(JobError):
    """The day is not complete; what is there has been published."""
