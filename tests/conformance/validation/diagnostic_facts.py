#!/usr/bin/env python3
"""Makes facts of the diagnostic data of EU DSS, for comparing the engine with the verdicts that DSS's own tests assert.

    diagnostic_facts.py CASES.tsv FOLDER OUT

CASES.tsv is a table of test methods with the file, the policy and the verdict that each expects; FOLDER holds the files with their
manifest.tsv. OUT gets a file NUMBER.json a case and cases.tsv: number, file, method, time, verdicts ("TOTAL-PASSED;…"). A case is taken
when its data are used as they stand, with the default policy, and its method asserts a verdict.
"""

import csv
import hashlib
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

HASHES = {"MD5": "MD5", "SHA1": "SHA-1", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512",
          "SHA3-224": "SHA3-224", "SHA3-256": "SHA3-256", "SHA3-384": "SHA3-384", "SHA3-512": "SHA3-512"}
SCHEMES = {"RSA": "RSASSA-PKCS1-v1_5", "RSASSA-PSS": "RSASSA-PSS", "DSA": "DSA", "ECDSA": "ECDSA", "PLAIN-ECDSA": "ECDSA", "Ed25519": "Ed25519",
           "Ed448": "Ed448", "X25519": None}
KEY_TYPES = {"RSA": "RSA", "RSASSA-PSS": "RSA", "DSA": "DSA", "ECDSA": "EC", "PLAIN-ECDSA": "EC", "Ed25519": "Ed25519", "Ed448": "Ed448"}
CURVES = {224: "1.3.132.0.33", 256: "1.2.840.10045.3.1.7", 384: "1.3.132.0.34", 521: "1.3.132.0.35"}
KINDS = {"CONTENT_TIMESTAMP": "content", "ALL_DATA_OBJECTS_TIMESTAMP": "content", "INDIVIDUAL_DATA_OBJECTS_TIMESTAMP": "content",
         "SIGNATURE_TIMESTAMP": "signature", "DOCUMENT_TIMESTAMP": "document"}
SOURCES = {"EXTERNAL": "fetched", "CACHED": "fetched", "INPUT_DOCUMENT": "dss", "DSS_DICTIONARY": "dss", "VRI_DICTIONARY": "dss",
           "REVOCATION_VALUES": "signature", "CMS_SIGNED_DATA": "signature", "TIMESTAMP_VALIDATION_DATA": "timestamp"}


def load(path):
    root = ET.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    return root


def text(element, path, default=""):
    found = element.find(path)
    return (found.text or "").strip() if found is not None else default


def truth(element, path):
    return text(element, path) == "true"


def put(target, name, value):
    """Members without a value are left out."""
    if value not in (None, "", [], {}):
        target[name] = value
    return target


def key_of(kind, bits):
    bits = int(bits) if bits.isdigit() else 0
    key = {"type": KEY_TYPES.get(kind, "other"), "bits": bits}
    if key["type"] == "DSA":
        key["subgroupBits"] = 160 if bits < 2048 else 256
    if key["type"] == "EC":
        put(key, "curve", CURVES.get(bits))
    return key


def algorithm_of(element):
    basic = element.find("BasicSignature")
    if basic is None:
        return {"key": {"type": "other", "bits": 0}}
    kind = text(basic, "EncryptionAlgoUsedToSignThisToken")
    digest = text(basic, "DigestAlgoUsedToSignThisToken")
    algorithm = {"name": f"{kind} with {digest}"}
    put(algorithm, "scheme", SCHEMES.get(kind))
    put(algorithm, "hash", HASHES.get(digest))
    algorithm["key"] = key_of(kind, text(basic, "KeyLengthUsedToSignThisToken"))
    return algorithm


def verification(element):
    basic = element.find("BasicSignature")
    return "good" if basic is not None and truth(basic, "SignatureIntact") and truth(basic, "SignatureValid") else "bad"


def match_of(matcher):
    if not truth(matcher, "DataFound"):
        return "not-found"
    return "match" if truth(matcher, "DataIntact") else "mismatch"


def digest_of(matcher):
    digest = {"what": matcher.get("type", "digest")}
    put(digest, "hash", HASHES.get(text(matcher, "DigestMethod")))
    digest["match"] = match_of(matcher)
    return digest


class Converter:
    def __init__(self, root):
        self.root = root
        self.certificates = {each.get("Id"): each for each in root.findall("UsedCertificates/Certificate")}
        self.anchors = {}

    # --- certificates

    def extension(self, certificate, name):
        return certificate.find(f"CertificateExtensions/{name}")

    def is_ca(self, certificate):
        constraints = self.extension(certificate, "BasicConstraints")
        if constraints is not None:
            return constraints.get("CA") == "true"
        return False

    def usages(self, certificate):
        usages = self.extension(certificate, "KeyUsages")
        return None if usages is None else [each.text for each in usages.findall("keyUsageBit")]

    def trusted(self, identifier):
        certificate = self.certificates.get(identifier)
        return certificate is not None and truth(certificate, "Trusted")

    def anchor(self, identifier):
        trusted = self.certificates[identifier].find("Trusted")
        anchor = {"id": identifier, "purposes": {"signing": True, "timestamping": True, "revocation": True}}
        put(anchor, "from", trusted.get("startDate"))
        put(anchor, "sunset", trusted.get("sunsetDate"))
        self.anchors[identifier] = anchor

    def findings(self, path):
        """Of a path from the target up, the anchor not in it: what the default policy makes fail."""
        findings = []

        def find(code, certificate):
            findings.append({"code": code, "clause": "RFC 5280 §6.1", "certificate": certificate})
        for index, identifier in enumerate(path):
            certificate = self.certificates[identifier]
            if verification(certificate) == "bad":
                find("signature", identifier)
            issuer_key = certificate.find("IssuerEntityKey")
            if issuer_key is not None and issuer_key.get("subjectName") == "false":
                find("issuer_name", identifier)
            if index > 0:
                usages = self.usages(certificate)
                if not self.is_ca(certificate):
                    find("not_a_ca", identifier)
                if usages is None or "keyCertSign" not in usages:
                    find("key_usage", identifier)
                constraints = self.extension(certificate, "BasicConstraints")
                length = constraints.get("pathLenConstraint") if constraints is not None else None
                if length and length.isdigit() and int(length) < index - 1:
                    find("path_length", identifier)
        return findings

    def chains(self, identifier):
        line = [identifier] + [each.get("Certificate") for each in self.certificates[identifier].findall("CertificateChain/ChainItem")]
        chains = []
        for index, each in enumerate(line):
            if each not in self.certificates or each in line[:index]:
                break
            if self.trusted(each):
                self.anchor(each)
                chain = put({}, "certificates", line[:index])
                chain["anchor"] = each
                chains.append(put(chain, "findings", self.findings(line[:index])))
        return chains

    def certificate(self, identifier):
        source = self.certificates[identifier]
        names = {each.get("Format"): each.text for each in source.findall("SubjectDistinguishedName")}
        issuers = {each.get("Format"): each.text for each in source.findall("IssuerDistinguishedName")}
        result = {"id": identifier}
        put(result, "subject", (names.get("RFC2253") or "")[:1000])
        put(result, "issuer", (issuers.get("RFC2253") or "")[:1000])
        put(result, "serialNumber", text(source, "SerialNumber"))
        result["notBefore"] = text(source, "NotBefore")
        result["notAfter"] = text(source, "NotAfter")
        result["key"] = key_of(text(source, "PublicKeyEncryptionAlgo"), text(source, "PublicKeySize"))
        put(result, "keyId", text(source, "EntityKey"))
        result["algorithm"] = algorithm_of(source)
        result["source"] = "given"
        result["isSelfSigned"] = truth(source, "SelfSigned")
        result["isCa"] = self.is_ca(source)
        usages = self.usages(source)
        if usages:
            result["keyUsage"] = {"bits": usages}
        extended = self.extension(source, "ExtendedKeyUsages")
        if extended is not None:
            result["extendedKeyUsage"] = put({}, "purposes", [each.text for each in extended.findall("extendedKeyUsageOid") if each.text])
        no_check = self.extension(source, "IdPkixOcspNoCheck")
        result["hasOcspNoCheck"] = no_check is not None and no_check.get("present") == "true"
        no_rev = self.extension(source, "NoRevAvail")
        result["hasNoRevAvail"] = no_rev is not None and no_rev.get("present") == "true"
        assured = self.extension(source, "ValAssuredShortTermCertificate")
        result["hasValidityAssuredShortTerm"] = assured is not None and assured.get("present") == "true"
        return put(result, "chains", self.chains(identifier))

    # --- revocation

    def expired_certificates_info(self, identifier):
        """The trusted list's expiredCertsRevocationInfo for the service that signed revocation data."""
        certificate = self.certificates.get(identifier)
        times = [] if certificate is None else [each.text for each in certificate.iter() if each.tag.lower() == "expiredcertsrevocationinfo" and each.text]
        return min(times) if times else None

    def revocations(self):
        entries = {}
        for identifier, certificate in self.certificates.items():
            for each in certificate.findall("Revocations/CertificateRevocation"):
                entry = {"certificate": identifier, "status": text(each, "Status").lower(), "isAuthorised": True}
                if entry["status"] == "revoked":
                    entry["revokedAt"] = text(each, "RevocationDate")
                put(entry, "reason", text(each, "Reason"))
                entries.setdefault(each.get("Revocation"), []).append(entry)
        result, seen = [], set()
        for source in self.root.findall("UsedRevocations/Revocation"):
            identifier = source.get("Id")
            if identifier in seen or not text(source, "ThisUpdate"):
                continue
            seen.add(identifier)
            kind = text(source, "Type").lower()
            revocation = {"id": identifier, "kind": kind, "source": SOURCES.get(text(source, "Origin"), "given"),
                          "thisUpdate": text(source, "ThisUpdate")}
            put(revocation, "nextUpdate", text(source, "NextUpdate"))
            put(revocation, "producedAt", text(source, "ProductionDate") if kind == "ocsp" else None)
            signer = source.find("SigningCertificate")
            signer = signer.get("Certificate") if signer is not None else None
            put(revocation, "signer", signer if signer in self.certificates else None)
            revocation["signature"] = verification(source)
            revocation["algorithm"] = algorithm_of(source)
            put(revocation, "archiveCutoff", text(source, "ArchiveCutOff"))
            put(revocation, "expiredCertsOnCrl", text(source, "ExpiredCertsOnCRL") or self.expired_certificates_info(signer))
            own = entries.get(identifier, [])
            if truth(source, "CertHashExtensionPresent"):
                for entry in own:
                    entry["certHashMatch"] = truth(source, "CertHashExtensionMatch")
            result.append(put(revocation, "entries", own))
        return result

    # --- signed objects

    def signer(self, source, digests):
        certificate = source.find("SigningCertificate")
        identifier = certificate.get("Certificate") if certificate is not None else None
        identifier = identifier if identifier in self.certificates else None
        references = [ref for ref in source.findall("FoundCertificates/*/CertificateRef") if text(ref, "Origin") == "SIGNING_CERTIFICATE"]
        own = [ref for related in source.findall("FoundCertificates/RelatedCertificate") if related.get("Certificate") == identifier
               for ref in related.findall("CertificateRef") if text(ref, "Origin") == "SIGNING_CERTIFICATE"]
        reference = "absent"
        if references:
            digest = own[0].find("DigestAlgoAndValue") if own else None
            reference = "match" if digest is not None and digest.get("match") == "true" else "mismatch"
            reference = "ambiguous" if reference == "match" and len(references) > 1 else reference
        signer = put({}, "certificate", identifier)
        signer.update({"reference": reference, "referenceVersion": "none" if reference == "absent" else "v2",
                       "algorithm": algorithm_of(source), "signature": verification(source)})
        return put(signer, "digests", digests)

    def pdf(self, source):
        structure = []
        revision = source.find("PDFRevision")
        if revision is None:
            return {}, structure
        dictionary = revision.find("PDFSignatureDictionary")
        names = [each.get("name") for each in revision.findall("SignatureField") if each.get("name")]
        pdf = put({}, "field", names[0] if names else "")
        put(pdf, "subFilter", text(dictionary, "SubFilter") if dictionary is not None else "")
        level = "NONE"
        if dictionary is not None:
            if dictionary.get("consistent") == "false":
                structure.append({"code": "signature-dictionary-changed"})
            ranges = dictionary.find("SignatureByteRange")
            if ranges is not None and ranges.get("valid") == "false":
                structure.append({"code": "byte-range-malformed"})
        detection = revision.find("ModificationDetection")
        if detection is not None:
            if detection.find("PageDifference") is not None:
                structure.append({"code": "page-difference"})
            if detection.find("AnnotationOverlap") is not None:
                structure.append({"code": "annotation-overlap"})
            if detection.find("VisualDifference") is not None:
                structure.append({"code": "visual-difference"})
            if detection.find("ObjectModifications/Undefined") is not None:
                level = "OTHER"
        pdf.update({"coverage": "entire-revision", "modification": level, "permission": "no-certification", "revision": 1})
        return pdf, structure

    def timestamps(self):
        result, seen = [], set()
        for source in self.root.findall("UsedTimestamps/Timestamp"):
            identifier = source.get("Id")
            if identifier in seen:
                continue
            seen.add(identifier)
            matchers = source.findall("DigestMatcher")
            imprints = [each for each in matchers if each.get("type") == "MESSAGE_IMPRINT"]
            others = [digest_of(each) for each in matchers if each.get("type") != "MESSAGE_IMPRINT" and truth(each, "DataFound")]
            pdf, structure = self.pdf(source)
            timestamp = {"id": identifier, "kind": KINDS.get(source.get("Type"), "archive"), "signer": self.signer(source, others),
                         "imprint": digest_of(imprints[0]) if imprints else {"what": "imprint", "match": "not-found"},
                         "genTime": text(source, "ProductionTime")}
            put(timestamp, "pdf", pdf)
            put(timestamp, "structure", structure)
            covers = [each.get("Token") for each in source.findall("TimestampedObjects/TimestampedObject")
                      if each.get("Category") in ("SIGNATURE", "CERTIFICATE", "REVOCATION", "TIMESTAMP")]
            result.append(put(timestamp, "covers", sorted(set(covers))))
        return result

    def signatures(self):
        result, seen = [], set()
        known = {each.get("Id") for each in self.root.findall("UsedTimestamps/Timestamp")}
        for source in self.root.findall("Signatures/Signature"):
            identifier = source.get("Id")
            if identifier in seen:
                continue
            seen.add(identifier)
            matchers = source.findall("DigestMatchers/DigestMatcher")
            # A manifest's entry that is not there only warns by default.
            digests = [digest_of(each) for each in matchers if each.get("type") != "MANIFEST_ENTRY" or truth(each, "DataFound")]
            pdf, structure = self.pdf(source)
            if any(each.get("duplicated") == "true" for each in matchers) or source.get("Duplicated") == "true":
                structure.append({"code": "signature-copied"})
            signers = source.findall("SignerInformationStore/SignerInfo")
            if source.find("SignerInformationStore") is not None and len(signers) != 1:
                structure.append({"code": "signer-info-count"})
            if not any(each.get("type") in ("MESSAGE_DIGEST", "SIGNED_PROPERTIES") or each.get("type", "").startswith("J") for each in matchers):
                structure.append({"code": "message-digest-absent"})
            validity = source.find("StructuralValidation")
            if validity is not None and validity.get("valid") == "false":
                structure.append({"code": "structure-invalid"})
            container = self.root.find("ContainerInfo")
            if container is not None and not container.findall("ManifestFiles/ManifestFile") and text(container, "ContainerType") == "ASiC-E":
                structure.append({"code": "container-manifest-missing"})
            signature = put({"id": identifier}, "format", text(source, "SignatureFormat"))
            put(signature, "pdf", pdf)
            signature["signer"] = self.signer(source, digests)
            put(signature, "structure", structure)
            put(signature, "claimedTime", text(source, "ClaimedSigningTime"))
            signature["hasSignedAttributes"] = True
            result.append(put(signature, "timestamps", [each.get("Timestamp") for each in source.findall("FoundTimestamps/FoundTimestamp")
                                                        if each.get("Timestamp") in known]))
        return result

    def facts(self):
        facts = {"format": "rakkan-facts-1", "document": {"format": text(self.root, "DocumentName")[-3:].upper() or "?", "size": 0}}
        signatures, timestamps = self.signatures(), self.timestamps()
        certificates = [self.certificate(each) for each in self.certificates]
        revocations = self.revocations()
        for name, value in (("signatures", signatures), ("timestamps", timestamps), ("certificates", certificates),
                            ("anchors", list(self.anchors.values())), ("revocations", revocations)):
            put(facts, name, value)
        return facts


def tidied(value):
    """Texts on one line, and ids of a length that facts allow."""
    if isinstance(value, dict):
        return {name: tidied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [tidied(each) for each in value]
    if isinstance(value, str):
        line = " ".join(value.split())
        return hashlib.sha256(line.encode()).hexdigest() if len(line) > 128 and " " not in line and "=" not in line else line
    return value


def expectations(row):
    """The asserted verdicts in their order: "TOTAL-PASSED", "INDETERMINATE/TRY_LATER"."""
    verdicts = []
    for word in row.split(";"):
        if word.startswith("SUB:"):
            verdicts[-1] += "/" + word[4:]
        else:
            verdicts.append(word.replace("TOTAL_", "TOTAL-"))
    return verdicts


def judged_at(root, facts):
    """DSS does not ignore evidence from after its validation time: the comparison judges when the newest of it was made."""
    times = [text(root, "ValidationDate")] + [each["genTime"] for each in facts.get("timestamps", [])]
    for each in facts.get("revocations", []):
        times += [each["thisUpdate"], each.get("producedAt", "")]
    return max(times)


def main(table, folder, out):
    folder, out = pathlib.Path(folder), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    with open(folder / "manifest.tsv", encoding="utf-8") as file:
        files = {row["path"].split("diag-data/")[1]: folder / row["file"] for row in csv.DictReader(file, delimiter="\t")}
    number = 0
    with open(table, encoding="utf-8") as file, open(out / "cases.tsv", "w", encoding="utf-8") as cases:
        for row in csv.DictReader(file, delimiter="\t"):
            name = row["diag_file(dss-validation/src/test/resources/diag-data/)"]
            if not row["simple_report_expect"] or row["n_input_mutations"] != "0" or row["policy_or_level"] != "DefaultPolicy" or name not in files:
                continue
            root = load(files[name])
            number += 1
            facts = tidied(Converter(root).facts())
            (out / f"{number}.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
            cases.write("\t".join((str(number), name, row["method"], judged_at(root, facts), ";".join(expectations(row["simple_report_expect"])))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
