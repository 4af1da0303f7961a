"""A small training class for tests: two organs, their people, a clerk each, a coordinator."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.rules.acts import Act, Actor
from registry.services import people
from registry.services import training as services
from registry.services.training import ClassFacts
from registry.store import training
from tests.staff import add_account, add_organisation
from tests.two_organs import id_number

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 2)


@dataclass(frozen=True)
class Scene:
    """Ids and acts of the scene; ``people`` of the own organ, ``others`` of the other."""

    coordinator: Act
    clerk: Act
    other_clerk: Act
    organ: int
    other_organ: int
    people: tuple[Any, ...]
    others: tuple[Any, ...]
    class_id: int

    @property
    def numbers(self) -> list[str]:
        """Person numbers of the own organ."""
        return [one.number for one in self.people]

    def sessions(self) -> list[Any]:
        """The sessions of the class."""
        return training.sessions_of(self.class_id)

    def attendees(self) -> list[str]:
        """Who is down, by person number."""
        return sorted(one.number for one in training.attendees_of(self.class_id))


def set_scene(act: Act, *, quota: int = 3, opened: bool = True, half_days: bool = False) -> Scene:
    """Two organs of four people (the last an auxiliary), and a class the first is invited to."""

    def as_(login: str, role: str, organisation: int | None) -> Act:
        scope = None if organisation is None else frozenset({organisation})
        account = add_account(login, role, organisation)
        return replace(act, by=Actor(account, login, login, role, scope), basis="")

    organ = add_organisation("城市管理局", code="HERE")
    other = add_organisation("卫生健康局", code="THERE")
    coordinator = as_("coordinator", "exam-coordinator", None)
    clerk, other_clerk = as_("clerk", "hr", organ), as_("other-clerk", "hr", other)

    def staff(where: int, first: int) -> tuple[Any, ...]:
        return tuple(
            people.add_person(
                act,
                name=f"陈大文{'甲乙丙丁'[n]}",
                identity_number=id_number(first + n),
                organisation_id=where,
                establishment="civil-servant" if n < 3 else "contract",
            )
            for n in range(4)
        )

    here, there = staff(organ, 101), staff(other, 301)
    class_id = services.plan_class(
        coordinator,
        ClassFacts("2026年公共法律知识轮训班", "public-law", FIRST, LAST, 28, place="区委党校"),
        half_days=half_days,
    )
    services.invite(coordinator, class_id, ["HERE"], quota, date(2026, 11, 30))
    if opened:
        services.move_class(coordinator, class_id, "open")
    return Scene(coordinator, clerk, other_clerk, organ, other, here, there, class_id)
