"""An nginx of a test's own, from the guide's blocks."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from hub.private import readable_by_all
from tests.listserv.postfix.postfix import answers, until
from tests.services import STREAM_MODULE, program


class Nginx:
    """One instance.

    Args:
        http, stream: what stands in these blocks of nginx.conf; ports: where it listens, to know when it runs.
    """

    @readable_by_all()
    def __init__(self, *, ports: list[int], http: str = "", stream: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hub-nginx-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.log = self.folder / "error.log"
        temporary = "".join(
            f"{name}_temp_path {self.folder};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf = self.folder / "nginx.conf"
        conf.write_text(
            f"load_module {STREAM_MODULE};\ndaemon off;\npid {self.folder}/pid;\nerror_log {self.log} info;\n"
            f"worker_processes 1;\nevents {{}}\n{stream}\nhttp {{\naccess_log off;\n{temporary}\n{http}\n}}\n"
        )
        command = [program("nginx") or "nginx", "-c", str(conf), "-p", str(self.folder), "-e", str(self.log)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            for port in ports:
                until(lambda port=port: answers(port) or self.process.poll() is not None, f"nginx at {port}")  # type: ignore[misc]
            assert self.process.poll() is None
        except AssertionError as error:
            self.close()
            raise AssertionError(f"{error}: {self.said}") from error

    def close(self) -> None:
        """Stop it, and take its folder away."""
        self.process.terminate()
        _out, said = self.process.communicate(timeout=30)
        self.said = said.decode(errors="replace") + (self.log.read_text() if self.log.exists() else "")
        shutil.rmtree(self.folder, ignore_errors=True)
