"""The child process that sets one page: limits itself, then runs Typst on a private folder.

A script of its own, run without our package, our environment or our working directory, so that
whatever a picture or a name could do to Typst happens where nothing is to be had.
Arguments: the private folder, the template's name, bytes of memory, seconds of processor time.
"""

import resource
import sys
from pathlib import Path

import typst


def main(private: Path, template: str, memory: int, seconds: int) -> int:
    """Write ``page.pdf`` into ``private``; 0, or 1 with Typst's message on standard error."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    root = private / "page"
    try:
        typst.compile(
            str(root / template),
            output=str(private / "page.pdf"),
            root=str(root),
            font_paths=[str(private / "fonts")],
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
