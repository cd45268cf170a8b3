"""A real S3 server process, started once, and both stores behind one name."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage import LocalStorage, S3Storage, Storage

START_SECONDS = 60


@dataclass(frozen=True)
class S3Server:
    """Where the server listens, and who may use it."""

    endpoint: str
    access_key: str
    secret_key: str

    def storage(self, bucket: str = "ejia", secret_key: str = "") -> S3Storage:
        return S3Storage(self.endpoint, self.access_key, secret_key or self.secret_key, bucket, secure=False)


def free_ports(number: int) -> list[int]:
    """Hold all sockets open until the last is chosen, so that no port comes twice.

    The server adds 10,000 for its gRPC ports, and Linux gives outgoing connections ports from 32768: stay below both.
    """
    chosen: list[int] = []
    while len(chosen) < number:
        port = 11_000 + secrets.randbelow(10_000)
        with socket.socket() as http, socket.socket() as grpc:
            try:
                http.bind(("127.0.0.1", port))
                grpc.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
        if port not in chosen:
            chosen.append(port)
    return chosen


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """SeaweedFS on free ports, in a folder of its own, with credentials of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ejia-s3-"))
    master, volume, filer, s3 = free_ports(4)
    server = S3Server(f"127.0.0.1:{s3}", "ejia-test", secrets.token_hex(20))
    program = Path(sys.executable).with_name("weed")
    command = [
        program, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}",
        f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-webdav=false", "-admin.ui=false",
    ]  # fmt: skip
    keys = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder, env=os.environ | keys)
    try:
        wait_until_it_listens(s3, process, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the S3 server does not listen: " + log.read_text(errors="replace")[-2000:])


@pytest.fixture(params=["folder", "S3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each store in turn."""
    if request.param == "folder":
        return LocalStorage(tmp_path / "files")
    return request.getfixturevalue("s3_server").storage()
