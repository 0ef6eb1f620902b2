#!/usr/bin/env python3
"""Holds docs/api/openapi.yaml to what it promises. Exit status 77: python3-yaml or python3-jsonschema is missing.

    openapi_lint.py [--routes FILE]     the description alone; with FILE also against the router, a line each:
                                        "METHOD PATH SCOPE QUERY", QUERY being "-" or names with commas between
    openapi_lint.py --answers FILE      answers of a running server, one JSON object a line:
                                        {"operation", "status", "headers": {...}, "body": "<text>", "request": "<text>"}
    openapi_lint.py --self-test         each check sees a planted breach
"""

import argparse
import copy
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit(77)

DOCUMENT = "docs/api/openapi.yaml"
ERRORS = "docs/errors.md"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class StrictLoader(yaml.SafeLoader):
    """A key twice in one mapping is an error, and a date stays a text."""


def strict_mapping(loader, node, deep=False):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, strict_mapping)
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path=DOCUMENT):
    return yaml.load(pathlib.Path(path).read_text(encoding="utf-8"), Loader=StrictLoader)


def error_rows(path=ERRORS):
    """code -> (English title, Japanese title, HTTP status)"""
    rows = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        match = re.match(r"\| `([a-z0-9-]+)` \| (.*?) \| (.*?) \| \d+ \| (\d+) \|", line)
        if match:
            rows[match[1]] = (match[2], match[3], int(match[4]))
    return rows


def resolve(document, ref):
    node = document
    for part in ref.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def followed(document, node):
    return resolve(document, node["$ref"]) if "$ref" in node else node


def refs_in(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs_in(value)


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", path, item[method]


def validator(document, schema):
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def breaches_of(document, schema, value, place):
    for error in validator(document, schema).iter_errors(value):
        where = "/".join(str(part) for part in error.absolute_path)
        yield f"{place}: {where or 'the whole'}: {error.message[:200]}"


def media_types(document, operation, name):
    """(place, status or None, media type, its object) of all bodies of an operation."""
    if "requestBody" in operation:
        for media_type, content in followed(document, operation["requestBody"])["content"].items():
            yield f"{name} request {media_type}", None, media_type, content
    for status, response in operation["responses"].items():
        for media_type, content in followed(document, response).get("content", {}).items():
            yield f"{name} {status} {media_type}", status, media_type, content


def references_resolve(document, _errors):
    used = set(refs_in(document))
    for ref in sorted(used):
        try:
            resolve(document, ref)
        except (KeyError, TypeError):
            yield f"{ref} leads nowhere"
    for kind, components in document["components"].items():
        for name in components:
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield f"#/components/{kind}/{name} is used by nobody"


def operations_are_described(document, _errors):
    tags = {tag["name"] for tag in document["tags"]}
    ids = {}
    for name, path, operation in operations(document):
        for key in ("operationId", "summary", "tags", "responses"):
            if not operation.get(key):
                yield f"{name}: no {key}"
        if operation.get("operationId") in ids:
            yield f"{name}: operationId {operation['operationId']} is taken by {ids[operation['operationId']]}"
        ids[operation.get("operationId")] = name
        for tag in operation.get("tags", []):
            if tag not in tags:
                yield f"{name}: tag {tag} is not declared"
        parameters = [followed(document, p) for p in operation.get("parameters", [])]
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        if in_path != set(re.findall(r"\{(\w+)\}", path)):
            yield f"{name}: its path's parameters are not those described"
        for parameter in parameters:
            if not parameter.get("description") or "schema" not in parameter:
                yield f"{name}: parameter {parameter['name']} has no description or schema"
        needs_key = operation.get("security", document["security"]) != []
        if needs_key and not {"401", "403", "429"} <= set(operation["responses"]):
            yield f"{name}: needs a key, and does not say 401, 403 and 429"
        if "requestBody" in operation and not {"413", "415"} <= set(operation["responses"]):
            yield f"{name}: takes a body, and does not say 413 and 415"


KEYWORDS = {"$ref", "type", "enum", "const", "description", "default", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems",
            "maxItems", "items", "required", "properties", "additionalProperties", "oneOf", "not", "contentMediaType", "contentEncoding",
            "readOnly", "writeOnly"}


def unknown_keywords(schema, place):
    """A slip of YAML (an unquoted comma) makes a keyword that every validator ignores."""
    if not isinstance(schema, dict):
        return
    for keyword in sorted(set(schema) - KEYWORDS):
        yield f"{place}: {keyword} is no keyword"
    for name, inner in schema.get("properties", {}).items():
        yield from unknown_keywords(inner, f"{place}/{name}")
    for keyword in ("items", "not", "additionalProperties"):
        yield from unknown_keywords(schema.get(keyword), f"{place}/{keyword}")


def schemas_are_schemas(document, _errors):
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"schema {name}: {error.message}"
        yield from unknown_keywords(schema, f"schema {name}")
    for name, _, operation in operations(document):
        for place, _, _, content in media_types(document, operation, name):
            yield from unknown_keywords(content["schema"], place)


def open_objects(document, schema, place):
    schema = followed(document, schema)
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{place}: does not refuse members that it does not name"
    for name, inner in schema.get("properties", {}).items():
        yield from open_objects(document, inner, f"{place}/{name}")
    if "items" in schema:
        yield from open_objects(document, schema["items"], f"{place}/items")


def requests_are_closed(document, _errors):
    """Unknown members of requests are refused, and the description says so."""
    for name, _, operation in operations(document):
        for place, status, _, content in media_types(document, operation, name):
            if status is None:
                yield from open_objects(document, content["schema"], place)


def examples_are_valid(document, _errors):
    for name, _, operation in operations(document):
        for place, _, _, content in media_types(document, operation, name):
            examples = [example["value"] for example in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            if not examples:
                yield f"{place}: no example"
            for example in examples:
                yield from breaches_of(document, content["schema"], example, place)


def problems_are_ours(document, errors):
    listed = document["components"]["schemas"]["ProblemCode"]["enum"]
    for code in sorted(set(errors) ^ set(listed)):
        yield f"ProblemCode: {code} is in one of {ERRORS} and the description only"
    for name, _, operation in operations(document):
        for place, status, media_type, content in media_types(document, operation, name):
            if media_type != "application/problem+json":
                continue
            example = content["example"]
            title_en, title_ja, http = errors.get(example["code"], ("", "", 0))
            if (example["title_en"], example["title_ja"], example["status"]) != (title_en, title_ja, http):
                yield f"{place}: the example says of {example['code']} what {ERRORS} does not"
            if str(http) != status:
                yield f"{place}: the example's code belongs to status {http}"
            if example["type"] != "/problems/" + example["code"] or example["title"] not in (title_en, title_ja):
                yield f"{place}: type or title of the example is another's"


CHECKS = [references_resolve, operations_are_described, schemas_are_schemas, requests_are_closed, examples_are_valid, problems_are_ours]


def lint(document, errors):
    for check in CHECKS:
        found = list(check(document, errors))
        yield from found
        if found and check in (references_resolve, schemas_are_schemas):
            return  # the others follow references


def routes_match(document, lines):
    """The router and the description name the same operations, and agree who needs a key and what the query may hold."""
    described = {name: operation for name, _, operation in operations(document)}
    routed, queries = {}, {}
    for line in lines:
        method, path, scope, query = line.split()
        routed[f"{method} {path}"] = scope
        queries[f"{method} {path}"] = set(query.split(",")) - {"-"}
    for name in sorted(set(described) - set(routed)):
        yield f"{name} is described, and no route"
    for name in sorted(set(routed) - set(described)):
        yield f"{name} is a route, and not described"
    for name in sorted(set(routed) & set(described)):
        operation = described[name]
        open_to_all = operation.get("security", document["security"]) == []
        if (routed[name] == "none") != open_to_all:
            yield f"{name}: its route's scope is {routed[name]}, the description says otherwise"
        text = operation.get("description", "")
        if not open_to_all and f"scope `{routed[name]}`" not in " ".join(text.split()).replace("key with the", ""):
            yield f"{name}: the description does not name the scope {routed[name]}"
        parameters = [followed(document, p) for p in operation.get("parameters", [])]
        in_query = {p["name"] for p in parameters if p["in"] == "query"}
        if in_query != queries[name]:
            yield f"{name}: its route reads {sorted(queries[name])} of the query, the description names {sorted(in_query)}"


def answers_match(document, lines):
    """Every answer is one that its operation describes; every operation was asked at least once, with success."""
    by_id = {operation["operationId"]: (name, operation) for name, _, operation in operations(document)}
    succeeded = set()
    for number, line in enumerate(lines, 1):
        answer = json.loads(line)
        name, operation = by_id[answer["operation"]]
        place = f"answer {number}, {name} {answer['status']}"
        response = operation["responses"].get(str(answer["status"]))
        if response is None:
            yield f"{place}: this status is not described"
            continue
        if answer["status"] < 300:
            succeeded.add(answer["operation"])
        headers = {key.lower(): value for key, value in answer["headers"].items()}
        described = followed(document, response)
        for header, described_header in described.get("headers", {}).items():
            what = followed(document, described_header)
            if header.lower() in headers:
                value = headers[header.lower()]
                value = int(value) if what["schema"].get("type") == "integer" and value.isdigit() else value
                yield from breaches_of(document, what["schema"], value, f"{place} {header}")
            elif what["required"]:
                yield f"{place}: no {header}"
        media_type = headers.get("content-type", "").split(";")[0].strip().lower()
        content = described.get("content", {}).get(media_type)
        if content is None:
            yield f"{place}: the media type {media_type or 'of nothing'} is not described"
            continue
        bodies = [answer["body"]]
        if media_type == "application/x-ndjson":
            bodies = answer["body"].splitlines()
        for body in bodies:
            value = json.loads(body) if "json" in media_type else body
            yield from breaches_of(document, content["schema"], value, place)
        if media_type == "application/problem+json" and json.loads(answer["body"])["status"] != answer["status"]:
            yield f"{place}: the problem is of another status"
    for operation in sorted(set(by_id) - succeeded):
        yield f"{operation}: no good answer of it was seen"


def self_test(document, errors):
    def planted(change):
        changed = copy.deepcopy(document)
        change(changed)
        return list(lint(changed, errors))

    cms = ("paths", "/v1/cms", "post")

    def at(node, *path):
        for part in path:
            node = node[part]
        return node

    breaches = {
        "a reference to nowhere": lambda d: at(d, *cms)["parameters"].append({"$ref": "#/components/parameters/No"}),
        "a component of nobody": lambda d: d["components"]["schemas"].update(Nobody={"type": "string"}),
        "an operationId twice": lambda d: at(d, *cms).update(operationId="signDocument"),
        "an operation without summary": lambda d: at(d, *cms).pop("summary"),
        "a path parameter undescribed": lambda d: at(d, "paths", "/v1/keys/{id}", "delete")["parameters"].pop(0),
        "an example of another type": lambda d: at(d, *cms, "requestBody", "content", "application/json")["example"].update(level="B-LT"),
        "an example with a member too many": lambda d: at(d, *cms, "requestBody", "content", "application/json")["example"].update(colour="red"),
        "no example": lambda d: at(d, *cms, "requestBody", "content", "application/json").pop("example"),
        "a schema that is none": lambda d: at(d, "components", "schemas", "Digest").update(type="thing"),
        "a schema with a keyword that is none": lambda d: at(d, "components", "schemas", "Digest", "properties", "alg").update(its="x"),
        "a request that takes any member": lambda d: at(d, "components", "schemas", "Digest").pop("additionalProperties"),
        "a problem unknown": lambda d: at(d, "components", "schemas", "ProblemCode")["enum"].append("no-such-problem"),
        "a problem forgotten": lambda d: at(d, "components", "schemas", "ProblemCode")["enum"].remove("pin-locked"),
        "a problem at the wrong status": lambda d: at(d, *cms)["responses"].update({"422": {"$ref": "#/components/responses/Locked"}}),
        "a key needed, 401 not said": lambda d: at(d, *cms)["responses"].pop("401"),
    }
    missed = [name for name, change in breaches.items() if not planted(change)]
    routes = [f"{name} {'none' if operation.get('security') == [] else 'x'} -" for name, _, operation in operations(document)]
    if not any("no route" in found for found in routes_match(document, routes[1:])):
        missed.append("a route missing")
    if not any("not described" in found for found in routes_match(document, routes + ["GET /v2/other none -"])):
        missed.append("a route undescribed")
    if not any("['proof']" in found for found in routes_match(document, routes)):
        missed.append("a query parameter that no route reads")
    if not any("['colour']" in found for found in routes_match(document, ["GET /healthz none colour"])):
        missed.append("a query parameter undescribed")
    good = {"operation": "health", "status": 200, "headers": {"Content-Type": "application/json"}, "body": '{"status":"ok"}'}
    for name, change in {
        "an undescribed status": {"status": 204},
        "an undescribed media type": {"headers": {"Content-Type": "text/html"}},
        "an answer against its schema": {"body": '{"status":"fine"}'},
    }.items():
        if not any(found.startswith("answer 1") for found in answers_match(document, [json.dumps({**good, **change})])):
            missed.append(name)
    if any(found.startswith("answer 1") for found in answers_match(document, [json.dumps(good)])):
        missed.append("(a good answer is called bad)")
    return [f"planted and not seen: {name}" for name in missed]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--routes", type=pathlib.Path)
    parser.add_argument("--answers", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    document, errors = load(), error_rows()
    if arguments.self_test:
        found = self_test(document, errors)
    elif arguments.answers:
        found = list(answers_match(document, arguments.answers.read_text(encoding="utf-8").splitlines()))
    else:
        found = list(lint(document, errors))
        if arguments.routes:
            found += routes_match(document, arguments.routes.read_text(encoding="utf-8").splitlines())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
