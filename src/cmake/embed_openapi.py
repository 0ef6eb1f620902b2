#!/usr/bin/env python3
"""Writes docs/api/openapi.yaml as JSON in a C++ file: embed_openapi.py IN.yaml OUT.cpp"""

import json
import sys

import yaml


class TextDates(yaml.SafeLoader):
    pass


TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

with open(sys.argv[1], encoding="utf-8") as source:
    document = yaml.load(source, Loader=TextDates)
text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
lines = [text[at : at + 100].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?") for at in range(0, len(text), 100)]
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('#include "api/openapi_document.hpp"\n\nnamespace rakkan::api {\n\n')
    out.write("std::string_view openapi_document() noexcept {\n  static constexpr char kText[] =\n")
    out.write("\n".join(f'      "{line}"' for line in lines))
    out.write(";\n  return {kText, sizeof kText - 1};\n}\n\n}  // namespace rakkan::api\n")
