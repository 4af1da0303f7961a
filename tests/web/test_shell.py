"""The shell: the gate, the token, the headers, addresses, languages and pages for errors."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from tests.web.page_inspection import inspect_page, problems_of

from registry.config import Config
from registry.rules.roles import FRESH_ACTS
from registry.web import permissions
from registry.web.permissions import UndeclaredView, allow, public, require_declarations


def test_x(office: Flask) -> None:
    require_declarations(office)
