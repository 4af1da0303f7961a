"""A district to try the register on: invented people, drawn faces, certificates in every state.

Everything comes from a seed and goes through the services, as an office would do it: the files
are imported, the certificates exchanged in batches, the acts carried out. Nobody here lives: the
ID numbers carry birth dates that the area's code is too young for.
"""

from registry.demo.filling import DemoAccount, DemoRefused, fill

__all__ = ["DemoAccount", "DemoRefused", "fill"]
