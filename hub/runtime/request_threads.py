"""Serve each request in one thread of a few, from its first middleware to its last.

Django's own handler for ASGI runs in the event loop what can run there, and the rest in a thread
that lives as long as the request. A page of ours went to and fro between them fifteen times, and
began with a new thread and a new connection to SQLite: together as dear as the page itself. No view
or middleware here is asynchronous, so that a request needs one thread and no more (decision record
0039).
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

# Where HUB_DB_POOL names no number of connections.
THREADS = 20


class ThreadedHandler(ASGIHandler):
    """Django under ASGI, with its middleware in one thread, as under WSGI.

    There are as many threads as the process may have connections to the database, so that nobody
    waits in a thread for a connection; who comes when all are busy waits for a thread.
    """

    def __init__(self) -> None:
        most = settings.HUB_DB_POOL or THREADS
        threads = ThreadPoolExecutor(most, thread_name_prefix="page")
        # What the views send through the channel layer goes by the loop that serves them.
        self._answer = sync_to_async(
            self._answer_in_thread, thread_sensitive=False, executor=threads
        )
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain of middleware for threads, whoever asks."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, answer, send the answer.

        Whether the client is still there is not watched: a view in a thread cannot be stopped, and
        what is sent to somebody who has gone is dropped by the server.
        """
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            response = await self._answer(scope, body)
            await self.send_response(response, send)
            if response.streaming:
                await sync_to_async(response.close)()

    def _answer_in_thread(self, scope: Any, body: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        if request is None:
            response: Any = refusal
        else:
            response = self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            # Whoever serves under ASGI cuts what it sends itself.
            response.block_size = self.chunk_size
        if response.streaming:
            # It is read and closed in another thread; this one keeps nothing for it.
            close_old_connections()
        else:
            response.close()
        return cast(HttpResponseBase, response)
