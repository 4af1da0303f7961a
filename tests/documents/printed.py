"""Reading our own paper back: sizes, text, where a text stands, and the page as a picture."""

import re

import pypdfium2
from PIL import Image

POINTS_PER_MM = 72 / 25.4


class Printed:
    """A PDF opened for tests; places are millimetres from a page's top left corner."""

    def __init__(self, pdf: bytes) -> None:
        self.document = pypdfium2.PdfDocument(pdf)

    def __len__(self) -> int:
        return len(self.document)

    def size_mm(self, page: int) -> tuple[float, float]:
        width, height = self.document[page].get_size()
        return width / POINTS_PER_MM, height / POINTS_PER_MM

    def text(self, page: int) -> str:
        """The page's text with line ends as ``\\n``."""
        return self.document[page].get_textpage().get_text_range().replace("\r\n", "\n")

    def packed(self, page: int) -> str:
        """The page's text without any space, for texts that are broken into lines."""
        return re.sub(r"\s", "", self.text(page))

    def places(self, page: int, text: str) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom of every occurrence of ``text``."""
        sheet = self.document[page]
        height = sheet.get_height()
        read = sheet.get_textpage()
        found, search = [], read.search(text, match_case=True)
        while place := search.get_next():
            boxes = [read.get_charbox(place[0] + step) for step in range(place[1])]
            found.append(
                (
                    min(box[0] for box in boxes) / POINTS_PER_MM,
                    (height - max(box[3] for box in boxes)) / POINTS_PER_MM,
                    max(box[2] for box in boxes) / POINTS_PER_MM,
                    (height - min(box[1] for box in boxes)) / POINTS_PER_MM,
                )
            )
        return found

    def picture(self, page: int, dots_per_inch: int = 200) -> Image.Image:
        return self.document[page].render(scale=dots_per_inch / 72).to_pil().convert("RGB")
