"""Drawn portraits for invented people: flat, calm, different from one another, nobody's face.

The demonstration needs some 1,500 identity photographs and real people's faces are not ours to
use. A seed always gives the same drawing.
"""

import math
import random
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 480, 640
# Drawn twice as large and then reduced: smooth edges.
_FINE = 2

Sex = Literal["male", "female"]
Point = tuple[float, float]
Colour = tuple[int, int, int]

_SKINS: tuple[Colour, ...] = (
    (246, 217, 194), (241, 205, 178), (235, 195, 165), (228, 184, 150), (216, 170, 136),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = ((30, 28, 30), (38, 32, 31), (49, 40, 37), (60, 47, 41), (26, 26, 34))
_GREYS: tuple[Colour, ...] = ((120, 120, 124), (150, 150, 152), (92, 92, 96))
_CLOTHES: tuple[Colour, ...] = (
    (38, 50, 72), (52, 66, 88), (62, 70, 80), (44, 62, 70), (78, 86, 98), (70, 60, 66),
    (34, 44, 56), (86, 98, 112), (58, 80, 96), (90, 76, 70),
)  # fmt: skip
_SHIRTS: tuple[Colour, ...] = ((250, 250, 250), (222, 232, 243), (236, 238, 241), (205, 219, 233))
_TIES: tuple[Colour, ...] = ((28, 40, 66), (72, 44, 52), (56, 66, 76), (44, 70, 92))


def draw_portrait(seed: int, sex: Sex) -> bytes:
    """A portrait as JPEG, 480 × 640 pixels on white, always the same for ``seed`` and ``sex``."""
    drawing = _Portrait(random.Random(f"{seed}/{sex}"), sex)  # noqa: S311 - a drawing, no secret
    drawn = BytesIO()
    drawing.draw().save(drawn, "JPEG", quality=84)
    return drawn.getvalue()


def _shade(colour: Colour, by: float) -> Colour:
    """``colour`` made darker (by < 1) or lighter (by > 1)."""
    red, green, blue = (
        round(part * by) if by <= 1 else round(part + (255 - part) * (by - 1)) for part in colour
    )
    return red, green, blue


def _curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A smooth line through ``points`` (Catmull-Rom)."""
    made: list[Point] = []
    ends = [points[0], *points, points[-1]]
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(steps):
            t = step / steps
            made.append(
                (
                    _between(before[0], start[0], end[0], after[0], t),
                    _between(before[1], start[1], end[1], after[1], t),
                )
            )
    made.append(points[-1])
    return made


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )


def _arch(across: float, base: float, rise: float) -> list[Point]:
    """A skull's curve from left to right: half axes ``across`` and ``rise`` above ``base``."""
    arch = []
    for step in range(33):
        angle = math.pi * (1 - step / 32)
        cosine = math.copysign(abs(math.cos(angle)) ** 0.92, math.cos(angle))
        arch.append((across * cosine, base - rise * math.sin(angle) ** 0.92))
    return arch


class _Portrait:
    """One drawing in progress. Coordinates are pixels of the finished picture, x from its axis."""

    def __init__(self, chance: random.Random, sex: Sex) -> None:
        self.chance = chance
        self.female = sex == "female"
        self.image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), (255, 255, 255))
        self.pen = ImageDraw.Draw(self.image)
        self.skin = chance.choice(_SKINS)
        older = chance.random() < 0.16
        self.hair = chance.choice(_GREYS if older else _HAIRS)
        self.cloth = chance.choice(_CLOTHES)
        # The face: its centre's height, half width at the cheekbones, at the jaw, and half height.
        self.middle = 268.0
        self.half = chance.uniform(96, 110) if self.female else chance.uniform(102, 118)
        self.jaw = self.half * (
            chance.uniform(0.66, 0.80) if self.female else chance.uniform(0.76, 0.94)
        )
        self.tall = chance.uniform(132, 146)
        self.eye_line = self.middle + chance.uniform(2, 10)
        self.apart = self.half * chance.uniform(0.42, 0.47)

    # Strokes -------------------------------------------------------------------------------

    def fill(self, points: Iterable[Point], colour: Colour) -> None:
        """A filled shape."""
        self.pen.polygon([((WIDTH / 2 + x) * _FINE, y * _FINE) for x, y in points], fill=colour)

    def mirrored(self, right: Sequence[Point], colour: Colour) -> None:
        """A shape whose right outline is ``right``, from top to bottom, and its mirror image."""
        self.fill([*right, *((-x, y) for x, y in reversed(right))], colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """A filled oval with half axes ``across`` and ``down``."""
        self.pen.ellipse(
            (
                (WIDTH / 2 + x - across) * _FINE,
                (y - down) * _FINE,
                (WIDTH / 2 + x + across) * _FINE,
                (y + down) * _FINE,
            ),
            fill=colour,
        )

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line with round ends."""
        places = [((WIDTH / 2 + x) * _FINE, y * _FINE) for x, y in points]
        self.pen.line(places, fill=colour, width=round(width * _FINE), joint="curve")
        radius = width * _FINE / 2 - 0.5
        for x, y in (places[0], places[-1]):
            self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    # The picture ---------------------------------------------------------------------------

    def draw(self) -> Image.Image:
        """The finished picture."""
        style = self.chance.choice(
            ("long", "bob", "tied", "tied", "long", "short") if self.female
            else ("short", "side", "side", "brush", "short", "receding")
        )  # fmt: skip
        if self.female and style in ("long", "bob"):
            self.hair_behind(style)
        self.body()
        if style == "tied":
            self.oval(0, self.middle - self.tall - 20, 42, 32, _shade(self.hair, 0.85))
        if not (self.female and style in ("long", "bob")):
            self.ears()
        self.fill(self.face_outline(), self.skin)
        self.features()
        if self.female:
            self.woman_hair(style)
        else:
            self.man_hair(style)
        if self.chance.random() < 0.34:
            self.glasses()
        return self.image.reduce(_FINE)

    def face_outline(self, swell: float = 1.0) -> list[Point]:
        """The outline of the face, clockwise from the crown."""
        points = [
            (0.0, self.middle - self.tall),
            (self.half * 0.62, self.middle - self.tall * 0.90),
            (self.half * 0.96, self.middle - self.tall * 0.48),
            (self.half, self.middle + self.tall * 0.05),
            (self.half * 0.93, self.middle + self.tall * 0.42),
            (self.jaw * 0.86, self.middle + self.tall * 0.72),
            (self.jaw * 0.46, self.middle + self.tall * 0.95),
            (0.0, self.middle + self.tall * 1.02),
        ]
        right = _curve([(x * swell, y) for x, y in points])
        return [*right, *((-x, y) for x, y in reversed(right))]

    def ears(self) -> None:
        """Both ears, a little darker than the face."""
        for side in (-1, 1):
            x = side * (self.half + 2)
            self.oval(x, self.eye_line + 12, 15, 27, _shade(self.skin, 0.95))
            self.oval(x, self.eye_line + 13, 7, 15, _shade(self.skin, 0.86))

    def body(self) -> None:
        """Shoulders, neck, and one of several collars."""
        broad = self.chance.uniform(176, 192) if self.female else self.chance.uniform(200, 218)
        neck = self.half * (0.46 if self.female else 0.56)
        chin = self.middle + self.tall
        base = chin + 62
        shoulders = _curve(
            [(neck + 2, base - 16), (neck + 42, base + 10), (broad - 28, base + 42),
             (broad, base + 92), (broad + 10, 660)]
        )  # fmt: skip
        collar = self.chance.choice(("suit", "suit", "shirt", "jacket", "round"))
        colour = self.chance.choice(_SHIRTS) if collar == "shirt" else self.cloth
        if collar == "shirt" and min(colour) > 245:
            colour = (226, 232, 240)
        self.mirrored(shoulders, colour)
        self.mirrored([(neck, chin - 60), (neck, base - 8), (neck * 0.5, base + 24),
                       (0, base + 32)], _shade(self.skin, 0.93))  # fmt: skip
        # The chin's shadow on the neck.
        self.mirrored(_curve([(neck, chin - 40), (neck * 0.9, chin + 4), (0, chin + 22)]),
                      _shade(self.skin, 0.83))  # fmt: skip
        if collar == "suit":
            self.suit(neck, base)
        elif collar == "round":
            self.round_neck(neck, base)
        else:
            self.open_collar(neck, base, colour, zipped=collar == "jacket")

    def suit(self, neck: float, base: float) -> None:
        """A jacket's lapels over a shirt, with a tie for men."""
        shirt = self.chance.choice(_SHIRTS)
        low = base + 150
        self.fill([(-neck - 6, base - 12), (0, base + 36), (neck + 6, base - 12),
                   (neck + 16, base + 6), (0, low), (-neck - 16, base + 6)], shirt)  # fmt: skip
        if not self.female:
            tie = self.chance.choice(_TIES)
            self.fill([(-13, base + 30), (13, base + 30), (9, base + 52), (-9, base + 52)], tie)
            self.fill([(-9, base + 50), (9, base + 50), (20, base + 150), (-20, base + 150)],
                      _shade(tie, 0.92))  # fmt: skip
        for side in (-1, 1):
            self.fill([(side * (neck + 4), base - 18), (side * 2, base + 34),
                       (side * 30, base + 58), (side * (neck + 16), base + 8)],
                      _shade(shirt, 0.95))  # fmt: skip
            self.fill([(side * (neck + 12), base - 8), (side * (neck + 38), base + 14),
                       (side * (neck + 48), base + 62), (side * (neck + 26), base + 72),
                       (side * 12, low + 20), (0, low + 20), (0, low - 4)],
                      _shade(self.cloth, 1.10))  # fmt: skip
        self.fill([(-14, low + 14), (14, low + 14), (16, 660), (-16, 660)], self.cloth)

    def round_neck(self, neck: float, base: float) -> None:
        """A plain round neckline."""
        self.mirrored(_curve([(neck + 10, base - 18), (neck * 0.86, base + 22), (0, base + 48)]),
                      _shade(self.cloth, 1.14))  # fmt: skip
        self.mirrored(_curve([(neck + 1, base - 22), (neck * 0.74, base + 12), (0, base + 34)]),
                      _shade(self.skin, 0.93))  # fmt: skip

    def open_collar(self, neck: float, base: float, colour: Colour, *, zipped: bool) -> None:
        """A shirt's or a jacket's turned-down collar, buttoned or zipped."""
        line = _shade(colour, 0.80) if not zipped else _shade(colour, 1.35)
        self.stroke([(0, base + 40), (0, 640)], 3, line)
        if not zipped:
            for place in (92, 140):
                self.oval(0, base + place, 4, 4, line)
        for side in (-1, 1):
            leaf = [(side * (neck + 6), base - 26), (side * (neck - 8), base - 6),
                    (side * 2, base + 40), (side * 34, base + 74),
                    (side * (neck + 24), base + 8)]  # fmt: skip
            self.fill(leaf, _shade(colour, 1.18 if zipped else 0.93))

    def features(self) -> None:
        """Brows, eyes, nose and mouth."""
        dark = _shade(self.skin, 0.78)
        brow = _shade(self.hair, 0.95) if max(self.hair) < 90 else (86, 82, 80)
        lift = self.chance.uniform(-3, 4)
        thick = self.chance.uniform(5, 7) if self.female else self.chance.uniform(7.5, 11)
        open_by = self.chance.uniform(7.5, 10)
        for side in (-1, 1):
            x, y = side * self.apart, self.eye_line
            self.stroke(
                _curve([(x - side * 24, y - 27 + lift * 0.4), (x, y - 33 - lift * 0.3),
                        (x + side * 25, y - 26 + lift * 0.5)], 4), thick, brow)  # fmt: skip
            self.fill(
                [*_curve([(x - 20, y + 1), (x - 8, y - open_by), (x + 9, y - open_by),
                          (x + 20, y + 1)], 5),
                 *_curve([(x + 20, y + 1), (x, y + open_by * 0.72), (x - 20, y + 1)], 5)],
                (252, 251, 249))  # fmt: skip
            self.oval(x, y - 1, 8.6, open_by * 0.86, (45, 34, 30))
            self.oval(x + 3, y - 4, 2.2, 2.2, (250, 250, 250))
            self.stroke(
                _curve([(x - 21, y + 1), (x - 8, y - open_by - 0.5), (x + 9, y - open_by - 0.5),
                        (x + 21, y + 1)], 5),
                3.4 if self.female else 2.8, (44, 36, 34))  # fmt: skip
        nose = self.middle + self.tall * 0.40
        wide = self.chance.uniform(12, 17)
        self.stroke(
            _curve([(-wide, nose - 5), (-wide * 0.5, nose + 3), (0, nose + 1),
                    (wide * 0.5, nose + 3), (wide, nose - 5)], 4), 3.2, dark)  # fmt: skip
        mouth = self.middle + self.tall * 0.655
        across = self.chance.uniform(25, 34)
        smile = self.chance.uniform(1, 7)
        lips = (196, 112, 104) if self.female else (184, 122, 106)
        self.fill(
            [*_curve([(-across, mouth - smile * 0.5), (-across * 0.3, mouth - 6), (0, mouth - 4),
                      (across * 0.3, mouth - 6), (across, mouth - smile * 0.5)], 5),
             *_curve([(across, mouth - smile * 0.5), (0, mouth + 8 + smile * 0.5),
                      (-across, mouth - smile * 0.5)], 6)], lips)  # fmt: skip
        self.stroke(
            _curve([(-across, mouth - smile * 0.6), (0, mouth + smile * 0.35),
                    (across, mouth - smile * 0.6)], 6), 2.2, _shade(lips, 0.74))  # fmt: skip

    def cap(self, temple: float, fringe: Sequence[Point], above: float) -> None:
        """Hair over the skull: the outer line from temple to temple, the inner one given."""
        top = self.middle - self.tall
        swell = self.half + 8
        centre = self.middle - self.tall * 0.28
        outer = [
            (-swell, temple),
            *_arch(swell, centre, centre - (top - above)),
            (swell, temple),
        ]
        self.fill([*outer, *_curve(fringe)], self.hair)

    def man_hair(self, style: str) -> None:
        """Short hair in one of four cuts."""
        top = self.middle - self.tall
        temple = self.eye_line - 2
        inner = self.half - 10
        part = self.chance.choice((-1, 1))
        line = top + self.chance.uniform(42, 60)
        if style == "receding":
            line = top + 24
            fringe = [(inner + 6, temple - 6), (inner - 2, line + 44), (inner * 0.62, line - 2),
                      (0, line + 8), (-inner * 0.62, line - 2), (-inner + 2, line + 44),
                      (-inner - 6, temple - 6)]  # fmt: skip
            self.cap(temple, fringe, 12)
            return
        if style == "side":
            fringe = [(inner, temple), (inner - 4, line + 26), (inner * 0.62, line + 6),
                      (part * inner * 0.30, line - 14), (-inner * 0.62, line + 6),
                      (-inner + 4, line + 26), (-inner, temple)]  # fmt: skip
            self.cap(temple, fringe, self.chance.uniform(26, 36))
            shine = [(part * inner * 0.34, line - 14), (part * inner * 0.22, top - 4),
                     (-part * inner * 0.2, top - 16)]  # fmt: skip
            self.stroke(_curve(shine), 3, _shade(self.hair, 1.18))
        elif style == "brush":
            fringe = [(inner, temple), (inner - 6, line + 16), (inner * 0.72, line),
                      (0, line - 6), (-inner * 0.72, line), (-inner + 6, line + 16),
                      (-inner, temple)]  # fmt: skip
            self.cap(temple, fringe, self.chance.uniform(16, 24))
        else:
            fringe = [(inner, temple), (inner - 2, line + 34), (inner * 0.5, line + 20),
                      (part * inner * 0.1, line + 26), (-inner * 0.5, line + 16),
                      (-inner + 2, line + 34), (-inner, temple)]  # fmt: skip
            self.cap(temple, fringe, self.chance.uniform(22, 30))

    def hair_behind(self, style: str) -> None:
        """The part of long hair that falls behind the neck."""
        low = 500 + self.chance.uniform(0, 46) if style == "long" else self.middle + self.tall + 8
        wide = self.half + self.chance.uniform(20, 30)
        crown = self.middle - self.tall * 0.2
        sides = [(wide + 4, low - 70), (wide - 2, low - 14), (wide - 22, low), (0, low)]
        self.fill(
            [
                *((-x, y) for x, y in reversed(sides)),
                *_arch(wide, crown, self.tall * 0.8 + 26),
                *sides,
            ],
            _shade(self.hair, 0.86),
        )

    def woman_hair(self, style: str) -> None:
        """Hair in front: a fringe, a parting, or combed back."""
        top = self.middle - self.tall
        part = self.chance.choice((-1, 0, 1))
        line = top + self.chance.uniform(46, 60)
        inner = self.half - 12
        temple = self.eye_line + (30 if style in ("bob", "short") else 6)
        if style == "long":
            temple = self.eye_line + 60
        if style == "tied":
            fringe = [(inner + 8, temple - 20), (inner - 4, line + 22), (inner * 0.5, line - 16),
                      (0, line - 24), (-inner * 0.5, line - 16), (-inner + 4, line + 22),
                      (-inner - 8, temple - 20)]  # fmt: skip
        elif part == 0:
            low = self.eye_line - 44
            fringe = [(inner + 4, temple), (inner - 6, low + 6), (inner * 0.5, low + 2), (0, low),
                      (-inner * 0.5, low + 2), (-inner + 6, low + 6),
                      (-inner - 4, temple)]  # fmt: skip
        else:
            fringe = [(inner + 6, temple), (inner - 2, line + 40), (inner * 0.55, line + 8),
                      (part * inner * 0.34, line - 26), (-inner * 0.55, line + 8),
                      (-inner + 2, line + 40), (-inner - 6, temple)]  # fmt: skip
        self.cap(temple, fringe, self.chance.uniform(22, 32))
        self.stroke(
            _curve([(-inner * 0.55, top + 4), (-inner * 0.1, top - 10), (inner * 0.35, top - 4)]),
            3, _shade(self.hair, 1.16))  # fmt: skip

    def glasses(self) -> None:
        """Plain frames, round or square."""
        colour = self.chance.choice(((40, 42, 48), (84, 62, 50), (110, 116, 124)))
        across, down = self.apart * 0.78, self.chance.uniform(22, 27)
        y, width = self.eye_line + 2, self.chance.uniform(3.2, 5)
        square = self.chance.random() < 0.6
        for side in (-1, 1):
            x = side * self.apart
            power = 0.55 if square else 1.0
            rim = []
            for step in range(41):
                angle = step * math.tau / 40
                across_by, down_by = math.cos(angle), math.sin(angle)
                rim.append(
                    (
                        x + across * math.copysign(abs(across_by) ** power, across_by),
                        y + down * math.copysign(abs(down_by) ** power, down_by),
                    )
                )
            self.stroke(rim, width, colour)
            self.stroke(
                [(x + side * across, y - 4), (side * (self.half + 2), y - 8)], width, colour
            )
        gap = self.apart - across
        self.stroke(_curve([(-gap, y - 3), (0, y - 8), (gap, y - 3)], 4), width, colour)
