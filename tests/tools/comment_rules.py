#!/usr/bin/env python3
"""Rules for comments and documents: a sentence names its noun, and a public header says what it declares.
--self-test plants a breach of each.

    comment_rules.py [--root .]
"""

import argparse
import ast
import pathlib
import re
import sys
import tempfile

SOURCES = ("src", "include", "hsm", "certs", "benchmarks", "tests")
SCRIPTS = {".py", ".sh", ".cmake"}

# A sentence without a noun: it begins with a pronoun that refers to nothing before it ("Who asks next waits.", "What was
# not sent is sent again."), or with "That" and a verb, which only its writer can resolve.
HEADLESS = re.compile(r"(?:^|[.!?:;]\s+)((?:Who|What|Which)(?:ever|soever)?\b(?![^.?!]*\?)"
                      r"|That (?:is(?! to say)|was|has|had|would|may|might|can|does|did|must|will|needs?|makes?|means?|holds?|keeps?)\b(?!,))")

# Examples and names in a comment or a document are no sentences.
QUOTED = re.compile(r'`[^`]*`|"[^"]*"|「[^」]*」')


def text_of(path):
    return path.read_text(encoding="utf-8")


def name_of(path, root):
    return path.relative_to(root).as_posix()


def sources(root):
    for folder in SOURCES:
        yield from sorted(p for p in (root / folder).rglob("*") if p.is_file())


def blocks_of_lines(text, mark):
    """(line, text) of each comment: lines that begin with `mark` are one; a comment behind code is one by itself."""
    line, words = 0, []
    for number, content in enumerate(text.splitlines(), 1):
        stripped = content.strip()
        if stripped.startswith(mark):
            body = stripped.lstrip(mark).strip()
            if not words:
                line = number
            if body:
                words.append(body)
                continue
        if words:
            yield line, " ".join(words)
            words = []
        behind = re.search(r"(?:^|\s)" + re.escape(mark) + r"\s+(.*)$", content)
        if behind and not stripped.startswith(mark):
            yield number, behind.group(1)
    if words:
        yield line, " ".join(words)


def blocks_of_strings(text):
    """(line, text) of each docstring of a Python script."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            yield node.body[0].lineno, " ".join(ast.get_docstring(node).split())


def blocks_of_prose(text):
    """(line, text) of each paragraph, list item and table cell of a document in Markdown; headings, heads of tables and
    examples are none."""
    lines, line, words, fenced = text.splitlines(), 0, [], False
    for number, content in enumerate(lines + [""], 1):
        stripped = content.strip()
        fenced ^= stripped.startswith("```")
        table = stripped.startswith("|")
        starts = re.match(r"(?:[-*]|\d+\.)\s+", stripped)
        if words and (not stripped or fenced or table or starts or stripped.startswith("#")):
            yield line, " ".join(words)
            words = []
        if not stripped or fenced or stripped.startswith(("#", "```")) or (not words and content.startswith("    ") and not starts):
            continue
        if table:
            head = number < len(lines) and re.fullmatch(r"[|\s:-]+", lines[number].strip()) and "-" in lines[number]
            if not head:
                yield from ((number, cell.strip()) for cell in stripped.strip("|").split("|"))
            continue
        line = line if words else number
        words.append(stripped[starts.end():] if starts else stripped)


def blocks(path):
    if path.suffix in (".cpp", ".hpp"):
        yield from blocks_of_lines(text_of(path), "//")
    elif path.suffix in SCRIPTS or path.name == "CMakeLists.txt":
        yield from blocks_of_lines(text_of(path), "#")
        if path.suffix == ".py":
            yield from blocks_of_strings(text_of(path))
    elif path.suffix == ".md":
        yield from blocks_of_prose(text_of(path))


def sentences_name_their_noun(root):
    """No sentence of a comment or of a document begins with a headless who, what, which or that."""
    documents = [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]
    for path in [*sources(root), *documents]:
        for line, text in blocks(path):
            for match in HEADLESS.finditer(QUOTED.sub("x", text)):
                yield f"{name_of(path, root)}:{line}: a sentence begins with a headless \"{match.group(1)}\": {text[:100]}"


def public_headers_begin_with_a_comment(root):
    """A public header begins with a comment about the thing that it declares (after its #pragma once)."""
    for path in sorted((root / "include").rglob("*.hpp")):
        first = next((line for line in text_of(path).splitlines() if line.strip() and line.strip() != "#pragma once"), "")
        if not first.startswith("//"):
            yield f"{name_of(path, root)}:1: a public header begins without a comment"


RULES = (sentences_name_their_noun, public_headers_begin_with_a_comment)

# For the self-test: a file, its text, and how often it breaks a rule.
PLANTED = (
    ("src/m/a.cpp", "// Who asks next waits.\nint f();\n", 1),
    ("src/m/b.cpp", "// The pool's queue. What does not fit in is refused; the\n// caller asks again. That is so for jobs.\n", 2),
    ("src/m/c.cpp", "int f();  // Whatever fails is thrown\n", 1),
    ("src/m/d.cpp", "// The key that signs, and what it signs. Who may? Refused: \"What is it\".\n// That is, by default.\n", 0),
    ("src/m/e.cpp", "//\n// That was lost.\n", 1),
    ("tests/t.py", '#!/usr/bin/env python3\n"""Which lines break."""\n# Whoever reads it.\n', 2),
    ("tests/CMakeLists.txt", "# What was built.\nx()\t# That may fail\n", 2),
    ("docs/a.md", "# What is built\n\n| what | who |\n| --- | --- |\n| What is | x |\n\nIt is so. Who\nasks, gets.\n\n    What is code.\n", 2),
    ("README.md", "- Which is it? One.\n- That has no end.\n```\nWhat is quoted\n```\n", 1),
    ("include/rakkan/m/a.hpp", "#pragma once\n\nint f();\n", 1),
    ("include/rakkan/m/b.hpp", "// One number.\n#pragma once\n\nint f();\n", 0),
    ("include/rakkan/m/c.hpp", "#pragma once\n\n// One number.\nint f();\n", 0),
)


def breaches(root):
    return [breach for rule in RULES for breach in rule(root)]


def self_test():
    failed = 0
    for name, text, expected in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            found = breaches(pathlib.Path(folder))
            if len(found) != expected or any(not breach.startswith(name + ":") for breach in found):
                print(f"{name}: {expected} breaches planted, found: {found}")
                failed = 1
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    found = breaches(arguments.root)
    print("\n".join(found) or "every sentence names its noun, every public header begins with a comment")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
