"""A name server of a test's own, and programs that ask no other: milters read ``/etc/resolv.conf`` and nothing else."""

import random
import shlex
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from hub.private import readable_by_all

Rows = Mapping[str, Mapping[str, Sequence[str]]]


class NameServer:
    """Answers UDP at port 53 of a loopback address of its own, from ``{"name": {"TXT": [...]}}``."""

    def __init__(self, rows: Rows) -> None:
        self.rows = {name.lower(): kinds for name, kinds in rows.items()}
        self.asked: list[tuple[str, str]] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _attempt in range(50):
            self.address = f"127.{random.randint(10, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
            with suppress(OSError):
                self.socket.bind((self.address, 53))
                break
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                packet, client = self.socket.recvfrom(4_096)
                if not packet:
                    return
                self.socket.sendto(self._answer(packet), client)
            except OSError:
                return

    def _answer(self, packet: bytes) -> bytes:
        query = dns.message.from_wire(packet)
        answer = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        values = list(self.rows.get(name, {}).get(kind, ()))
        if kind == "TXT":
            values = [" ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255)) for text in values]
        if values:
            answer.answer.append(dns.rrset.from_text(question.name, 60, dns.rdataclass.IN, kind, *values))
        elif name not in self.rows:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    def close(self) -> None:
        """End the thread."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(30)


@readable_by_all()
def run_with(server: NameServer, folder: Path, *command: str) -> "subprocess.Popen[bytes]":
    """Start a program in a namespace of its own, in which ``/etc/resolv.conf`` names this server alone."""
    resolv = folder / "resolv.conf"
    resolv.write_text(f"nameserver {server.address}\noptions timeout:2 attempts:2\n")
    script = f"mount --bind {shlex.quote(str(resolv))} /etc/resolv.conf && exec {shlex.join(command)}"
    log = (folder / f"{Path(command[0]).name}.log").open("wb")
    with log:
        return subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdout=log, stderr=log)
