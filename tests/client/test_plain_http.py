import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from client.certificates import self_signed
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, write_layout
from client.pushing import Bench, Heard, KnownCredentials, push_source
from client.tls_world import missing_program
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import RegistryHost, Tag


class WantsTls(BaseHTTPRequestHandler):
    """Answers as Go's servers do where a request comes without TLS, and shakes hands with every client."""

    context: ssl.SSLContext

    def handle(self) -> None:
        first = self.connection.recv(1, 2)  # MSG_PEEK
        if first == b"\x16":
            self.context.wrap_socket(self.connection, server_side=True).close()
            return
        self.connection.recv(65536)
        self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")


@pytest.fixture
def tls_only(tmp_path: Path) -> Iterator[RegistryHost]:
    certificate = self_signed(tmp_path, "localhost")
    WantsTls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    WantsTls.context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with ThreadingHTTPServer(("127.0.0.1", 0), WantsTls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield RegistryHost(f"127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


@pytest.mark.skipif(missing_program() is not None, reason=f"{missing_program()} is not installed")
def test_a_registry_of_this_machine_that_wants_tls_is_reported_with_the_variable(
    tls_only: RegistryHost, tmp_path: Path
) -> None:
    request = PushRequest(str(write_layout(tmp_path / "l", image())), tls_only, "team/app", (Tag("1"),))
    with pytest.raises(UnavailableError, match=f"SHARED_ECR_REGISTRY_ENDPOINT={tls_only}=https://{tls_only}"):
        push_source(NativePusher(HttpEnvironment({})), request, KnownCredentials(), Heard())


def test_another_bad_request_of_this_machine_is_what_it_says(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        registry.fail("PUT", "/manifests/", Reply(400, (), b"no such thing"))
        with pytest.raises(RefusedError, match="no such thing"):
            Bench(registry).push(write_layout(tmp_path / "l", image()))
