"""What a plain look at a photograph's pixels notices: blur, light, background, an empty picture.

No library here knows a face. Each remark is a hint for the people who look, never a refusal: a
rule of thumb over pixels may not decide about somebody's certificate.
"""

from io import BytesIO

from PIL import Image, ImageFilter, ImageStat

_WIDE, _HIGH = 240, 320
# Edges of a sharp portrait give hundreds; the same blurred over six pixels gives about ten.
_LEAST_SHARPNESS = 22.0
_DARKEST, _BRIGHTEST = 55.0, 242.0
_LEAST_CONTRAST = 6.0
# Of a wall in even light; a shelf, a street or a pattern gives three times as much.
_ROUGHEST_WALL = 20.0
_UNEVEN_LIGHT = 45.0
# Parts of the picture: where the face is, and the two corners beside the head.
_FACE = (0.30, 0.25, 0.70, 0.65)
_CORNERS = ((0.02, 0.02, 0.17, 0.28), (0.83, 0.02, 0.98, 0.28))
_EDGES = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def remarks_on(jpeg: bytes) -> tuple[str, ...]:
    """Codes of what is noticed on one of our own photographs, the gravest first."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        grey = picture.convert("L").resize((_WIDE, _HIGH), Image.Resampling.LANCZOS)
    if ImageStat.Stat(grey).stddev[0] < _LEAST_CONTRAST:
        return ("blank",)
    remarks = []
    inner = grey.filter(_EDGES).crop((2, 2, _WIDE - 2, _HIGH - 2))
    if ImageStat.Stat(inner).var[0] < _LEAST_SHARPNESS:
        remarks.append("blurred")
    light = ImageStat.Stat(_part(grey, _FACE)).mean[0]
    if light < _DARKEST:
        remarks.append("dark")
    elif light > _BRIGHTEST:
        remarks.append("bright")
    walls = [ImageStat.Stat(_part(grey, corner)) for corner in _CORNERS]
    uneven = abs(walls[0].mean[0] - walls[1].mean[0])
    if uneven > _UNEVEN_LIGHT or any(wall.stddev[0] > _ROUGHEST_WALL for wall in walls):
        remarks.append("background")
    return tuple(remarks)


def _part(grey: Image.Image, part: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, bottom = part
    return grey.crop((int(left * _WIDE), int(top * _HIGH), int(right * _WIDE), int(bottom * _HIGH)))
