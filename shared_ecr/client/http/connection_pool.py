"""The open connections to one origin (scheme, host and port), used again where the other side allows it."""

from collections.abc import Callable, Mapping

from shared_ecr.client.http.connection import Body, Connection
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.response_parser import ParsedResponse


class ConnectionPool:
    """The connections to one origin; used by several threads at once."""

    def __init__(self, origin: HttpOrigin, opened: Callable[[], Connection], size: int) -> None:
        """*opened* makes a connection; *size* is how many are kept."""
        self.origin, self._opened, self._size = origin, opened, size
        # Appending and popping are atomic.
        self._idle: list[Connection] = []

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: Body) -> "BorrowedConnection":
        """Send a request over a connection that is idle, or over a new one; raises as `Connection.ask` and *opened*."""
        connection = self._taken()
        try:
            return BorrowedConnection(self, connection, connection.ask(method, target, headers, body))
        except BaseException:
            connection.close()
            raise

    def put_back(self, connection: Connection) -> None:
        """Keep *connection* for another request."""
        if len(self._idle) < self._size:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        self.close()

    def _taken(self) -> Connection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._opened()
            if connection.is_idle():
                return connection
            connection.close()


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
        # Who lost interest in the answer has not read it to its end.
        self.release()
