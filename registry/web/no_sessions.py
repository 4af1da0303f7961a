"""A Flask application without sessions: the street and the candidates' door open none."""

from typing import Any

from flask import Flask
from flask.sessions import SessionInterface


class NoSessions(SessionInterface):
    """Opens nothing and saves nothing: no cookie is read or set, whatever is asked."""

    def open_session(self, app: Flask, request: Any) -> Any:
        return None

    def is_null_session(self, obj: object) -> bool:
        return True

    def make_null_session(self, app: Flask) -> Any:
        return None


__all__ = ["NoSessions"]
