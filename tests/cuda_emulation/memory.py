"""Memory of the emulated device, and pinned host memory, with guards.

Every piece has exactly the size that was asked for (CuPy's pool is switched off)
and 256 known bytes on either side. New memory holds the byte 0xFF: NaN as float,
-1 as int, so that a use before the first write cannot hide.
"""

import ctypes
from bisect import bisect_right

_GUARD_SIZE = 256
_GUARD = b"\xc3" * _GUARD_SIZE
_GARBAGE = 0xFF

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.memmove.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def fill_with_garbage(address, size):
    """Overwrite memory with what an allocation holds before its first use."""
    libc.memset(address, _GARBAGE, size)


class GuardedMemory:
    """All pieces of one kind of memory: ``pieces`` maps address → (block, size)."""

    def __init__(self, kind):
        self.kind = kind
        self.pieces = {}

    def allocate(self, size):
        """Return the address of `size` new bytes, aligned to 256."""
        block = libc.malloc(size + 4 * _GUARD_SIZE)
        address = (block + 2 * _GUARD_SIZE - 1) // _GUARD_SIZE * _GUARD_SIZE
        libc.memmove(address - _GUARD_SIZE, _GUARD, _GUARD_SIZE)
        fill_with_garbage(address, size)
        libc.memmove(address + size, _GUARD, _GUARD_SIZE)
        self.pieces[address] = (block, size)
        return address

    def release(self, address):
        """Free a piece; raise if something wrote outside of it."""
        if not address:
            return
        damage = self._damage(address)
        block, _ = self.pieces.pop(address)
        libc.free(block)
        if damage:
            raise SystemError(damage)

    def check(self):
        """Raise if something wrote outside of any piece; mend the guards."""
        damages = [d for d in map(self._damage, self.pieces) if d]
        if damages:
            for address, (_, size) in self.pieces.items():
                libc.memmove(address - _GUARD_SIZE, _GUARD, _GUARD_SIZE)
                libc.memmove(address + size, _GUARD, _GUARD_SIZE)
            raise SystemError("; ".join(damages))

    def holds(self, address):
        """Tell whether `address` lies in one of the pieces."""
        starts = sorted(self.pieces)
        nearest = bisect_right(starts, address) - 1
        if nearest < 0:
            return False
        start = starts[nearest]
        return address < start + max(1, self.pieces[start][1])

    def _damage(self, address):
        size = self.pieces[address][1]
        before = ctypes.string_at(address - _GUARD_SIZE, _GUARD_SIZE)
        after = ctypes.string_at(address + size, _GUARD_SIZE)
        if before == _GUARD and after == _GUARD:
            return ""
        return f"a kernel or copy wrote outside {self.kind} memory of {size} bytes"


device = GuardedMemory("device")
pinned = GuardedMemory("pinned host")
