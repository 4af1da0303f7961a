"""``make bench``: prints every ratio with what it is measured against."""

from collections.abc import Callable

from bench import bench_credential, bench_documents, bench_marks, bench_register, bench_street

BENCHES: tuple[tuple[str, Callable[[], dict[str, float]]], ...] = (
    ("reading a code, against one bare ECDSA verification", bench_credential.ratios),
    ("import, issue, list and check, against what each can't go below", bench_register.ratios),
    ("paper and pictures, against one page and against Pillow alone", bench_documents.ratios),
    ("400 marks, 2 % wrong: what catches them", bench_marks.ratios),
    ("the street through gunicorn, against a constant page", bench_street.ratios),
)


def main() -> None:
    """Run every bench and print its figures."""
    for title, ratios in BENCHES:
        print(f"\n{title}")
        for name, value in ratios().items():
            print(f"  {name:<52} {value:>10,.2f}")


if __name__ == "__main__":
    main()
