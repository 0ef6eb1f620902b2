"""Cuts signatures out of a PDF and parts out of a CMS, by nothing but /ByteRange text and tag-length-value.

Written apart from Rakkan and sharing no code with it, so that what Rakkan wrote is read by somebody else.
"""
import calendar
import re
import time
from dataclasses import dataclass

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
OID_SIGNATURE_TIMESTAMP = bytes.fromhex("060b2a864886f70d010910020e")  # 1.2.840.113549.1.9.16.2.14


class CutError(Exception):
    """The file is not what a signed file looks like; the text says where."""


@dataclass(frozen=True)
class Signature:
    first_length: int
    second_offset: int
    second_length: int
    content: bytes            # the two spans, one after the other: what is signed
    cms: bytes                # without the padding
    ends_file: bool           # the second span ends with the file
    ends_revision: bool       # it ends at an end-of-file marker


def signatures(pdf: bytes) -> list[Signature]:
    """All signatures in the order of their revisions."""
    found = [_signature(pdf, *(int(n) for n in match.groups())) for match in BYTE_RANGE.finditer(pdf)]
    return sorted(found, key=lambda s: s.second_offset + s.second_length)


def _signature(pdf: bytes, start: int, first: int, second: int, length: int) -> Signature:
    if start != 0 or not first < second <= second + length <= len(pdf):
        raise CutError(f"ByteRange [{start} {first} {second} {length}] does not fit a file of {len(pdf)} bytes")
    gap = pdf[first:second]
    if not re.fullmatch(rb"<[0-9A-Fa-f]*>", gap):
        raise CutError(f"the gap at {first} is not exactly one hexadecimal string")
    padded = bytes.fromhex(gap[1:-1].decode())
    header, size = header_and_length(padded, 0)
    if any(padded[header + size:]):
        raise CutError("the padding behind the CMS is not zero")
    end = second + length
    return Signature(first, second, length, pdf[:first] + pdf[second:end], padded[:header + size], end == len(pdf),
                     pdf[:end].rstrip(b"\r\n ").endswith(b"%%EOF"))


# DER: tag, length, content. Just what a CMS needs: one-byte tags, definite lengths.

def header_and_length(der: bytes, at: int) -> tuple[int, int]:
    """Size of the header at `at` and of the content behind it."""
    if at + 2 > len(der):
        raise CutError(f"DER ends at {at}")
    first = der[at + 1]
    if first < 0x80:
        return 2, first
    octets = first & 0x7F
    if not 1 <= octets <= 4 or at + 2 + octets > len(der):
        raise CutError(f"DER length at {at}")
    return 2 + octets, int.from_bytes(der[at + 2:at + 2 + octets], "big")


@dataclass(frozen=True)
class Element:
    tag: int
    begin: int      # of the tag
    content: int    # of the content
    end: int

    def of(self, der: bytes) -> bytes:
        return der[self.begin:self.end]

    def value(self, der: bytes) -> bytes:
        return der[self.content:self.end]


def element(der: bytes, at: int, limit: int) -> Element:
    header, size = header_and_length(der, at)
    if at + header + size > limit:
        raise CutError(f"DER element at {at} is longer than its parent")
    return Element(der[at], at, at + header, at + header + size)


def children(der: bytes, parent: Element) -> list[Element]:
    found, at = [], parent.content
    while at < parent.end:
        found.append(element(der, at, parent.end))
        at = found[-1].end
    return found


def signer_info(cms: bytes) -> Element:
    """The one SignerInfo of a ContentInfo with SignedData (RFC 5652 section 5)."""
    content_info = element(cms, 0, len(cms))
    explicit = children(cms, content_info)[1]
    signed_data = children(cms, explicit)[0]
    infos = children(cms, children(cms, signed_data)[-1])
    if len(infos) != 1:
        raise CutError(f"{len(infos)} SignerInfos")
    return infos[0]


def signature_value(cms: bytes) -> Element:
    """The OCTET STRING of SignerInfo.signature."""
    return [e for e in children(cms, signer_info(cms)) if e.tag == 0x04][-1]


def signature_timestamp(cms: bytes) -> bytes | None:
    """The TimeStampToken of the unsigned attribute signature-time-stamp; None when there is none."""
    unsigned = [e for e in children(cms, signer_info(cms)) if e.tag == 0xA1]
    for attribute in children(cms, unsigned[0]) if unsigned else []:
        kind, values = children(cms, attribute)
        if kind.of(cms) == OID_SIGNATURE_TIMESTAMP:
            return children(cms, values)[0].of(cms)
    return None


def message_imprint(token: bytes) -> tuple[bytes, bytes]:
    """(hash algorithm OID in DER, hashed message) of a TimeStampToken's TSTInfo."""
    octets = children(token, children(token, _encapsulated(token))[1])[0]
    tst_info = octets.value(token)
    imprint = children(tst_info, element(tst_info, 0, len(tst_info)))[2]
    algorithm, hashed = children(tst_info, imprint)
    return children(tst_info, algorithm)[0].of(tst_info), hashed.value(tst_info)


OID_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4


def is_token(cms: bytes) -> bool:
    """True for a TimeStampToken: a SignedData whose content is a TSTInfo."""
    return children(cms, _encapsulated(cms))[0].of(cms) == OID_TST_INFO


def generation_time(token: bytes) -> int:
    """genTime of a TimeStampToken in seconds since 1970, its fraction cut off."""
    tst_info = children(token, children(token, _encapsulated(token))[1])[0].value(token)
    text = children(tst_info, element(tst_info, 0, len(tst_info)))[4].value(tst_info).decode("ascii")
    return calendar.timegm(time.strptime(text[:14], "%Y%m%d%H%M%S"))


def certificates(cms: bytes) -> list[bytes]:
    """Those that came with the signature."""
    fields = [e for e in _signed_data(cms) if e.tag == 0xA0]
    return [e.of(cms) for e in children(cms, fields[0])] if fields else []


def signer_certificate(cms: bytes, among: list[bytes]) -> bytes | None:
    """The certificate of that issuer and serial number (SignerIdentifier, RFC 5652 section 5.3); None when it is not among them."""
    identifier = children(cms, signer_info(cms))[1]
    for der in among:
        fields = children(der, children(der, element(der, 0, len(der)))[0])
        serial, _, issuer = fields[1:4] if fields[0].tag == 0xA0 else fields[:3]
        if identifier.value(cms) == issuer.of(der) + serial.of(der):
            return der
    return None


def _signed_data(cms: bytes) -> list[Element]:
    explicit = children(cms, element(cms, 0, len(cms)))[1]
    return children(cms, children(cms, explicit)[0])


def _encapsulated(cms: bytes) -> Element:
    return [e for e in _signed_data(cms) if e.tag == 0x30][0]


# Writing: what a tampering needs.

def wrap(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def with_unsigned_attributes(cms: bytes, attributes: bytes) -> bytes:
    """The CMS with other unsigned attributes (complete [1], or nothing); nothing else changes."""
    info = signer_info(cms)
    kept = b"".join(e.of(cms) for e in children(cms, info) if e.tag != 0xA1)
    content_info = element(cms, 0, len(cms))
    kind, explicit = children(cms, content_info)
    signed_data = children(cms, explicit)[0]
    parts = children(cms, signed_data)
    body = b"".join(e.of(cms) for e in parts[:-1]) + wrap(0x31, wrap(0x30, kept + attributes))
    return wrap(0x30, kind.of(cms) + wrap(0xA0, wrap(0x30, body)))


def timestamp_attribute(token: bytes) -> bytes:
    return wrap(0xA1, wrap(0x30, OID_SIGNATURE_TIMESTAMP + wrap(0x31, token)))


def with_cms(pdf: bytes, signature: Signature, cms: bytes) -> bytes:
    """The PDF with another CMS in that signature's /Contents."""
    room = signature.second_offset - signature.first_length - 2
    if 2 * len(cms) > room:
        raise CutError(f"a CMS of {len(cms)} bytes does not fit into {room // 2}")
    filled = b"<" + cms.hex().encode().ljust(room, b"0") + b">"
    return pdf[:signature.first_length] + filled + pdf[signature.second_offset:]


def token_of_response(response: bytes) -> bytes:
    """The TimeStampToken in a TimeStampResp (RFC 3161 section 2.4.2)."""
    parts = children(response, element(response, 0, len(response)))
    if len(parts) != 2:
        raise CutError("a response without a token")
    return parts[1].of(response)
