"""The ledger: the one place where a translation exists, is under way or was paid for."""

from batch_translate.ledger.engine import Ledger

__all__ = ["Ledger"]
