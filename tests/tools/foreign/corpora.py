"""The corpora of foreign documents, which the tests do not need to have: $RAKKAN_CORPORA names their folder."""
import os
import pathlib
import sys

SKIPPED = 77  # the exit status by which ctest skips a test


def folder(*names):
    """A folder of the corpora. Where it is absent, the test ends: skipped, or failed where RAKKAN_REQUIRE_CORPORA is 1."""
    found = pathlib.Path(os.environ.get("RAKKAN_CORPORA") or "/nonexistent", *names)
    if found.is_dir():
        return found
    missing = f"RAKKAN_CORPORA names no folder with {'/'.join(names)}/"
    if os.environ.get("RAKKAN_REQUIRE_CORPORA") == "1":
        sys.exit(f"the corpora are required, but {missing}")
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)
