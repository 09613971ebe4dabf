"""Single edits of every column of every file of a result of every job, and what `cahra verify` makes of them.

    .venv/bin/python -m benchmarks.verify_edits [JOB ...]

Each edit is tried as it stands, by a forger who writes new hashes against a new run of the inputs, and by the same
forger where nobody has the inputs: then it is found, or the column is one that verify says aloud it cannot prove.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.jobs.edit_trials import tried
from tests.jobs.edited_results import FOLDERS, made, options

HEAD = (
    "| job | files | columns | single edits | by hashes, file named | with new hashes | by a new run | passed | "
    "without the inputs | said to be unproven | neither |"
)


def main(jobs: list[str]) -> int:
    """Prints a row of the table for each job, and every edit that passed."""
    output, failed = io.StringIO(), 0
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            given = options(Path(folder))
        print(HEAD)
        print("|---" * 11 + "|", flush=True)
        for job in jobs or FOLDERS:
            began = time.process_time()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                found = tried(made(job, given))
            numbers = (
                found.files, found.columns, found.edits, found.edits - len(found.unseen), found.forged,
                found.forged - len(found.passed), len(found.passed), found.alone, found.declared, len(found.undeclared),
            )  # fmt: skip
            print(f"| {job} | " + " | ".join(f"{n:,}" for n in numbers) + " |", flush=True)
            for name, edits in (("not seen", found.unseen), ("passed", found.passed), ("not said", found.undeclared)):
                failed += len(edits)
                for (file, column), n in Counter((e.file, e.column) for e in edits).items():
                    print(f"{name}: {file} {column} ({n})", file=sys.stderr)
            print(f"{job}: {time.process_time() - began:.0f} s of the processor", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
