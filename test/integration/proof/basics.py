"""What a host can't do without, whatever its ruleset: talk to itself, be found, and be asked what it listens to."""
import socket
import struct

from frames import checksum, packed, pack_pseudo


def loopback():
    server = socket.create_server(("127.0.0.1", 0))
    try:
        socket.create_connection(server.getsockname(), timeout=0.5).close()
        return True
    except OSError:
        return False
    finally:
        server.close()


def ethernet(wire):
    return b"\x02\0\0\0\0" + bytes((wire,)) + b"\x02\0\0\0\1\0" + b"\x86\xdd"


def solicitation(wire, address):
    """Neighbour solicitation for `address`, from a neighbour: hop limit 255."""
    ends = packed("fe80::1") + packed(address)
    body = b"\x87\0\0\0" + bytes(4) + packed(address) + b"\x01\x01\x02\0\0\0\1\0"
    return ethernet(wire) + struct.pack("!IHBB", 0x60000000, len(body), 58, 255) + ends + summed(ends, body)


def listener_query(wire):
    """A general query of multicast listeners (MLDv2), to be answered at once; it carries the router alert option."""
    ends = packed("fe80::1") + packed("ff02::1")
    body = b"\x82\0\0\0" + bytes((0, 1, 0, 0)) + bytes(16) + b"\x02\x01\0\0"
    options = b"\x3a\0\x05\x02\0\0\x01\0"
    size = len(options) + len(body)
    return ethernet(wire) + struct.pack("!IHBB", 0x60000000, size, 0, 1) + ends + options + summed(ends, body)


def summed(ends, body):
    total = checksum(ends + pack_pseudo(len(body), 58) + body)
    return body[:2] + total.to_bytes(2, "big") + body[4:]
