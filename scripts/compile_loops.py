"""Compiles every loop once, so that no test and no first large job has to: `python -m scripts.compile_loops`.

A little job with every rule goes through them; what is compiled stays beside the modules.
"""

from __future__ import annotations

import os
import time

from geo.compiled import compiler


def main() -> None:
    """Goes through them."""
    if not compiler.installed():
        print("Numba is not installed: nothing is compiled, and everything works without.")
        return
    os.environ[compiler.SWITCH] = "always"
    start = time.perf_counter()
    from benchmarks.scene import synthetic
    from benchmarks.whole import files_of, frames
    from geo.assess import assess
    from geo.time_window import to_dates

    for one_date, explain in ((True, False), (True, True), (False, True)):
        scene = synthetic("S", 100, 1_000, one_date=one_date)
        sites, incidents, options = frames(scene)
        if not one_date:
            options["as_of"] = to_dates(scene.as_of)
        result = assess(sites, incidents, explain=explain, **options)
        if one_date and explain:
            files_of(result, options["rules"], "both")
    print(f"Loops compiled in {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main()
