#!/usr/bin/env python3
"""Compares three pictures of the module graph: the direction table, the declared edges, the real includes.

    module_graph.py --table docs/architecture.md --declared build/dev/module_graph.txt [--root .] [--print]

* The direction table is the block of "module: may include ..." lines in docs/architecture.md, outermost module first; a
  row may only name modules below it, so the graph has no cycle.
* Declared edges are rakkan_module(NAME ... DEPENDS ...), which CMake writes to <build>/module_graph.txt.
* Real edges are the #include lines of include/rakkan/<module> and src/<module>.

Fails on: a declared or real edge that the table lacks, a real edge that is not declared, a declared edge that nothing uses,
a private header of another module, a module without a row. Two words of the table are not modules: "everything" allows all
rows below, "options" allows any header named options.hpp or *_options.hpp.
"""

import argparse
import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
SOURCES = ("*.hpp", "*.cpp", "*.h", "*.c")


def read_table(markdown):
    """The direction table as {module: [words]}, in its order."""
    block = re.search(r"<!-- direction table -->\s*```[a-z]*\n(.*?)```", markdown, re.DOTALL)
    if not block:
        raise SystemExit("no direction table in the document")
    table = {}
    for line in block.group(1).splitlines():
        if ":" in line:
            module, words = line.split(":", 1)
            table[module.strip()] = words.split()
    return table


def read_declared(text):
    """The declared edges as {module: [modules]}; a module of several lines (programs) has them all."""
    declared = {}
    for module, words in (line.split(":", 1) for line in text.splitlines() if ":" in line):
        declared.setdefault(module.strip(), []).extend(words.split())
    return declared


def files_of(root, module):
    for folder in (root / "include/rakkan" / module, root / "src" / module):
        for pattern in SOURCES:
            yield from sorted(folder.rglob(pattern))


def modules_in(root):
    return sorted(p.parent.name for p in (root / "src").glob("*/CMakeLists.txt"))


def real_edges(root, module, modules):
    """(target, header, file) for each include of another module; header says which, so that options can be told apart."""
    for file in files_of(root, module):
        for header in INCLUDE.findall(file.read_text(encoding="utf-8")):
            parts = header.split("/")
            public = parts[0] == "rakkan"
            target = parts[1] if public and len(parts) > 2 else parts[0]
            if target != module and target in modules:
                yield target, header, file.relative_to(root), public


def problems_of(root, table, declared):
    found = []
    rows = list(table)
    for module in rows:
        below = rows[rows.index(module) + 1 :]
        found += [f"table: {module} names {w}, which is not a row below it" for w in table[module]
                  if w not in below and w not in ("everything", "options")]

    def allowed(module, target):
        words = table.get(module, [])
        return target in words or "everything" in words

    modules = modules_in(root)
    for module in modules:
        if module not in table:
            found.append(f"{module}: no row in the direction table")
            continue
        uses = set()
        for target, header, file, public in real_edges(root, module, modules):
            is_options = re.search(r"(^|/|_)options\.hpp$", header) is not None
            uses.add(target)
            if not public:
                found.append(f"{file}: includes {header}, a private header of {target}")
            if not allowed(module, target) and not ("options" in table[module] and is_options):
                found.append(f"{file}: includes {header}, but {module} may not include {target}")
            if target not in declared.get(module, []):
                found.append(f"{file}: includes {header}, but {module} does not declare {target}")
        for target in declared.get(module, []):
            if target not in uses:
                found.append(f"{module}: declares {target}, but includes nothing of it")
            if not allowed(module, target) and "options" not in table[module]:
                found.append(f"{module}: declares {target}, which the table does not allow")
    return found


def print_graph(declared):
    print("digraph rakkan {")
    for module, targets in declared.items():
        for target in targets:
            print(f"  {module} -> {target};")
    print("}")


def self_test():
    table_text = "<!-- direction table -->\n```\napp: everything\ntop: options base\nmid: base\nbase:\n```\n"
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)

        def write(path, text):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

        for module in ("base", "mid", "top"):
            write(f"src/{module}/CMakeLists.txt", "")
        write("src/base/base.cpp", "")
        write("src/mid/mid.cpp", '#include "rakkan/base/base.hpp"\n#include "mid/own.hpp"\n#include <vector>\n')
        write("src/top/top.cpp", '#include "rakkan/base/base.hpp"\n#include "rakkan/mid/options.hpp"\n')
        declared = read_declared("base: \nmid: base\ntop: mid base\n")
        table = read_table(table_text)
        assert problems_of(root, table, declared) == [], problems_of(root, table, declared)

        def planted(path, text, table=table, declared=declared):
            before = (root / path).read_text()
            write(path, text)
            found = problems_of(root, table, declared)
            write(path, before)
            return "\n".join(found)

        assert "may not include mid" in planted("src/base/base.cpp", '#include "rakkan/mid/mid.hpp"\n')
        assert "may not include mid" in planted("src/top/top.cpp", '#include "rakkan/mid/mid.hpp"\n#include "rakkan/base/b.hpp"\n')
        assert "private header of base" in planted("src/mid/mid.cpp", '#include "base/secret.hpp"\n')
        assert "declares base, but includes nothing" in planted("src/mid/mid.cpp", "")
        assert "does not declare base" in planted("src/base/base.cpp", "", declared={"base": [], "mid": [], "top": ["mid", "base"]})
        assert "no row" in planted("src/base/base.cpp", "", table={"top": ["base"], "base": []})
        assert "not a row below" in planted("src/base/base.cpp", "", table={**table, "base": ["top"]})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--table", type=pathlib.Path, default=pathlib.Path("docs/architecture.md"))
    parser.add_argument("--declared", type=pathlib.Path)
    parser.add_argument("--print", action="store_true", help="print the declared graph as Graphviz dot")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    declared = read_declared(arguments.declared.read_text())
    if arguments.print:
        return print_graph(declared)
    found = problems_of(arguments.root, read_table(arguments.table.read_text(encoding="utf-8")), declared)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
