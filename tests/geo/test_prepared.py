"""Prepared polygons are asked by several threads at once; what goes wrong there ends the process."""

import subprocess
import sys

MANY = """
import threading
import numpy as np
import shapely
from geo.spatial.prepared import prepare

turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
reach = 1 + 0.1 * np.random.default_rng(0).random((4_000, 200))
for _ in range(8):
    polygons = shapely.polygons(np.stack((np.cos(turn) * reach, np.sin(turn) * reach), axis=-1))
    barrier = threading.Barrier(4)

    def ask():
        barrier.wait()
        prepare(polygons)
        assert shapely.contains_xy(polygons, 0.9, 0.2).all()
        assert not shapely.intersects_xy(polygons, 1.0, 0.9).any()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("done")
"""


def test_threads_ask_prepared_polygons_at_once():
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
