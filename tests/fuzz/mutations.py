"""Ways to damage a file. Each takes (rng, content, others) and returns bytes."""

import re

NUMBER = re.compile(rb"-?\d[\d.]*")
WORD = re.compile(rb"[A-Za-z_]\w*|[{}:\[\]<>,;\"]")
BAD_NUMBERS = (
    b"-1 0 1 2147483647 2147483648 4294967295 1000000000000 9223372036854775807 "
    b"18446744073709551616 99999999999999999999999999 0x7fffffff 017 1e38 1e999 -1e999 "
    b"nan inf -inf 1e-46 1.5 100000 3000000"
).split()
JUNK = [
    text.encode("utf-8")
    for text in (
        "\u201c",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "\U0001f600",
        "e\u0301",
        "\x00",
    )
] + [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\r", b"\\", b'"', b"#", b"\\x", b"\\777"]
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)
VARINTS = [b"\xff" * 9 + b"\x01", b"\xff" * 10, b"\xff\xff\xff\xff\x0f", b"\x80" * 9]
BYTES_OF_GROUPS = (0x0A, 0x12, 0xA2, 0x32, 0x3A)  # keys of fields with a length


def mutate(rng, content, others, is_text):
    """Return `content` with one to four injuries; `others` lend pieces."""
    ways = TEXT_WAYS if is_text else BYTE_WAYS
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        content = rng.choice(ways)(rng, content, others)
    return content[:MAX_SIZE]


MAX_SIZE = 2**20


def flip_bits(rng, content, others):
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def set_bytes(rng, content, others):
    place = _place(rng, content)
    size = rng.choice((1, 1, 2, 4, 8))
    edge = rng.choice(EDGES) % 256**size
    order = rng.choice(("little", "big"))
    return content[:place] + edge.to_bytes(size, order) + content[place + size :]


def truncate(rng, content, others):
    return content[: _place(rng, content)]


def remove(rng, content, others):
    start, end = _piece(rng, content)
    return content[:start] + content[end:]


def repeat(rng, content, others):
    start, end = _piece(rng, content)
    times = rng.choice((2, 3, 50))
    return content[:start] + content[start:end] * times + content[end:]


def splice(rng, content, others):
    other = rng.choice(others)
    start, end = _piece(rng, other)
    place = _place(rng, content)
    kept = content[rng.choice((place, place, min(place + end - start, len(content)))) :]
    return content[:place] + other[start:end] + kept


def insert_varint(rng, content, others):
    place = _place(rng, content)
    length = rng.choice(VARINTS)
    key = bytes([rng.choice(BYTES_OF_GROUPS)]) * rng.randrange(2)
    return content[:place] + key + length + content[place + rng.choice((0, 1)) :]


def nest_bytes(rng, content, others):
    """Wrap the message into itself, again and again, as length-delimited fields."""
    key, inner = bytes([rng.choice(BYTES_OF_GROUPS)]), content[:100]
    for _ in range(rng.choice((10, 100, 150, 1000))):
        inner = key + _varint(len(inner)) + inner
    place = _place(rng, content)
    return content[:place] + inner + content[place:]


def nest_text(rng, content, others):
    opening = rng.choice(
        (b"layer {", b"{", b"[", b"state <", b"net_param {", b"-", b":")
    )
    place = _place(rng, content)
    depth = rng.choice((2, 30, 500, 20_000))
    return content[:place] + opening * depth + content[place:]


def set_number(rng, content, others):
    return _replace(rng, content, NUMBER, rng.choice(BAD_NUMBERS))


def swap_word(rng, content, others):
    words = WORD.findall(rng.choice(others)) or [b"layer"]
    return _replace(rng, content, WORD, rng.choice(words))


def insert_junk(rng, content, others):
    place = _place(rng, content)
    times = rng.choice((1, 1, 1, 1000))
    return content[:place] + rng.choice(JUNK) * times + content[place:]


TEXT_WAYS = (flip_bits, truncate, remove, repeat, splice, nest_text, insert_junk)
TEXT_WAYS += (set_number,) * 4 + (swap_word,) * 4
BYTE_WAYS = (flip_bits, flip_bits, set_bytes, set_bytes, truncate, remove, repeat)
BYTE_WAYS += (splice, insert_varint, insert_varint, nest_bytes)


def _place(rng, content):
    return rng.randint(0, len(content))


def _piece(rng, content):
    start = _place(rng, content)
    longest = rng.choice((4, 16, 64, len(content)))
    return start, min(len(content), start + rng.randint(0, longest))


def _replace(rng, content, pattern, value):
    found = list(pattern.finditer(content))
    if not found:
        return content
    spot = rng.choice(found)
    return content[: spot.start()] + value + content[spot.end() :]


def _varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(encoded + bytes([value]))
