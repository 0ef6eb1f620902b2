#!/usr/bin/env python3
"""Compares a document before and after signing as qpdf sees both: what may change, and nothing else.

    preservation.py BEFORE.pdf AFTER.pdf      prints what it finds, exit 1 when something was not preserved

May change: the catalog (/AcroForm when there was none, /Extensions), the form (/Fields and /SigFlags), one page or its
/Annots (one more widget), an empty signature field (/V); of an archived document also /DSS, which grows, and by more
than one field. Nothing may vanish, and no other object may even be written
again. Rewriting is seen in the cross-reference table, changes in qpdf's JSON.
"""

import json
import os
import re
import subprocess
import sys

QPDF_SECONDS = 20  # of a processor
XREF_LINE = re.compile(r"^(\d+)/(\d+): (.*)$")


class NotReadable(Exception):
    """qpdf cannot make JSON of it: there is nothing to compare."""


def run_qpdf(*arguments):
    done = subprocess.run(["prlimit", f"--cpu={QPDF_SECONDS}", "qpdf", *arguments], capture_output=True, timeout=60 * QPDF_SECONDS)
    if done.returncode not in (0, 3):
        raise NotReadable(f"qpdf {arguments[0]} exits {done.returncode}")
    return done.stdout


def objects_of(path):
    """{"12 0 R": value} with the trailer under "trailer"."""
    try:
        document = json.loads(run_qpdf("--json=2", "--json-key=qpdf", path))
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"qpdf's JSON: {error}") from error
    return {name.removeprefix("obj:"): value.get("value", value.get("stream"))
            for name, value in document["qpdf"][1].items()}


def places_of(path):
    """{"12 0 R": where the cross-reference table says it stands}"""
    lines = run_qpdf("--show-xref", path).decode("utf-8", "replace").splitlines()
    matches = filter(None, map(XREF_LINE.match, lines))
    return {f"{m[1]} {m[2]} R": m[3] for m in matches}


class Snapshot:
    def __init__(self, path):
        self.objects = objects_of(path)
        self.places = places_of(path)
        self.size = os.path.getsize(path)

    def resolve(self, value):
        for _ in range(10):
            if not is_reference(value):
                break
            value = self.objects.get(value)
        return value


def is_reference(value):
    return isinstance(value, str) and re.fullmatch(r"\d+ \d+ R", value) is not None


class Comparison:
    # ISO 32000-2 7.5.6: all entries are carried over; /Size, /Prev and the second half of /ID are the revision's own,
    # and a cross-reference stream or a hybrid trailer has entries that describe itself.
    SECTION_KEYS = {"/Size", "/Prev", "/ID", "/XRefStm", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms"}

    def __init__(self, before, after, fields=1, store=False):
        self.before = before
        self.after = after
        self.fields = fields  # at most so many new ones
        self.store = store    # /DSS may have grown
        self.violations = []
        self.allowed = set()  # objects whose change was explained

    def run(self):
        self.check_nothing_vanished()
        self.check_trailer()
        self.check_catalog(self.before.objects["trailer"]["/Root"])
        self.check_pages_and_fields()
        self.check_the_rest()
        return self.violations

    def report(self, text):
        self.violations.append(text)

    def changed(self):
        return [name for name, value in self.before.objects.items()
                if name != "trailer" and self.after.objects.get(name) != value]

    def rewritten(self):
        return [name for name, place in self.before.places.items()
                if self.after.places.get(name, place) != place and self.stands_in_update(name)]

    def stands_in_update(self, name):
        offset = re.fullmatch(r"uncompressed; offset = (\d+)", self.after.places[name])
        return offset is None or int(offset[1]) >= self.before.size

    def check_nothing_vanished(self):
        for name in self.before.objects:
            if name not in self.after.objects:
                self.report(f"{name} vanished")
        for name in self.before.places:
            if name not in self.after.places:
                self.report(f"{name} was freed")

    def check_trailer(self):
        before, after = self.before.objects["trailer"], self.after.objects["trailer"]
        for key in (before.keys() | after.keys()) - self.SECTION_KEYS:
            if before.get(key) != after.get(key):
                self.report(f"trailer {key} changed")
        first = self.before.resolve(before.get("/ID"))
        if isinstance(first, list) and len(first) == 2:
            if after["/ID"][0] != self.before.resolve(first[0]):
                self.report("the first half of /ID changed")
            if after["/ID"][1] in first:
                self.report("the second half of /ID is not fresh")

    def check_catalog(self, root):
        before, after = self.before.resolve(root), self.after.resolve(root)
        self.allowed.add(root)
        for key in (before.keys() | after.keys()) - {"/AcroForm", "/Extensions"} - ({"/DSS"} if self.store else set()):
            if before.get(key) != after.get(key):
                self.report(f"catalog {key} changed")
        if self.store:
            self.check_store(before.get("/DSS"), after.get("/DSS"))
        self.check_extensions(before.get("/Extensions"), after.get("/Extensions"))
        self.check_form(before.get("/AcroForm"), after.get("/AcroForm"))

    def check_extensions(self, before, after):
        if is_reference(before):
            self.allowed.add(before)
        old, new = self.before.resolve(before) or {}, self.after.resolve(after) or {}
        for key in (old.keys() | new.keys()) - {"/ESIC"}:
            if old.get(key) != new.get(key):
                self.report(f"extension {key} changed")
        if is_reference(old.get("/ESIC")):
            self.allowed.add(old["/ESIC"])
        was, now = self.before.resolve(old.get("/ESIC")) or {}, self.after.resolve(new.get("/ESIC")) or {}
        if isinstance(was, dict) and isinstance(now, dict):
            if now.get("/ExtensionLevel", 0) < was.get("/ExtensionLevel", 0):
                self.report("the level of /ESIC sank")
        elif was != now:
            self.report("the levels of /ESIC changed")

    def check_form(self, before, after):
        old, new = self.before.resolve(before), self.after.resolve(after)
        if old is None:
            if not isinstance(new, dict) or set(new) != {"/Fields", "/SigFlags"} or new["/SigFlags"] != 3:
                self.report("a new form has more than /Fields and /SigFlags 3")
            return
        if is_reference(before) != is_reference(after):
            self.report("/AcroForm changed between direct and indirect")
        if is_reference(before):
            self.allowed.add(before)
        self.check_grown(old.get("/Fields"), new.get("/Fields"), "/Fields")
        if is_reference(old.get("/SigFlags")):
            self.allowed.add(old["/SigFlags"])
        if (self.after.resolve(new.get("/SigFlags")) or 0) & 3 != 3:
            self.report("/SigFlags is not 3")
        for key in (old.keys() | new.keys()) - {"/Fields", "/SigFlags"}:
            if old.get(key) != new.get(key):
                self.report(f"form {key} changed")

    def check_store(self, before, after):
        """The arrays of /DSS grew at their end by references to new streams; every other key is as it was."""
        old, new = self.before.resolve(before), self.after.resolve(after)
        arrays = {"/Certs", "/OCSPs", "/CRLs"}
        if old is None:
            if not isinstance(new, dict) or set(new) - arrays != {"/Type"}:
                self.report("a new /DSS has more than its arrays")
            return
        if is_reference(before):
            self.allowed.add(before)
            if before != after:
                self.report("/DSS changed its object")
        for key in (old.keys() | new.keys()) - arrays:
            if old.get(key) != new.get(key):
                self.report(f"/DSS {key} changed")
        for key in arrays:
            self.check_grown(old.get(key), new.get(key), f"/DSS {key}", most=1000)

    def check_grown(self, before, after, what, most=None):
        """An array grew by references to new objects, one or as many as fields were made, or is as it was."""
        if is_reference(before) and self.before.resolve(before) is not None:
            self.allowed.add(before)
            if before != after:
                self.report(f"{what} changed its object")
        old, new = self.before.resolve(before) or [], self.after.resolve(after) or []
        grown = new[:len(old)] == old and len(new) - len(old) <= (most or self.fields)
        if not grown or any(name in self.before.objects for name in new[len(old):]):
            self.report(f"{what} did not just grow by new objects")

    def check_pages_and_fields(self):
        """At most one page has one more annotation; an empty signature field may have got its value."""
        pages = 0
        for name in self.changed():
            old, new = self.before.objects[name], self.after.objects.get(name)
            if not isinstance(old, dict) or not isinstance(new, dict) or name in self.allowed:
                continue
            keys = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
            if keys == {"/Annots"}:
                pages += 1
                self.allowed.add(name)
                self.check_grown(old.get("/Annots"), new["/Annots"], f"/Annots of {name}")
            elif keys == {"/V"} and "/V" not in old:
                self.allowed.add(name)
        # An /Annots array of its own: some page names it.
        for value in self.before.objects.values():
            array = value.get("/Annots") if isinstance(value, dict) else None
            if is_reference(array) and array not in self.allowed and array in self.changed():
                pages += 1
                self.check_grown(array, array, f"/Annots {array}")
        if pages > 1:
            self.report(f"{pages} pages changed")

    def check_the_rest(self):
        for name in self.changed():
            if name not in self.allowed:
                self.report(f"{name} changed")
        for name in self.rewritten():
            if name not in self.allowed:
                self.report(f"{name} was written again")


def compare(before, after, **allowed):
    """The things that were not preserved, as a list of lines; `allowed` as of Comparison."""
    return Comparison(before, after, **allowed).run()


# --- The control: a writer that touches one page key must be seen -----------------------------------------------------

PAGE_KEYS = re.compile(rb"/(MediaBox|Resources|Contents|Parent|Rotate)\b")


def mutate_page(signed, base_size):
    """The signed bytes as a writer had made them that spoils one key of the page it rewrites; None when it rewrote none."""
    for match in re.finditer(rb"\n(\d+) \d+ obj\n(.*?)\nendobj", signed[base_size:], re.DOTALL):
        if re.search(rb"/Type\s*/Page\b", match[2]) is None:
            continue
        key = PAGE_KEYS.search(match[2])
        if key is not None:
            at = base_size + match.start(2) + key.end() - 1
            return signed[:at] + b"_" + signed[at + 1:]
    return None


# --- Proof that the comparison sees what it should --------------------------------------------------------------------


class Made(Snapshot):
    def __init__(self, objects, places):
        self.objects = objects
        self.places = places
        self.size = 100


def self_test():
    page = {"/Type": "/Page", "/MediaBox": [0, 0, 1, 1]}
    at = "uncompressed; offset = {}".format
    before = Made({"1 0 R": {"/Pages": "2 0 R"}, "2 0 R": {"/Kids": ["3 0 R"]}, "3 0 R": page,
                   "trailer": {"/Root": "1 0 R", "/Size": 4}},
                  {"1 0 R": at(10), "2 0 R": at(20), "3 0 R": at(30)})

    def after(objects=None, places=None):
        all_objects = {"1 0 R": {"/Pages": "2 0 R", "/AcroForm": "5 0 R"}, "2 0 R": {"/Kids": ["3 0 R"]},
                       "3 0 R": page | {"/Annots": ["4 0 R"]}, "4 0 R": {"/FT": "/Sig"},
                       "5 0 R": {"/Fields": ["4 0 R"], "/SigFlags": 3}, "trailer": {"/Root": "1 0 R", "/Size": 6}}
        all_places = {"1 0 R": at(110), "2 0 R": at(20), "3 0 R": at(130), "4 0 R": at(140), "5 0 R": at(150)}
        all_objects |= objects or {}
        all_places |= places or {}
        return Made({name: value for name, value in all_objects.items() if value is not None},
                    {name: place for name, place in all_places.items() if place})

    assert compare(before, after()) == []
    planted = {
        "a page key": after({"3 0 R": {"/Type": "/Page", "/MediaBox": [0, 0, 2, 1], "/Annots": ["4 0 R"]}}),
        "a catalog key": after({"1 0 R": {"/Pages": "2 0 R", "/AcroForm": "5 0 R", "/Lang": "u:ja"}}),
        "the page tree": after({"2 0 R": {"/Kids": ["3 0 R"], "/Count": 1}}),
        "a freed object": after(places={"2 0 R": ""}),
        "a vanished object": after({"2 0 R": None}),
        "an object written again": after(places={"2 0 R": at(120)}),
        "an annotation of the base": after({"3 0 R": page | {"/Annots": ["2 0 R"]}}),
        "a form that brings resources": after({"5 0 R": {"/Fields": ["4 0 R"], "/SigFlags": 3, "/DR": {}}}),
        "a trailer entry": after({"trailer": {"/Root": "1 0 R", "/Info": "9 0 R"}}),
    }
    for what, document in planted.items():
        assert compare(before, document), f"not seen: {what}"
    self_test_store(before, after)
    signed = b"base\n3 0 obj\n<</Type /Page /MediaBox[0 0 1 1]>>\nendobj\n"
    assert mutate_page(signed, 4) == signed.replace(b"/MediaBox", b"/MediaBo_")
    assert mutate_page(b"base\n3 0 obj\n<</Type/Annot>>\nendobj\n", 4) is None


def self_test_store(before, after):
    archived = {"fields": 3, "store": True}
    catalog = {"/Pages": "2 0 R", "/AcroForm": "5 0 R", "/DSS": "6 0 R"}
    store = {"/Type": "/DSS", "/Certs": ["7 0 R"]}
    assert compare(before, after({"1 0 R": catalog, "6 0 R": store}), **archived) == []
    assert compare(before, after({"1 0 R": catalog, "6 0 R": store})), "not seen: a store that nobody asked for"
    assert compare(before, after({"1 0 R": catalog, "6 0 R": store | {"/VRI": {}}}), **archived), "not seen: a new /VRI"
    old = Made(before.objects | {"1 0 R": {"/Pages": "2 0 R", "/DSS": "6 0 R"}, "6 0 R": {"/CRLs": ["2 0 R"], "/VRI": {}}},
               before.places)
    for new, kept in (({"/CRLs": ["2 0 R", "8 0 R"], "/VRI": {}}, True), ({"/CRLs": ["8 0 R"], "/VRI": {}}, False),
                      ({"/CRLs": ["2 0 R"]}, False), ({"/CRLs": ["2 0 R"], "/VRI": {"/A": {}}}, False)):
        assert (compare(old, after({"1 0 R": catalog, "6 0 R": new}), **archived) == []) == kept, new


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    violations = compare(Snapshot(sys.argv[1]), Snapshot(sys.argv[2]))
    print("\n".join(violations) or "preserved")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
