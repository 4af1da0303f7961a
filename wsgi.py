"""What a WSGI server runs: ``gunicorn wsgi:application``, configured by the environment."""

from registry.config import load_config
from registry.web.doors import doors

application = doors(load_config())
