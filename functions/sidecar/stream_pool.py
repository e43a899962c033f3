"""The streams that this task keeps up: one private for each account, public ones of up to a hundred topics."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from chalicelib.adapters.bybit.environments import Urls
from chalicelib.adapters.bybit.fields import MalformedPayload
from chalicelib.adapters.bybit.stream import StreamHealth, StreamThread
from chalicelib.adapters.bybit.stream_messages import PRIVATE_TOPICS, closed_candles, private_messages
from chalicelib.ports import ConnectionRef, StreamSignature
from chalicelib.services.sidecar.deliver import Delivery
from functions.sidecar.connect_gate import Gate
from functions.sidecar.work_queue import Job, WorkQueue

TOPICS_A_STREAM = 100
_POISON = (MalformedPayload, KeyError, TypeError, AttributeError)


class StreamPool:
    """Starts, feeds and stops stream threads; hands their messages to the workers. ``want`` is for one thread."""

    def __init__(
        self, urls: Urls, delivery: Delivery, work: WorkQueue, sign: Callable[[ConnectionRef], StreamSignature]
    ) -> None:
        self._urls = urls
        self._delivery = delivery
        self._work = work
        self._sign = sign
        self._gate = Gate()
        self._private: dict[ConnectionRef, StreamThread] = {}
        self._public: dict[int, tuple[StreamThread, set[str]]] = {}

    def want(self, accounts: Iterable[ConnectionRef], topics: Iterable[str]) -> None:
        """Makes the pool keep up exactly these streams; one whose thread has died begins again in a new one."""
        self._want_accounts(set(accounts))
        self._want_topics(set(topics))
        self._replace_dead()

    def health(self) -> list[StreamHealth]:
        """How each stream fares."""
        return [thread.health() for thread in self._threads()]

    def stop(self, within_seconds: float) -> None:
        """Ends all streams."""
        threads = self._threads()
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join(within_seconds)

    def _threads(self) -> list[StreamThread]:
        return [*self._private.values(), *(thread for thread, _ in self._public.values())]

    def _replace_dead(self) -> None:
        for ref, thread in self._private.items():
            if not thread.is_alive():
                self._private[ref] = _begun_again(thread)
        for number, (thread, assigned) in self._public.items():
            if not thread.is_alive():
                self._public[number] = (_begun_again(thread), assigned)

    def _want_accounts(self, accounts: set[ConnectionRef]) -> None:
        for ref in set(self._private) - accounts:
            self._private.pop(ref).stop()
        for ref in sorted(accounts - set(self._private), key=lambda ref: (ref.workspace_id, ref.connection_id)):
            thread = StreamThread(
                f"private {ref.connection_id}",
                self._urls.private_stream,
                PRIVATE_TOPICS,
                sink=_PrivateSink(ref, self._delivery, self._work, partial(self._resync, ref)),
                gate=self._gate,
                jitter=random.random,
                login=partial(self._sign, ref),
                about=partial(self._about_account, ref),
            )
            self._private[ref] = thread
            thread.start()

    def _want_topics(self, topics: set[str]) -> None:
        placed: set[str] = set()
        for number, (thread, assigned) in list(self._public.items()):
            assigned &= topics
            placed |= assigned
            if not assigned:
                thread.stop()
                del self._public[number]
        new = sorted(topics - placed)
        for _, assigned in self._public.values():
            room = TOPICS_A_STREAM - len(assigned)
            assigned |= set(new[:room])
            new = new[room:]
        while new:
            self._open_public(set(new[:TOPICS_A_STREAM]))
            new = new[TOPICS_A_STREAM:]
        for thread, assigned in self._public.values():
            thread.want(assigned)

    def _open_public(self, assigned: set[str]) -> None:
        number = next(n for n in range(len(self._public) + 1) if n not in self._public)
        thread = StreamThread(
            f"public {number}",
            self._urls.public_stream,
            assigned,
            sink=_PublicSink(assigned, self._delivery, self._work),
            gate=self._gate,
            jitter=random.random,
            about=lambda: {"runIds": self._delivery.runs_on(_symbols(assigned))},
        )
        self._public[number] = (thread, assigned)
        thread.start()

    def _about_account(self, ref: ConnectionRef) -> dict[str, object]:
        return {**_ids(ref), "runIds": self._delivery.runs_of_account(ref)}

    def _resync(self, ref: ConnectionRef) -> None:
        thread = self._private.get(ref)
        if thread is not None:
            thread.resync()


class _PrivateSink:
    """Hands an account's messages to the workers."""

    def __init__(self, ref: ConnectionRef, delivery: Delivery, work: WorkQueue, resync: Callable[[], None]) -> None:
        self._ref = ref
        self._delivery = delivery
        self._work = work
        self._resync = resync

    def heard(self, stream: str, message: dict[str, Any]) -> bool:
        """Queues the message; when it cannot be delivered, the stream begins again and its runs read over REST."""
        if message.get("topic") == "wallet":
            return True

        def deliver() -> None:
            for update in private_messages(message):
                self._delivery.private(self._ref, update)

        return self._work.put(stream, Job(deliver, _POISON, self._resync, {"stream": stream, **_ids(self._ref)}))

    def live(self, stream: str, gap_ms: int) -> bool:
        """Queues the news."""
        about = {"stream": stream, **_ids(self._ref)}

        def tell() -> None:
            self._delivery.private_live(self._ref, gap_ms)

        return self._work.put(stream, Job(tell, lost=self._resync, about=about))


class _PublicSink:
    """Hands closed candles to the workers. ``assigned`` is the pool's own set of the stream's topics."""

    def __init__(self, assigned: set[str], delivery: Delivery, work: WorkQueue) -> None:
        self._assigned = assigned
        self._delivery = delivery
        self._work = work

    def heard(self, stream: str, message: dict[str, Any]) -> bool:
        """Queues a message that closes a candle; the many that do not are dropped here."""
        if not _may_close(message.get("data")):
            return True

        def deliver() -> None:
            for bar in closed_candles(message):
                self._delivery.candle(bar.symbol, bar.interval, bar.open_time_ms)

        about = {"stream": stream, "topic": str(message.get("topic", ""))}
        return self._work.put(stream, Job(deliver, _POISON, about=about))

    def live(self, stream: str, gap_ms: int) -> bool:
        """Queues the news."""
        symbols = _symbols(self._assigned)
        about = {"stream": stream}
        return self._work.put(stream, Job(lambda: self._delivery.public_live(symbols, gap_ms), about=about))


def _begun_again(dead: StreamThread) -> StreamThread:
    thread = dead.again()
    thread.start()
    return thread


def _may_close(data: object) -> bool:
    """Whether a candle among the rows is confirmed; also for what are no rows, which the worker counts as poison."""
    return not isinstance(data, list) or any(isinstance(row, dict) and row.get("confirm") is True for row in data)


def _symbols(topics: Iterable[str]) -> set[str]:
    return {topic.rsplit(".", 1)[1] for topic in tuple(topics)}


def _ids(ref: ConnectionRef) -> dict[str, str]:
    return {"workspaceId": ref.workspace_id, "exchangeConnectionId": ref.connection_id}
