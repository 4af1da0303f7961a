"""A register of administrative law-enforcement officers and their certificates.

:func:`create_app` makes the office, the Flask application that clerks sign in to.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flask import Flask

    from registry.config import Config

__version__ = "0.1.0"


class Clock(Protocol):
    """Tells the moment, aware, in UTC."""

    def __call__(self) -> datetime: ...


def create_app(config: Config, *, clock: Clock | None = None, connected: bool = False) -> Flask:
    """The office as ``config`` describes it.

    ``connected`` says that the caller has opened the register already (tests do); ``clock`` takes
    the place of the machine's. Raises ConfigurationRefused, RegisterNotReady or KeyMissing when
    this register may not be opened, and UndeclaredView when a page names no act.
    """
    # By name: every floor imports this package, and none of them imports the web through it.
    office = import_module("registry.web.office")
    app: Flask = office.build(config, clock=clock, connected=connected)
    return app
