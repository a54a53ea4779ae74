"""Answers put together without a model: facts, doc comments, history and source, as a colleague would tell them.

Each kind of question has its composer in a module of this package; the registry below is all that joins them. A
composer returns claims with their evidence; nothing here checks them against the disk or prices them.
"""

from __future__ import annotations

from reverie_daemon.core.compose.composing import compose

__all__ = ["compose"]
