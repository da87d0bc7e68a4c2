"""``bcc-wall import`` as people and scripts meet it."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.commands.imports import import_command
from data_access.importing.open311_server import Server
from tests.importing import shared

GOOD = "Nomor Tiket,Judul,Tanggal Masuk,Status\nA-1,Lampu,02/01/2024 08.15,Baru\n"
ABSENT = "postgresql+psycopg://nobody@127.0.0.1:9/x"
BAD = GOOD + "A-2,Parit,kemarin dulu,Baru\nA-3,Jalan,13/01/2024 08.15,Selesai\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("BCC_REPORT_DATABASE", f"sqlite:///{tmp_path}/reports.sqlite")
    (tmp_path / "baik.csv").write_text(GOOD)
    (tmp_path / "buruk.csv").write_text(BAD)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(import_command, arguments)


def count(folder: Path) -> int:
    connection = sqlite3.connect(folder / "reports.sqlite")
    try:
        return int(connection.execute("SELECT count(*) FROM reports").fetchone()[0])
    finally:
        connection.close()


def test_all_rows_in_is_0(here: Path) -> None:
    result = run("baik.csv")
    assert result.exit_code == 0
    assert "Baris dibaca: 1 = 1 baru + 0 diperbarui" in result.stdout
    assert "dipakai pemetaan tebakan" in result.stderr
    assert count(here) == 1
    assert not list(here.glob("*.karantina.csv"))
    assert "1 tidak berubah" in run("baik.csv").stdout


def test_the_summary_tells_what_was_made_mended_and_not_known(here: Path) -> None:
    (here / "x.csv").write_text(
        "Nomor Tiket,Judul,Tanggal Masuk,Tanggal Selesai,Status,Instansi,Kategori\n"
        "A-1,x,13/01/2024,12/01/2024,Selesai,PLN,Lampu\n"
        "A-2,x,13/01/2024,,Entah,PLN,Lampu\n"
    )
    said = run("x.csv").stdout
    assert "Instansi baru: 1; kategori baru: 1; wilayah baru: 0" in said
    assert "Diperbaiki: 1 × selesai sebelum dibuat" in said
    assert "Status tidak dikenal: 'Entah' (1)" in said
    assert "pengodean utf-8," in said


def test_quarantined_rows_are_3(here: Path) -> None:
    result = run("buruk.csv", "--lang", "en")
    assert result.exit_code == 3
    assert "Rows read: 3 = 2 new" in result.stdout
    assert "The quarantined rows are in buruk.csv.karantina.csv" in result.stdout
    lines = (here / "buruk.csv.karantina.csv").read_text().splitlines()
    assert lines[0] == "line,reason,Nomor Tiket,Judul,Tanggal Masuk,Status"
    assert lines[1].startswith("3,created: the date 'kemarin dulu' can't be read,A-2,Parit")
    assert run("buruk.csv", "--quarantine", "sana.csv").exit_code == 3
    assert (here / "sana.csv").read_text().startswith("baris,alasan,")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x.csv"], "Tidak ada berkas x.csv."),
        (["baik.csv", "--mapping", "m.toml"], "Tidak ada berkas m.toml."),
        (["baik.csv", "--lang", "en", "--mapping", "m.toml"], "There is no file m.toml."),
        (["baik.csv", "--boundaries", "b.geojson"], "Berkas batas b.geojson tak dapat dibaca"),
        (["baik.csv", "--encoding", "utf-9"], "Pengodean 'utf-9' tidak dikenal"),
        (["x.csv", "--guess"], "Tidak ada berkas x.csv."),
        (["http://127.0.0.1:9/v2"], "Peladen 127.0.0.1 tidak menjawab"),
        (["http://127.0.0.1:9/v2", "--database", ABSENT], "tidak dapat dihubungi"),
        (["baik.csv", "--database", ABSENT], "tidak dapat dihubungi"),
        (["baik.csv", "--database", "sqlite:///buruk.csv"], "rusak atau bukan basis data"),
    ],
)
def test_errors_are_1_and_one_sentence(
    here: Path, arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(Server, sleep=lambda _seconds: None)
    monkeypatch.setattr("dashboard.commands.imports.Server", impatient)
    result = run(*arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr.splitlines()[-1]
    assert result.stdout == ""


def test_the_printed_guess_works_as_it_is(here: Path) -> None:
    printed = run("buruk.csv", "--guess")
    assert printed.exit_code == 0
    assert not (here / "reports.sqlite").exists()
    (here / "m.toml").write_text(printed.stdout, encoding="utf-8")
    result = run("buruk.csv", "--mapping", "m.toml")
    assert result.exit_code == 3
    assert "tebakan" not in result.stderr
    assert count(here) == 2


def test_english_by_the_locale(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "There is no file x.csv." in run("x.csv").stderr


def test_open311_file_needs_no_mapping(here: Path) -> None:
    (here / "r.json").write_text(
        '[{"service_request_id": "1", "status": "open", "description": "x",'
        ' "requested_datetime": "2024-01-02T00:00:00Z"}]'
    )
    result = run("r.json")
    assert result.exit_code == 0
    assert "tebakan" not in result.stderr
    assert 'ticket = "service_request_id"' in run("r.json", "--guess").stdout


def test_open311_server_address(here: Path) -> None:
    body = (
        b'[{"service_request_id": "1", "status": "open", "description": "x",'
        b' "requested_datetime": "2024-01-02T00:00:00Z"}]'
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = body if "/requests." in self.path else b"[]"
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        result = run(f"http://127.0.0.1:{server.server_port}/v2/", "--since", "2024-01-01")
        server.shutdown()
        thread.join()
    assert result.exit_code == 0, result.stderr
    assert count(here) == 1


@pytest.mark.fault
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_is_130_and_nothing_changed(here: Path, number: int) -> None:
    assert run("baik.csv").exit_code == 0
    with (here / "besar.csv").open("w") as file:
        file.write("Nomor Tiket,Judul,Tanggal Masuk,Status\nB-0,x,kapan,Baru\n")
        file.writelines(f"B-{n},x,13/01/2024 08.15,Baru\n" for n in range(1, 400_000))
    root = Path(__file__).resolve().parents[1]
    code = "from dashboard.commands.imports import import_command as c; c(prog_name='import')"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "besar.csv", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    with child:
        _wait_for(here / "besar.csv.karantina.csv.part", child)
        child.send_signal(number)
        _out, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"The import was stopped; the database is as it was." in said
    assert count(here) == 1
    assert not list(here.glob("*karantina*"))


def test_a_terminal_sees_rate_and_time_left(here: Path) -> None:
    rows = "".join(f"B-{n},x,13/01/2024 08.15,Baru\n" for n in range(6_000))
    (here / "besar.csv").write_text("Nomor Tiket,Judul,Tanggal Masuk,Status\n" + rows)
    said = _on_a_terminal("besar.csv", "--lang", "en")
    assert re.search(r"Importing .* 100% \d+ rows/s 0:00:00", said)


def _on_a_terminal(*arguments: str) -> str:
    """What the command writes to its terminal, without its colours."""
    ours, theirs = pty.openpty()
    root = Path(__file__).resolve().parents[1]
    code = "from dashboard.commands.imports import import_command as c; c(prog_name='import')"
    environment = os.environ | {"PYTHONPATH": str(root), "COLUMNS": "100", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
    ) as child:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # Linux's way to say that the other end is closed
            while piece := os.read(ours, 4096):
                said += piece
    os.close(ours)
    assert child.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said.decode())


def _wait_for(path: Path, child: subprocess.Popen[bytes]) -> None:
    """The import writes: its first row went to quarantine."""
    for _ in range(3000):
        if path.exists() or child.poll() is not None:
            return
        threading.Event().wait(0.01)


def test_no_code_for_the_real_city(here: Path) -> None:
    result = run(str(shared("real", "la_myla311_2018_jan.csv")))
    assert result.exit_code == 0
    assert "Baris dibaca: 10000 = 10000 baru" in result.stdout
    assert count(here) == 10_000
