"""The process that reads files from outside: little memory, little time, no network (R07, S08).

It is started by ``limited.LimitedReader`` as ``python -m zds_geo.sources._child`` and answers
requests on its standard input. What a hostile file does to it, it does to nobody else.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import platform
import sys
import traceback
from typing import Any, Final

MOST_BYTES: Final = 2 * 2**30  # of memory that can be written to
_NO_NEW_PRIVILEGES: Final = 38  # prctl(2)
_SET_SECCOMP: Final = 22
_FILTER: Final = 2  # seccomp(2): SECCOMP_MODE_FILTER
_REFUSE: Final = 0x0005_0001  # SECCOMP_RET_ERRNO | EPERM
_ALLOW: Final = 0x7FFF_0000
# Machine: its name in audit(7), and its number of socket(2).
_MACHINES: Final = {"x86_64": (0xC000_003E, 41), "aarch64": (0xC000_00B7, 198)}


def serve() -> None:
    """Answer requests until the standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    _shut_network()
    _limit_memory()
    while True:
        try:
            name, args, kwargs, seconds = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _limit_time(seconds)
        _answer(answers, name, args, kwargs=kwargs)


def _answer(answers: Any, name: str, args: tuple[Any, ...], *, kwargs: dict[str, Any]) -> None:
    from zds_geo import sources
    from zds_geo.core.errors import ZdsGeoError

    def send(kind: str, content: object) -> None:
        pickle.dump((kind, content), answers)
        answers.flush()

    def progress(label: str, done: int, total: int | None) -> None:
        send("progress", (label, done, total))

    if kwargs.pop("progress", False):
        kwargs["progress"] = progress
    try:
        result = getattr(sources, name)(*args, **kwargs)
    except ZdsGeoError as error:
        send("error", (type(error).__name__, error.key, error.facts))
    except MemoryError:
        send("memory", "")
    except Exception:  # noqa: BLE001  (the parent raises it, with this text)
        send("fault", traceback.format_exc())
    else:
        send("done", result)


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _shut_network() -> None:
    """Refuse sockets: in Python everywhere, in every library where Linux offers it."""

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event.startswith("socket."):
            raise PermissionError("a reader has no network")

    sys.addaudithook(refuse)
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return
    machine, socket_call = _MACHINES[platform.machine()]

    class Step(ctypes.Structure):
        _fields_ = (
            ("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte),
            ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32),
        )  # fmt: skip

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Step)))

    # Load the machine, compare; load the number of the call, compare; refuse or allow.
    steps = (Step * 6)(
        Step(0x20, 0, 0, 4), Step(0x15, 0, 3, machine),
        Step(0x20, 0, 0, 0), Step(0x15, 0, 1, socket_call),
        Step(0x06, 0, 0, _REFUSE), Step(0x06, 0, 0, _ALLOW),
    )  # fmt: skip
    libc = ctypes.CDLL(None)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(Program(len(steps), steps)), 0, 0)


if __name__ == "__main__":
    serve()
