#!/usr/bin/env python3
"""make_documents.py FOLDER: the documents of the benchmarks, the same bytes on every machine.

<size>.pdf        a classic cross-reference table: 20k and 200k are pages of vector text and lines (10 pages), 2m and 50m are scans
                  (grey images of noise, which no compression shrinks)
<size>-streams.pdf  the same through qpdf with object streams and a cross-reference stream
"""
import random
import subprocess
import sys
import zlib
from pathlib import Path

DOCUMENTS = {"20k": (10, 20_000), "200k": (10, 200_000), "2m": (40, 2_000_000), "50m": (60, 50_000_000)}


def page_of_lines(noise: random.Random, size: int) -> bytes:
    """A page of strokes, as Flate; about `size` bytes."""
    strokes = []
    while True:
        strokes += [f"{noise.uniform(50, 545):.2f} {noise.uniform(50, 790):.2f} m {noise.uniform(50, 545):.2f} "
                    f"{noise.uniform(50, 790):.2f} l S" for _ in range(20)]
        packed = zlib.compress("\n".join(strokes).encode(), 9)
        if len(packed) >= size:
            return packed


class Writer:
    def __init__(self):
        self.pdf = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.offsets = {}

    def add(self, number: int, content: bytes) -> None:
        self.offsets[number] = len(self.pdf)
        self.pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)

    def stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        self.add(number, b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), dictionary, data))

    def finish(self) -> bytes:
        start, size = len(self.pdf), max(self.offsets) + 1
        self.pdf += b"xref\n0 %d\n0000000000 65535 f \n" % size
        self.pdf += b"".join(b"%010d 00000 n \n" % self.offsets[number] for number in range(1, size))
        self.pdf += (b"trailer\n<< /Size %d /Root 1 0 R /ID [<%032x> <%032x>] >>\nstartxref\n%d\n%%%%EOF\n" % (size, size, size, start))
        return bytes(self.pdf)


def document(pages: int, size: int) -> bytes:
    noise = random.Random(size)
    scan = size >= 1_000_000
    share = (size - 1200) // pages - (620 if scan else 330)
    writer = Writer()
    writer.add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    writer.add(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(b"%d 0 R" % (3 + 3 * i) for i in range(pages))))
    for page in range(pages):
        own, content, image = 3 + 3 * page, 4 + 3 * page, 5 + 3 * page
        resources = b"<< /XObject << /Scan %d 0 R >> >>" % image if scan else b"<< /ExtGState %d 0 R >>" % image
        writer.add(own, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources %s >>" % (content, resources))
        if scan:
            writer.stream(content, b"", b"q 595 0 0 842 0 0 cm /Scan Do Q")
            width = 1000
            height = max(1, share // width)
            writer.stream(image, b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
                          % (width, height), noise.randbytes(width * height))
        else:
            writer.stream(content, b"/Filter /FlateDecode", page_of_lines(noise, share))
            writer.add(image, b"<< >>")
    return writer.finish()


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (pages, size) in DOCUMENTS.items():
        file = folder / f"{name}.pdf"
        if not file.exists():
            file.write_bytes(document(pages, size))
        streams = folder / f"{name}-streams.pdf"
        if not streams.exists():
            subprocess.run(["qpdf", "--object-streams=generate", "--compress-streams=n", "--deterministic-id", str(file), str(streams)],
                           check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
