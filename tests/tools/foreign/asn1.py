"""Names, serial numbers and times of certificates, CRLs and OCSP responses, by nothing but tag-length-value: enough to hand them to
OpenSSL, which says whether they are good.
"""
import base64
import calendar
import hashlib
import re
import time
from dataclasses import dataclass
from functools import cached_property

from .cut import CutError, Element, children, element

NAME_HASHES = {
    bytes.fromhex("06052b0e03021a"): "sha1",
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}
COMMON_NAME = bytes.fromhex("0603550403")
EXPLICIT_0 = 0xA0
GENERALIZED_TIME = 0x18
UTC_TIME = 0x17


def pem(label: str, der: bytes) -> bytes:
    body = base64.encodebytes(der).decode().replace("\n", "")
    lines = "\n".join(body[i:i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


def pem_blocks(text: bytes, label: str = "CERTIFICATE") -> list[bytes]:
    pattern = rf"-----BEGIN {label}-----(.*?)-----END {label}-----".encode()
    return [base64.b64decode(body) for body in re.findall(pattern, text, re.DOTALL)]


def seconds(der: bytes, at: Element) -> int:
    """A Time (RFC 5280 section 4.1.2.5) or a GeneralizedTime with a fraction, which is cut off."""
    text = at.value(der).decode("ascii")
    if at.tag == UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif at.tag != GENERALIZED_TIME:
        raise CutError(f"no time at {at.begin}")
    return calendar.timegm(time.strptime(text[:14], "%Y%m%d%H%M%S"))


@dataclass(frozen=True)
class Certificate:
    der: bytes

    @cached_property
    def _fields(self) -> list[Element]:
        """serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, ..."""
        fields = children(self.der, children(self.der, element(self.der, 0, len(self.der)))[0])
        return fields[1:] if fields[0].tag == EXPLICIT_0 else fields

    @property
    def serial_number(self) -> bytes:
        return self._fields[0].value(self.der)

    @property
    def issuer(self) -> bytes:
        return self._fields[2].of(self.der)

    @property
    def validity(self) -> tuple[int, int]:
        first, last = children(self.der, self._fields[3])
        return seconds(self.der, first), seconds(self.der, last)

    @property
    def validity_tags(self) -> tuple[int, int]:
        first, last = children(self.der, self._fields[3])
        return first.tag, last.tag

    @property
    def subject(self) -> bytes:
        return self._fields[4].of(self.der)

    @property
    def common_name(self) -> str:
        name = self._fields[4]
        for relative in children(self.der, name):
            for attribute in children(self.der, relative):
                kind, value = children(self.der, attribute)
                if kind.of(self.der) == COMMON_NAME:
                    return value.value(self.der).decode("utf-8", "replace")
        return "(no name)"


@dataclass(frozen=True)
class OcspStatus:
    """One SingleResponse (RFC 6960 section 4.2.1)."""
    hash_name: str | None
    issuer_name_hash: bytes
    serial_number: bytes
    this_update: int
    next_update: int | None

    def is_about(self, certificate: Certificate) -> bool:
        return (self.hash_name is not None and self.serial_number == certificate.serial_number
                and hashlib.new(self.hash_name, certificate.issuer).digest() == self.issuer_name_hash)


def ocsp_statuses(response: bytes) -> list[OcspStatus]:
    """Those of an OCSPResponse; none of an error message."""
    octets = _basic_response(response)
    if octets is None:
        return []
    basic = octets.value(response)
    data = children(basic, element(basic, 0, len(basic)))[0]
    singles = next(each for each in children(basic, data) if each.tag == 0x30)
    return [_status(basic, each) for each in children(basic, singles)]


def end_of_signature(signed: bytes) -> int:
    """Of a CRL or an OCSPResponse: where the last octet of its signature value is. Certificates may follow it."""
    octets = _basic_response(signed) if signed[children(signed, element(signed, 0, len(signed)))[0].begin] == 0x0A else None
    outer = element(signed, octets.content, octets.end) if octets else element(signed, 0, len(signed))
    return children(signed, outer)[2].end - 1


def _basic_response(response: bytes) -> Element | None:
    """The OCTET STRING with the BasicOCSPResponse."""
    parts = children(response, element(response, 0, len(response)))
    return children(response, children(response, parts[1])[0])[1] if len(parts) > 1 else None


def _status(basic: bytes, single: Element) -> OcspStatus:
    fields = children(basic, single)
    algorithm, name_hash, _, serial = children(basic, fields[0])
    following = fields[3] if len(fields) > 3 and fields[3].tag == EXPLICIT_0 else None
    return OcspStatus(NAME_HASHES.get(children(basic, algorithm)[0].of(basic)), name_hash.value(basic), serial.value(basic),
                      seconds(basic, fields[2]), None if following is None else seconds(basic, children(basic, following)[0]))


@dataclass(frozen=True)
class CrlWindow:
    issuer: bytes
    this_update: int
    next_update: int
    this_update_tag: int

    def covers(self, at: int) -> bool:
        return self.this_update <= at <= self.next_update


def crl_window(crl: bytes) -> CrlWindow:
    fields = children(crl, children(crl, element(crl, 0, len(crl)))[0])
    issuer = 2 if fields[0].tag == 0x02 else 1  # behind version and signature
    this_update, next_update = fields[issuer + 1:issuer + 3]
    return CrlWindow(fields[issuer].of(crl), seconds(crl, this_update), seconds(crl, next_update), this_update.tag)
