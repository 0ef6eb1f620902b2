"""Makes the lies that every witness must refuse. Each alters as little as it can."""
import re

from . import cut

WHITE = b"\n \r\t"


def altered_byte(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1:]


def first_span(pdf: bytes, signature: cut.Signature) -> bytes:
    """One bit of the page's content: in the middle of the longest stream before the signature."""
    streams = [(m.start(1), m.end(1)) for m in re.finditer(rb"stream\r?\n(.*?)endstream", pdf[:signature.first_length], re.DOTALL)]
    if not streams:
        raise cut.CutError("no stream before the signature")
    begin, end = max(streams, key=lambda s: s[1] - s[0])
    return altered_byte(pdf, (begin + end) // 2)


def second_span(pdf: bytes, signature: cut.Signature) -> bytes:
    """One white-space character behind /Contents becomes another: the document means the same and is no longer the signed one."""
    for at in range(signature.second_offset, signature.second_offset + signature.second_length):
        if pdf[at] in WHITE:
            other = b" " if pdf[at:at + 1] != b" " else b"\n"
            return pdf[:at] + other + pdf[at + 1:]
    raise cut.CutError("no white space behind the signature")


def signature_value(cms: bytes) -> bytes:
    """One bit of the signature value (its last octet: the DER of an ECDSA value stays well formed)."""
    return altered_byte(cms, cut.signature_value(cms).end - 1)


def token(token_der: bytes) -> bytes:
    """One bit of the token's signature value."""
    return altered_byte(token_der, cut.signature_value(token_der).end - 1)


def cross_reference(pdf: bytes) -> bytes:
    """One digit of the last startxref."""
    at = pdf.rindex(b"startxref") + len(b"startxref")
    while pdf[at:at + 1] in (b"\r", b"\n", b" "):
        at += 1
    return altered_byte(pdf, at)


def stripped_timestamp(cms: bytes) -> bytes:
    return cut.with_unsigned_attributes(cms, b"")


def stream(data: bytes) -> bytes:
    """A stream object's text, without filters."""
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def with_objects(pdf: bytes, objects: dict[int, bytes]) -> bytes:
    """The PDF with one more update in which these objects are others. Signed bytes stay as they are."""
    previous = int(pdf[pdf.rindex(b"startxref"):].split()[1])
    root, size = re.search(rb"/Root\s+\d+\s+\d+\s+R", pdf[previous:]), re.search(rb"/Size\s+(\d+)", pdf[previous:])
    if root is None or size is None:
        raise cut.CutError(f"no trailer at {previous}")
    update, table = b"", b"xref\n"
    for number, content in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(pdf) + len(update))
        update += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, highest = len(pdf) + len(update), max(int(size.group(1)), *(number + 1 for number in objects))
    trailer = b"trailer\n<< /Size %d %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (highest, root.group(0), previous, start)
    return pdf + update + table + trailer
