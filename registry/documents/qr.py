"""Draws a code as a QR symbol, for paper (SVG) and for screens and tests (PNG).

Hides the two segments and the fixed mask. Scheme, host and path are bytes in lower case, because
scanners in use fail on an upper-case scheme; the code is alphanumeric in upper case, which keeps
the symbol two versions smaller than bytes would. The same address always gives the same drawing.
"""

import re
from io import BytesIO

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

# The light margin that ISO/IEC 18004 asks for on every side, in modules.
QUIET_MODULES = 4

# The doors whose codes are signed, and so are Base32.
SIGNED_PATHS = ("/v/", "/p/")

# Any mask is legal, and trying all eight costs 20 ms a card. Over our codes this one has the
# lowest mean penalty.
_MASK = 6

_ADDRESS = re.compile(r"https?://[a-z0-9.:\[\]-]+", re.ASCII)
_CODE = re.compile(r"[A-Z2-7]+", re.ASCII)
_WORD = re.compile(r"[A-Z0-9]+", re.ASCII)
_PATH = re.compile(r"/(?:[a-z0-9-]+/)+", re.ASCII)


def qr_modules(public_url: str, code: str, path: str = "/v/") -> list[list[bool]]:
    """The symbol's modules, row by row, dark as True, without the quiet zone.

    ``path`` is the door that the code opens: ``/v/`` for certificates. The version follows the
    size: row length is 17 + 4 * version. Raises ValueError when the address, the path or the code
    is not in the spelling that is printed.
    """
    address = public_url.rstrip("/")
    if not _ADDRESS.fullmatch(address):
        raise ValueError("the public address must be scheme, host and port in lower case")
    spelling = _CODE if path in SIGNED_PATHS else _WORD
    if not spelling.fullmatch(code):
        raise ValueError("a code is drawn in upper case")
    if not _PATH.fullmatch(path):
        raise ValueError("a path is drawn in lower case, between two strokes")
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    symbol.add_data(QRData(f"{address}{path}".encode("ascii"), mode=MODE_8BIT_BYTE))
    symbol.add_data(QRData(code.encode("ascii"), mode=MODE_ALPHA_NUM))
    symbol.make(fit=True)
    return [[bool(module) for module in row] for row in symbol.get_matrix()]


def qr_svg(public_url: str, code: str, side_mm: float = 22.0, path: str = "/v/") -> str:
    """The symbol as SVG, black on white, quiet zone included.

    ``side_mm`` is the side of the symbol without its quiet zone; ``width`` and ``height`` of the
    drawing are larger by the zone.
    """
    rows = qr_modules(public_url, code, path)
    total = len(rows) + 2 * QUIET_MODULES
    size = f"{side_mm * total / len(rows):.3f}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"'
        f' viewBox="0 0 {total} {total}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{total}v{total}H0z"/>'
        f'<path fill="#000" d="{_runs(rows)}"/></svg>\n'
    )


def qr_png(public_url: str, code: str, module_pixels: int = 8) -> bytes:
    """The symbol as a black and white PNG, quiet zone included, ``module_pixels`` a module."""
    rows = qr_modules(public_url, code)
    total = len(rows) + 2 * QUIET_MODULES
    image = Image.new("1", (total, total), 1)
    for y, row in enumerate(rows, start=QUIET_MODULES):
        for x, dark in enumerate(row, start=QUIET_MODULES):
            if dark:
                image.putpixel((x, y), 0)
    side = total * module_pixels
    drawn = BytesIO()
    image.resize((side, side), Image.Resampling.NEAREST).save(drawn, format="PNG")
    return drawn.getvalue()


def _runs(rows: list[list[bool]]) -> str:
    """Dark modules as a path, one rectangle for each run in a row: no seams inside a run."""
    path = []
    for y, row in enumerate(rows, start=QUIET_MODULES):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            path.append(f"M{start + QUIET_MODULES} {y}h{x - start}v1H{start + QUIET_MODULES}z")
    return "".join(path)
