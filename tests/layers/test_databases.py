"""PostGIS and DuckDB as source and sink: read-only, checked against the catalogue, written in one transaction."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

import cli
from geo.errors import InputError
from jobs.database_sink import store_result
from jobs.inputs import Inputs, Source, load
from layers.databases.address import DatabaseError, is_address, parse_address
from layers.databases.tables import read_table

SITES = b"site_id,name,lat,lon,country,minerals\nA,Alpha,5.0,20.01,CAF,gold\nB,Beta,5.0,22.01,CAF,gold\n"
EVENTS = (
    b"record_id,date_start,date_end,precision,lon,lat,country,deaths_best,deaths_low,deaths_high,source\n"
    b"1,2020-05-01,2020-05-01,1,20.0,5.0,CAF,9,9,9,ucdp\n2,2020-05-02,2020-05-02,1,20.0,5.0,CAF,9,9,9,ucdp\n"
)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    given = shutil.which("initdb")
    return found[0].parent if found else Path(given).parent if given else None


@pytest.fixture(scope="module")
def server():
    """PostgreSQL with PostGIS of this machine, on the loopback, with a role that may only read."""
    psycopg = pytest.importorskip("psycopg")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    # Not among the folders of pytest: its own user reaches none of those.
    folder = Path(tempfile.mkdtemp(prefix="cahra-pg-"))
    try:
        yield from _running(psycopg, binaries, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(psycopg, binaries, folder):
    as_user: list[str] = []
    if os.getuid() == 0:
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
        os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    made = [str(binaries / "initdb"), "-D", f"{folder}/d", "-A", "trust", "--no-sync", "-U", "owner"]
    subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", f"{folder}/d"]
    subprocess.run(
        [*control, "-o", options, "-w", "-l", f"{folder}/log", "start"], check=True, capture_output=True, cwd="/"
    )
    url = f"postgresql://owner@127.0.0.1:{port}/postgres"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            try:
                connection.execute("CREATE EXTENSION postgis")
            except psycopg.Error:
                pytest.skip("PostGIS is not installed")
            connection.execute("CREATE SCHEMA field")
            connection.execute(
                'CREATE TABLE field."Mines; x" (site_id text, name text, minerals text, seen date, geom geometry(Point, 32634))'
            )
            connection.execute("""INSERT INTO field."Mines; x" SELECT s, n, 'gold', '2019-01-02', ST_Transform(ST_SetSRID(ST_MakePoint(x, 5.0), 4326), 32634)
                FROM (VALUES ('B', 'Beta', 22.01), ('A', 'Alpha "a", \n b', 20.01)) v(s, n, x)""")
            connection.execute("CREATE TABLE field.units (name text, geom geometry(Polygon, 4326))")
            connection.execute("INSERT INTO field.units VALUES ('Boda', ST_MakeEnvelope(17, 4, 18, 5, 4326))")
            connection.execute("CREATE TABLE field.unknown_srid (name text, geom geometry)")
            connection.execute("CREATE ROLE reader LOGIN")
            connection.execute("GRANT USAGE ON SCHEMA field TO reader")
            connection.execute('GRANT SELECT ON field."Mines; x", field.units, field.unknown_srid TO reader')
            connection.execute("CREATE TABLE field.secret (name text)")
            connection.execute("CREATE SCHEMA results")
        yield url
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/")


def reader(url: str, table: str) -> str:
    return f"{url.replace('owner@', 'reader@')}?table={table}"


@pytest.fixture
def result(tmp_path):
    (tmp_path / "sites.csv").write_bytes(SITES)
    (tmp_path / "events.csv").write_bytes(EVENTS)
    out = tmp_path / "out"
    given = ["--sites", str(tmp_path / "sites.csv"), "--incidents", str(tmp_path / "events.csv")]
    assert cli.main(["assess", *given, "--as-of", "2020-12-31", "--out", str(out)]) == 0
    return out


def test_points_of_another_system_come_as_degrees_by_a_role_that_may_only_read(server):
    source = Source.named(reader(server, "field.Mines%3B x"))
    loaded = load(Inputs(sites=[source], country="CAF"))
    found = loaded.sites[0].frame.sort_values("site_id")
    assert found["lon"].round(6).tolist() == [20.01, 22.01]
    assert found["lat"].round(6).tolist() == [5.0, 5.0]
    assert found["name"].iloc[0].startswith('Alpha "a",')
    told = loaded.inputs[0]
    assert (told["file"], told["table"]) == ("field.Mines; x.csv", "field.Mines; x")
    assert "reader" not in json.dumps(told)
    assert source == Source.named(reader(server, "field.Mines%3B x"))  # the same table, the same bytes


def test_areas_come_as_polygons(server):
    source = Source.named(reader(server, "field.units"))
    layer = load(Inputs(boundaries=[source], country="CAF", boundaries_version="2020"), sites_needed=False).boundaries[
        0
    ]
    assert layer.frame["unit"].tolist() == ["Boda"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("field.unknown_srid", "coordinate system"),
        ("field.secret", "no such table, or its role"),
        ("field.nothing", "no such table"),
        ("field.units%3B DROP TABLE field.units", "no such table"),
        ("units' OR '1'='1", "no such table"),
    ],
)
def test_what_is_not_there_or_not_known_is_refused(server, table, said):
    with pytest.raises(DatabaseError, match=said):
        read_table(parse_address(reader(server, table)))
    assert read_table(parse_address(reader(server, "field.units")))[1]


def test_a_result_is_written_under_its_run_in_one_transaction(server, result):
    import psycopg

    address = f"{server}?schema=results"
    stored = store_result(result, address)
    assert (stored.sites, stored.written) == (2, True)
    assert not store_result(result, address).written
    with psycopg.connect(server) as connection:
        rows = connection.execute(
            "SELECT s.site_id, s.site_class, ST_AsText(s.geom), r.record->>'job' FROM results.cahra_sites s"
            " JOIN results.cahra_runs r USING (run_id) WHERE run_id = %s ORDER BY 1", (stored.run_id,)
        ).fetchall()  # fmt: skip
        assert rows == [
            ("A", "conflict-affected", "POINT(20.01 5)", "assess"), ("B", "insufficient data", "POINT(22.01 5)", "assess"),
        ]  # fmt: skip
        kinds = dict(connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'cahra_evidence'"
        ).fetchall())  # fmt: skip
        assert (kinds["date_start"], kinds["distance_m"]) == ("date", "double precision")
        assert connection.execute("SELECT count(*) FROM results.cahra_evidence").fetchone() == (stored.evidence,)
    with pytest.raises(DatabaseError, match="no such schema"):
        store_result(result, f"{server}?schema=nowhere")


def test_a_fault_half_way_leaves_nothing(server, result):
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA half")
        connection.execute("CREATE TABLE half.cahra_evidence (run_id text)")
    with pytest.raises(DatabaseError, match="refused"):
        store_result(result, f"{server}?schema=half")
    with psycopg.connect(server) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'half'"
        ).fetchall()
    assert names == [("cahra_evidence",)]


def test_a_reader_cannot_be_made_to_write(server, result):
    with pytest.raises(DatabaseError, match="refused"):
        store_result(result, reader(server, "").partition("?")[0] + "?schema=results")


def test_no_server_is_one_sentence_without_the_password():
    with pytest.raises(DatabaseError, match="could not be reached") as fault:
        read_table(parse_address("postgresql://me:secretword@127.0.0.1:1/gis?table=a.b"))
    assert "secretword" not in str(fault.value) + repr(parse_address("postgresql://me:secretword@h/gis?table=b"))


def duck(path: Path, *statements: str) -> str:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(path)) as connection:
        for one in statements:
            connection.execute(one)
    return f"duckdb:///{path}"


def test_a_table_of_duckdb_and_a_result_into_it(tmp_path, result):
    shape = "'\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x004@\\x00\\x00\\x00\\x00\\x00\\x00\\x14@'::BLOB"  # POINT (20 5)
    url = duck(
        tmp_path / "a.duckdb", "CREATE TABLE mines (site_id VARCHAR, minerals VARCHAR, lon DOUBLE, lat DOUBLE)",
        "INSERT INTO mines VALUES ('B', 'gold', 22.01, 5.0), ('A', 'gold', 20.01, 5.0)",
        f"CREATE TABLE shaped AS SELECT 'A' AS site_id, 'gold' AS minerals, {shape} AS geom",
        "CREATE TABLE metres AS SELECT 'A' AS site_id, "
        "'\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00j\\x08A\\x00\\x00\\x00\\x00\\x00\\x88\\x03A'::BLOB AS geom",
    )  # fmt: skip
    found = load(Inputs(sites=[Source.named(f"{url}?table=mines")], country="CAF")).sites[0].frame
    assert found["site_id"].tolist() == ["A", "B"]
    shaped = load(Inputs(sites=[Source.named(f"{url}?table=main.shaped")], country="CAF")).sites[0].frame
    assert shaped[["lon", "lat"]].to_numpy().tolist() == [[20.0, 5.0]]
    with pytest.raises(DatabaseError, match="coordinate system"):
        Source.named(f"{url}?table=metres")
    with pytest.raises(DatabaseError, match="no such table"):
        Source.named(f"{url}?table=nothing")
    stored = store_result(result, f"duckdb:///{tmp_path}/new.duckdb")
    assert (stored.written, store_result(result, f"duckdb:///{tmp_path}/new.duckdb").written) == (True, False)
    again = load(Inputs(sites=[Source.named(f"duckdb:///{tmp_path}/new.duckdb?table=cahra_sites")])).sites[0].frame
    assert again["site_id"].tolist() == ["A", "B"]


def test_a_view_of_duckdb_reads_no_other_file(tmp_path):
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", "utf-8")
    url = duck(tmp_path / "a.duckdb", f"CREATE VIEW sly AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    with pytest.raises(DatabaseError, match="refused"):
        Source.named(f"{url}?table=sly")


def test_a_fault_half_way_leaves_nothing_in_duckdb(tmp_path, result):
    import duckdb

    url = duck(tmp_path / "a.duckdb", "CREATE TABLE cahra_evidence (x INT)")
    with pytest.raises(DatabaseError, match="refused"):
        store_result(result, url)
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        assert connection.execute("SELECT table_name FROM information_schema.tables").fetchall() == [
            ("cahra_evidence",)
        ]


@pytest.mark.parametrize(
    "text",
    ["postgresql://h/db", "duckdb://host/a?table=b", "duckdb:///?table=b", "postgresql://h:x/db?table=a", "duckdb:///a",
     "duckdb:///a?table=b&config=c", "postgresql://h/db?table=" + "x" * 3000],
)  # fmt: skip
def test_addresses_that_are_none(text):
    assert is_address(text)
    with pytest.raises(InputError, match="address of the database"):
        parse_address(text)


def test_rows_that_must_not_leave_are_not_in_a_result_that_is_written(tmp_path):
    head = "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,actor2,inter1,inter2,iso,country,admin1,admin2,location,latitude,longitude,geo_precision,source,fatalities\n"
    row = "CAF1,2020-05-01,2020,1,Battles,Armed clash,Hidden actor,B,1,2,140,Central African Republic,Ouaka,,Hiddenplace,5.0,20.0,1,S,77\n"
    (tmp_path / "acled.csv").write_text(head + row, "utf-8")
    (tmp_path / "sites.csv").write_bytes(SITES)
    given = ["--sites", str(tmp_path / "sites.csv"), "--incidents", str(tmp_path / "acled.csv")]
    assert cli.main(["assess", *given, "--as-of", "2020-12-31", "--out", str(tmp_path / "out")]) == 0
    store_result(tmp_path / "out", f"duckdb:///{tmp_path}/a.duckdb")
    data = (tmp_path / "a.duckdb").read_bytes()
    with contextlib.suppress(FileNotFoundError):
        data += (tmp_path / "a.duckdb.wal").read_bytes()
    assert b"Hidden" not in data
