"""What a certificate certifies, gathered at the moment of issue and then never changed again.

What the organisation contributes comes resolved (own entry, superior's, setting); what is missing
at issue is missing for five years, so the copy can say what it lacks.
"""

from dataclasses import dataclass

from registry.rules.organisations import FIELDS, words_from
from registry.store.external_names import CertifiedOrganisation


@dataclass(frozen=True)
class CertifiedCopy:
    """The copy that goes into a certificate's row; lists are Chinese words joined by 、."""

    name: str
    organisation_id: int
    organisation_name: str
    post: str
    fields: str
    area: str
    categories: str
    in_whose_name: str
    issuing_authority: str
    complaint_telephone: str

    @property
    def lacks(self) -> frozenset[str]:
        """What is empty, as keys of :data:`registry.rules.eligibility.LACKS`."""
        held = {
            "area": self.area,
            "categories": self.categories,
            "fields": self.fields,
            "issuing-authority": self.issuing_authority,
            "complaint-telephone": self.complaint_telephone,
        }
        return frozenset(name for name, value in held.items() if not value)


def copy_of(organ: CertifiedOrganisation, *, name: str, post: str, field: str) -> CertifiedCopy:
    """What the card of someone in ``organ`` would say; ``field`` is the person's own, if any."""
    codes, unknown = words_from(FIELDS, field)
    own = "、".join([FIELDS[code].title for code in codes] + list(unknown))
    return CertifiedCopy(
        name=name,
        organisation_id=organ.id,
        organisation_name=organ.name,
        post=post,
        fields=own or organ.fields_text,
        area=organ.area,
        categories=organ.categories_text,
        in_whose_name=organ.in_whose_name.name,
        issuing_authority=organ.issuing_authority,
        complaint_telephone=organ.complaint_telephone,
    )
