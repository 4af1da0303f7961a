"""An organisation out of an address: there for whoever may see it, absent for everybody else."""

from flask import abort

from registry.store.organisations import OrganisationRow, by_code
from registry.web.sessions import signed_in


def organisation_or_404(code: str) -> OrganisationRow:
    """The organisation of this code within the scope of the account that looks."""
    row = by_code(code, signed_in().scope)
    if row is None:
        abort(404)
    return row
