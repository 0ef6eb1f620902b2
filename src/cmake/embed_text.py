#!/usr/bin/env python3
"""Writes a text file as a C++ function that returns it: embed_text.py IN HEADER NAMESPACE FUNCTION OUT.cpp"""

import sys

source, header, namespace, function, target = sys.argv[1:6]
with open(source, encoding="utf-8", newline="") as file:
    text = file.read()
lines = "\n".join(
    '      "' + text[at : at + 100].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?") + '"'
    for at in range(0, len(text), 100))
with open(target, "w", encoding="utf-8") as out:
    out.write(f'#include "{header}"\n\nnamespace {namespace} {{\n\nstd::string_view {function}() noexcept {{\n'
              f"  static constexpr char kText[] =\n{lines};\n  return {{kText, sizeof kText - 1}};\n}}\n\n}}  // namespace {namespace}\n")
