"""The daemon: watches repositories, learns what changed, answers questions. `app.py` puts its parts together."""

__version__ = "0.1.0"
