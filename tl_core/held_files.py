"""Files that several processes read, hold and delete at will: what of it differs between systems.

Knows nothing of what lies in them. A held file is not deleted by whoever only makes room; the operating system lets go
of it when its holder closes it or dies. Windows refuses to delete any file that is open, so there nothing need be done.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from pathlib import Path

from tl_core.platform import replace

_SEEKING = threading.Lock()


class HeldFile:
    """A descriptor that is held while it is open, and closed with the last reference to it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.is_held = hold(descriptor)
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def open(cls, path: Path) -> HeldFile:
        """For reading. Raises FileNotFoundError, also where the file is just being deleted."""
        file = cls(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
        if not file.is_held:
            raise FileNotFoundError(f"'{path}' is being deleted")
        return file

    def close(self) -> None:
        self._finalizer()

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def moved(self, old: Path, new: Path) -> HeldFile:
        """The same file, on the disk for good and under its new name."""
        os.fsync(self.descriptor)
        if sys.platform == "win32":  # an open file cannot be renamed
            self.close()
            replace(old, new)
            return HeldFile.open(new)
        replace(old, new)
        return self

    def read_at(self, buffer: memoryview, offset: int) -> int:
        """How many bytes were there; less than asked for only at the file's end."""
        done = 0
        while done < len(buffer):
            count = read_once(self.descriptor, buffer[done:], offset + done)
            if not count:
                break
            done += count
        return done

    def append(self, data: memoryview) -> None:
        """Of a file that nothing else writes to."""
        with _SEEKING:  # where reading has to seek, it left the place in the file wherever it read
            os.lseek(self.descriptor, 0, os.SEEK_END)
            while data:
                data = data[os.write(self.descriptor, data) :]


def delete_unless_held(path: Path) -> bool:
    """Whether the file is gone now; one that somebody holds stays."""
    try:
        _delete(path)
    except FileNotFoundError:
        return True
    except OSError:  # held, on a disk that knows no locks, or not ours
        return False
    return True


if sys.platform == "win32":

    def hold(descriptor: int) -> bool:  # noqa: ARG001 - the same call as elsewhere
        return True

    def _delete(path: Path) -> None:
        path.unlink()

else:
    import fcntl

    def hold(descriptor: int) -> bool:
        """Whether it is held from now on; not while somebody deletes it. A disk without locks holds nothing."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def _delete(path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)


def read_by_seeking(descriptor: int, buffer: memoryview, offset: int) -> int:
    """As `read_once`, where the system reads only from the place in the file, which all threads share."""
    with _SEEKING:
        os.lseek(descriptor, offset, os.SEEK_SET)
        data = os.read(descriptor, len(buffer))
    buffer[: len(data)] = data
    return len(data)


if hasattr(os, "preadv"):

    def read_once(descriptor: int, buffer: memoryview, offset: int) -> int:
        return os.preadv(descriptor, [buffer], offset)

else:
    read_once = read_by_seeking
