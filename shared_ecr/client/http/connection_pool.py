"""The open connections to one origin (scheme, host and port), used again where the other side allows it."""

import time
from collections.abc import Callable, Mapping

from shared_ecr.client.http.connection import Connection
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.request_sender import Body
from shared_ecr.client.http.response_parser import ParsedResponse

# Servers and what is between keep an idle connection for a minute or more; some drop it then in silence, and the
# next request over it would never be answered.
IDLE_SECONDS = 50.0


class ConnectionPool:
    """The connections to one origin; used by several threads at once."""

    def __init__(
        self,
        origin: HttpOrigin,
        opened: Callable[[], Connection],
        size: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*opened* makes a connection; *size* is how many are kept."""
        self.origin, self._opened, self._size, self._clock = origin, opened, size, clock
        # Each with the time since which it is idle. Appending and popping are atomic.
        self._idle: list[tuple[Connection, float]] = []

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: Body) -> "BorrowedConnection":
        """Send a request over a connection that is idle, or over a new one; raises as `Connection.ask` and *opened*."""
        connection = self._taken()
        try:
            return BorrowedConnection(self, connection, connection.ask(method, target, headers, body))
        except BaseException:
            connection.close()
            # What broke this one may have broken the others too, and another try would take the next of them.
            self.close()
            raise

    def put_back(self, connection: Connection) -> None:
        """Keep *connection* for another request."""
        if len(self._idle) < self._size:
            self._idle.append((connection, self._clock()))
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        while (idle := self._popped()) is not None:
            idle[0].close()

    def __del__(self) -> None:
        self.close()

    def _taken(self) -> Connection:
        while (idle := self._popped()) is not None:
            connection, since = idle
            if self._clock() - since < IDLE_SECONDS and connection.is_idle():
                return connection
            connection.close()
        return self._opened()

    def _popped(self) -> tuple[Connection, float] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


class BorrowedConnection:
    """A connection on which an answer is read."""

    def __init__(self, pool: ConnectionPool, connection: Connection, answer: ParsedResponse) -> None:
        self.answer = answer
        self._pool, self._connection = pool, connection
        self._is_released = False
        if answer.is_whole:
            self.release()

    def release(self) -> None:
        """Give the connection back, or close it where the answer was not read to its end."""
        if self._is_released:
            return
        self._is_released = True
        if self._connection.may_follow(self.answer):
            self._pool.put_back(self._connection)
        else:
            self._connection.close()

    def __del__(self) -> None:
        # The caller did not read the answer to its end.
        self.release()
