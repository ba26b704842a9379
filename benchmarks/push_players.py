"""The helper processes of a push measurement: the bare uploads, and the delay proxy.

Each role imports what it needs itself, as the start is part of what is measured.
"""

import http.client
import queue
import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1024 * 1024


def play(role: str, *arguments: str) -> int:
    """Be one of the processes of a measurement."""
    match role:
        case "bare":
            push_bare(Path(arguments[0]), int(arguments[1]))
        case "start-bare":
            pass
        case "proxy":
            run_proxy(*map(int, arguments))
        case _:
            return 2
    return 0


def largest_first(layout: Path) -> list[Path]:
    """List the files of the image in the sequence in which they go."""
    return sorted((layout / "blobs" / "sha256").iterdir(), key=lambda path: -path.stat().st_size)


def push_bare(layout: Path, port: int) -> None:
    """Upload every blob on eight connections, knowing its digest and asking nothing."""
    waiting: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
    threads = [threading.Thread(target=upload_bare, args=(waiting, port)) for _ in range(8)]
    for path in largest_first(layout):
        waiting.put(path)
    for thread in threads:
        waiting.put(None)
        thread.start()
    for thread in threads:
        thread.join()


def upload_bare(waiting: "queue.SimpleQueue[Path | None]", port: int) -> None:
    """Upload from the queue until it says that all is done."""
    connection = http.client.HTTPConnection("127.0.0.1", port, blocksize=MIB)
    while (path := waiting.get()) is not None:
        connection.request("POST", "/v2/bench/blobs/uploads/", headers={"Content-Length": "0"})
        answer = connection.getresponse()
        answer.read()
        parts = urlsplit(answer.headers["Location"])
        with path.open("rb") as file:
            headers = {"Content-Length": str(path.stat().st_size), "Content-Type": "application/octet-stream"}
            target = f"{parts.path}?{parts.query}&digest=sha256:{path.name}"
            connection.request("PUT", target, file, headers)
            connection.getresponse().read()
    connection.close()


def run_proxy(port: int, behind: int, delay_ms: int) -> None:
    """Relay connections for ever; the first bytes of each answer, and each connection, come *delay_ms* later."""
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=relay, args=(client, behind, delay_ms / 1000), daemon=True).start()


def relay(client: socket.socket, behind: int, delay: float) -> None:
    """Relay one connection."""
    time.sleep(delay)
    server = socket.create_connection(("127.0.0.1", behind))
    asked = threading.Event()
    for side in (client, server):
        side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answers() -> None:
        while content := receive(server):
            if asked.is_set():
                asked.clear()
                time.sleep(delay)
            client.sendall(content)
        close(client)

    threading.Thread(target=answers, daemon=True).start()
    while content := receive(client):
        asked.set()
        server.sendall(content)
    close(server)


def receive(side: socket.socket) -> bytes:
    """Read what is there; nothing when the connection has ended in whatever way."""
    try:
        return side.recv(MIB)
    except OSError:
        return b""


def close(side: socket.socket) -> None:
    """End one direction."""
    try:
        side.shutdown(socket.SHUT_WR)
    except OSError:
        side.close()


if __name__ == "__main__":
    sys.exit(play(*sys.argv[1:]))
