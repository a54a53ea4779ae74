"""Sleep-time thinking, one kind a file. Each module here exports one `ANALYSIS`; `discover()` finds them.

An analysis proposes jobs and studies one topic at a time, reading nothing but the catalogue it is given, so that what
it read is known. It runs in a child process, may be stopped at any moment, and stores nothing itself.
"""

from __future__ import annotations

from .analysis import Analysis, Survey, discover, without_model

__all__ = ["Analysis", "Survey", "discover", "without_model"]
