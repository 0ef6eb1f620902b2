#!/usr/bin/env python3
"""Rules of the house that the compiler does not know. One function a rule; --self-test plants a breach of each.

    source_rules.py [--root .]
"""

import argparse
import pathlib
import re
import sys
import tempfile

CORE = ("der", "crypto", "pki", "cms", "tsp", "pdf", "pades", "validation", "gather")

# Where catching everything is right: a job of a pool and a request of the server must not end the process.
CATCH_ALL = {"src/async/bounded_pool.cpp", "include/rakkan/async/bounded_pool.hpp", "src/http/session.cpp"}

# Third-party headers that public headers may name, each in its one place: the name, or how it begins.
PUBLIC_THIRD_PARTY = {"include/rakkan/base/result.hpp": "tl/expected.hpp", "include/rakkan/async/task.hpp": "boost/asio/",
                      "include/rakkan/async/together.hpp": "boost/asio/",
                      "include/rakkan/async/turns.hpp": "boost/asio/"}

# SHA-1 makes names and proves nothing: the function for it, and the files in which a standard demands such a name.
SHA1_FUNCTION = {"include/rakkan/crypto/sha1_name.hpp", "src/crypto/sha1_name.cpp"}
SHA1_NAMES = {"src/pki/ocsp_certificate_id.cpp"}
# The list of what is verified, which nothing is signed with.
SHA1_VERIFIED = {"src/crypto/hash_algorithm.cpp"}

CORE_FORBIDDEN_INCLUDE = re.compile(
    r"^(rakkan/base/(?:file|environment)\.hpp|fstream|filesystem|iostream|cstdio|stdio\.h|unistd\.h|fcntl\.h|netdb\.h|poll\.h"
    r"|sys/.*|netinet/.*|arpa/.*|spdlog/.*|boost/asio.*|boost/beast.*|curl/.*|sqlite3\.h)$")
CORE_FORBIDDEN_TEXT = re.compile(r"::now\(|\bSystemClock\b|\bclock_gettime\b|\bgettimeofday\b|\bgetenv\b|\btime\(nullptr\)|\bstd::cerr\b|\bstd::cout\b")
ASSERTION = re.compile(r"\b(EXPECT_|ASSERT_|RC_ASSERT|RC_FAIL|FAIL\(|ADD_FAILURE|static_assert)|\b(expect|assert|Expect|Assert)\w*\(")
SLEEPS = re.compile(r"\b(sleep_for|sleep_until|this_thread::yield|usleep|nanosleep|sched_yield)\b")
TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\s*\(", re.MULTILINE)


def files(root, *patterns):
    for pattern in patterns:
        yield from sorted(p for p in root.glob(pattern) if p.is_file())


def text_of(path):
    return path.read_text(encoding="utf-8")


def name_of(path, root):
    return path.relative_to(root).as_posix()


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def code_of(text):
    """The text with comments and string contents blanked, line numbers kept."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()) if m.group()[0] == "/" else '""' + "\n" * m.group().count("\n"), text)


def includes_of(text):
    return [(m.group(1), line_of(text, m.start())) for m in re.finditer(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE)]


def closing(text, start, opening, ending):
    """The position after the bracket that closes the one at `start`; the end of the text when none does."""
    depth = 0
    for position in range(start, len(text)):
        depth += {opening: 1, ending: -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return len(text)


def core_does_no_io(root):
    """Core modules do no I/O, read no clock, log nothing (house rule; time and randomness are arguments)."""
    for module in CORE:
        for path in files(root, f"src/{module}/**/*.[ch]pp", f"include/rakkan/{module}/**/*.hpp"):
            text = text_of(path)
            for header, line in includes_of(text):
                if CORE_FORBIDDEN_INCLUDE.match(header):
                    yield f"{name_of(path, root)}:{line}: a core module includes {header}"
            code = code_of(text)
            for match in CORE_FORBIDDEN_TEXT.finditer(code):
                yield f"{name_of(path, root)}:{line_of(code, match.start())}: a core module uses {match.group()}"


def public_headers_are_ours(root):
    """Headers in include/rakkan name the standard library and Rakkan, nothing else."""
    for path in files(root, "include/rakkan/**/*.hpp"):
        for header, line in includes_of(text_of(path)):
            ours = header.startswith("rakkan/") or re.fullmatch(r"[a-z_0-9]+", header)
            allowed = PUBLIC_THIRD_PARTY.get(name_of(path, root))
            if not ours and not (allowed and header.startswith(allowed)):
                yield f"{name_of(path, root)}:{line}: a public header includes {header}"


def results_are_nodiscard(root):
    """Every function in a header that returns a Result is [[nodiscard]]."""
    for path in files(root, "include/rakkan/**/*.hpp", "src/**/*.hpp", "tests/support/**/*.hpp"):
        code = code_of(text_of(path))
        for match in re.finditer(r"\bResult<", code):
            end = closing(code, match.end() - 1, "<", ">")
            before, after = code[: match.start()], code[end:]
            declared = re.match(r"\s*[&*]?\s*(?:[A-Za-z_]\w*::)*(?:operator\s*\S+|[A-Za-z_]\w*)\s*\(", after)
            trailing = before.rstrip().endswith("->")
            of_lambda = re.search(r"\]\s*(\([^()]*\))?\s*(mutable|noexcept|\s)*->\s*$", before)
            if of_lambda or not (declared or trailing):
                continue
            start = max(before.rfind(c) for c in ";{}#") + 1
            if "[[nodiscard]]" not in before[start:]:
                yield f"{name_of(path, root)}:{line_of(code, match.start())}: a function returns Result without [[nodiscard]]"


def nobody_catches_everything(root):
    """catch (...) hides faults; adapters catch what their library throws."""
    for path in files(root, "src/**/*.[ch]pp", "include/**/*.hpp"):
        if name_of(path, root) not in CATCH_ALL:
            code = code_of(text_of(path))
            for match in re.finditer(r"\bcatch\s*\(\s*\.\.\.\s*\)", code):
                yield f"{name_of(path, root)}:{line_of(code, match.start())}: catch (...)"


def tests_assert(root):
    """A test that asserts nothing cannot fail."""
    for path in files(root, "tests/**/*.cpp"):
        code = code_of(text_of(path))
        for match in TEST.finditer(code):
            body_start = code.find("{", match.end())
            body = code[body_start : closing(code, body_start, "{", "}")]
            if not ASSERTION.search(body):
                yield f"{name_of(path, root)}:{line_of(code, match.end())}: a test without an assertion"


def tests_do_not_race_the_machine(root):
    """A test neither sleeps and hopes, nor turns in a loop without an end, nor wants what it measured to be above zero or below
    a bound: it says what it waits for (tests/support/eventually.hpp), or injects the time. (At least as long as it was asked to
    wait is a fact on every machine.)"""
    for path in files(root, "tests/**/*.[ch]pp"):
        if name_of(path, root) == "tests/support/eventually.hpp":
            continue
        code = code_of(text_of(path))
        for match in SLEEPS.finditer(code):
            yield f"{name_of(path, root)}:{line_of(code, match.start())}: {match.group()}: see tests/support/eventually.hpp"
        for match in re.finditer(r"\b(?:EXPECT|ASSERT)_(?:LT|LE|GT|TRUE|FALSE)\s*\(", code):
            if "_clock::now()" in code[match.start() : closing(code, match.end() - 1, "(", ")")]:
                yield f"{name_of(path, root)}:{line_of(code, match.start())}: a measured duration is held against a bound"


def properties_are_one_expression(root):
    """rapidcheck takes an assertion apart by operators of its own, so that || and && evaluate both sides: `!x || x->y` reads
    what is not there. Brackets keep the expression whole."""
    for path in files(root, "tests/**/*.[ch]pp"):
        code = code_of(text_of(path))
        for match in re.finditer(r"\bRC_(?:ASSERT|ASSERT_FALSE|PRE|CLASSIFY)\s*\(", code):
            inside = code[match.end() : closing(code, match.end() - 1, "(", ")") - 1]
            while inside != (flat := re.sub(r"[(\[{][^()\[\]{}]*[)\]}]", " ", inside)):
                inside = flat
            if "||" in inside or "&&" in inside:
                yield f"{name_of(path, root)}:{line_of(code, match.start())}: || or && in an assertion of a property without brackets"


def nothing_is_left_to_do(root):
    """Open work lives in issues, not in comments."""
    for path in files(root, "src/**/*.[ch]pp", "include/**/*.hpp", "tests/**/*.[ch]pp", "benchmarks/**/*.[ch]pp"):
        text = text_of(path)
        for match in re.finditer(r"\b(TODO|FIXME|XXX|HACK)\b", text):
            yield f"{name_of(path, root)}:{line_of(text, match.start())}: {match.group()}"


def loops_keep_what_they_walk(root):
    """for (x : *call()): C++20 lets the pointer that call() returned die before the first round."""
    for path in files(root, "src/**/*.[ch]pp", "include/**/*.hpp"):
        code = code_of(text_of(path))
        for match in re.finditer(r"\bfor\s*\([^;()]*:\s*\*[\w.:>-]+\(", code):
            yield f"{name_of(path, root)}:{line_of(code, match.start())}: a loop over what a pointer without a name points to"


def modules_are_documented(root):
    """Each module has a README and a row in the list of README.md."""
    readme = text_of(root / "README.md") if (root / "README.md").exists() else ""
    for path in files(root, "src/*/CMakeLists.txt"):
        module = path.parent.name
        if module == "cmake":
            continue
        if not (path.parent / "README.md").exists():
            yield f"src/{module}: no README.md"
        if f"`{module}`" not in readme:
            yield f"README.md: the list of modules lacks `{module}`"


def links_resolve(root):
    """A link of a document to a file of ours leads somewhere."""
    for path in files(root, "*.md", "docs/**/*.md", "src/*/*.md", "tests/**/*.md", "benchmarks/**/*.md", "certs/*.md", "hsm/*.md"):
        text = text_of(path)
        for match in re.finditer(r"\]\(([^)\s]+)\)", text):
            target = match.group(1).split("#")[0]
            if target and "://" not in target and not (path.parent / target).exists():
                yield f"{name_of(path, root)}:{line_of(text, match.start())}: a link to {target}, which is not there"


def sha1_makes_names_only(root):
    """SHA-1 is a function of its own that only the files named above include; nothing else asks OpenSSL for it."""
    for path in files(root, "src/**/*.[ch]pp", "include/**/*.hpp"):
        if name_of(path, root) in SHA1_FUNCTION | SHA1_VERIFIED:
            continue
        text = re.sub(r"//[^\n]*", "", text_of(path))
        for header, line in includes_of(text):
            if header == "rakkan/crypto/sha1_name.hpp" and name_of(path, root) not in SHA1_NAMES:
                yield f"{name_of(path, root)}:{line}: includes {header}"
        for match in re.finditer(r'"SHA-?1"|\bEVP_sha1\b|\bSHA1\s*\(|\bSHA1_(?:Init|Update|Final)\b', text):
            yield f"{name_of(path, root)}:{line_of(text, match.start())}: {match.group()}: see crypto/sha1_name.hpp"


RULES = (core_does_no_io, public_headers_are_ours, results_are_nodiscard, nobody_catches_everything, tests_assert,
         tests_do_not_race_the_machine, properties_are_one_expression, nothing_is_left_to_do, loops_keep_what_they_walk,
         modules_are_documented, links_resolve, sha1_makes_names_only)

# rule, file, content that breaks it, content that keeps it
PLANTED = (
    (core_does_no_io, "src/der/x.cpp", "#include <fstream>\n", "#include <vector>\n"),
    (core_does_no_io, "include/rakkan/pdf/x.hpp", '#include "rakkan/base/file.hpp"\n', '#include "rakkan/base/bytes.hpp"\n'),
    (core_does_no_io, "include/rakkan/pdf/x.hpp", '#include "rakkan/base/environment.hpp"\n', '#include "rakkan/base/bytes.hpp"\n'),
    (core_does_no_io, "src/tsp/x.cpp", "auto t = std::chrono::system_clock::now();\n", "// ::now() is the edge's\n"),
    (public_headers_are_ours, "include/rakkan/crypto/x.hpp", "#include <openssl/evp.h>\n", "#include <cstdint>\n"),
    (public_headers_are_ours, "include/rakkan/async/task.hpp", "#include <boost/json.hpp>\n", "#include <boost/asio/awaitable.hpp>\n"),
    (results_are_nodiscard, "include/rakkan/der/x.hpp", "static Result<std::vector<int>> parse(int);\n",
     "[[nodiscard]] static Result<std::vector<int>> parse(int);\nstd::function<Result<int>(int)> member;\n"),
    (results_are_nodiscard, "src/der/x.hpp", "auto read() -> Result<int>;\n", "[[nodiscard]] auto read() -> Result<int>;\nauto f = [](int) -> Result<int> { return 1; };\n"),
    (nobody_catches_everything, "src/pki/x.cpp", "void f() try {} catch ( ... ) {}\n", "void f() try {} catch (int) {}\n"),
    (tests_assert, "tests/unit/x_test.cpp", "TEST(A, B) { f(); }\n", "TEST(A, B) { if (x) { EXPECT_TRUE(f()); } }\n"),
    (tests_do_not_race_the_machine, "tests/unit/x_test.cpp", "while (!done) { std::this_thread::sleep_for(1ms); }\n",
     "ASSERT_TRUE(eventually([&] { return done; })) << text;  // no sleep_for\n"),
    (tests_do_not_race_the_machine, "tests/unit/y_test.cpp", "EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);\n",
     "EXPECT_TRUE(comes(drained()));\nconst auto until = std::chrono::steady_clock::now() + kPatience;\n"),
    (properties_are_one_expression, "tests/property/x_test.cpp", "RC_ASSERT(!one || f(*one, 2));\n",
     "RC_ASSERT((!one || f(*one, 2)));\nRC_ASSERT(all([&] { return a && b; }));\n"),
    (nothing_is_left_to_do, "src/der/x.cpp", "// TODO: more\n", "// done\n"),
    (loops_keep_what_they_walk, "src/http/x.cpp", "for (const auto& [a, b] : *keys_.snapshot()) {}\n",
     "const auto all = snapshot();\nfor (const auto& [a, b] : *all) {}\nfor (auto x : list()) {}\n"),
    (modules_are_documented, "src/der/CMakeLists.txt", "", None),
    (sha1_makes_names_only, "src/cms/x.cpp", '#include "rakkan/crypto/sha1_name.hpp"\n', '#include "rakkan/crypto/digest.hpp"\n'),
    (sha1_makes_names_only, "src/pki/ocsp_certificate_id.cpp", 'EVP_MD_fetch(nullptr, "SHA1", nullptr);\n', '#include "rakkan/crypto/sha1_name.hpp"\n'),
    (sha1_makes_names_only, "src/crypto/digest.cpp", "const EVP_MD* md = EVP_sha1();\n", '// unlike SHA-1\nfail("with SHA-1");\n'),
    (links_resolve, "docs/x.md", "[gone](gone.md)\n", "[self](x.md#here) [far](https://example.org/x)\n"),
)


def self_test():
    for rule, path, bad, good in PLANTED:
        for content, expected in ((bad, True), (good, False)):
            if content is None:
                continue
            with tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                (root / path).parent.mkdir(parents=True)
                (root / path).write_text(content)
                assert bool(list(rule(root))) == expected, (rule.__name__, path, content)
    assert {rule for rule, *_ in PLANTED} == set(RULES), "a rule without a planted breach"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    found = [line for rule in RULES for line in rule(arguments.root)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
