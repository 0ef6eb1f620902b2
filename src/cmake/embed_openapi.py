#!/usr/bin/env python3
"""Writes docs/api/openapi.yaml, as it is and as JSON, in a C++ file: embed_openapi.py IN.yaml OUT.cpp"""

import json
import sys

import yaml


class TextDates(yaml.SafeLoader):
    pass


TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def function(name, text):
    escaped = ((text[at : at + 100].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?"))
               for at in range(0, len(text), 100))
    lines = "\n".join(f'      "{line}"' for line in escaped)
    return f"std::string_view {name}() noexcept {{\n  static constexpr char kText[] =\n{lines};\n  return {{kText, sizeof kText - 1}};\n}}\n"


with open(sys.argv[1], encoding="utf-8", newline="") as source:
    yaml_text = source.read()
document = yaml.load(yaml_text, Loader=TextDates)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('#include "api/openapi_document.hpp"\n\nnamespace rakkan::api {\n\n')
    out.write(function("openapi_document", json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"))
    out.write("\n" + function("openapi_source", yaml_text))
    out.write("\n}  // namespace rakkan::api\n")
