"""Ethernet frames with IPv4 or IPv6 and UDP, TCP or an ICMP error, whatever their addresses; for wire.py."""
import socket
import struct

MAGIC = b"jeda"


def checksum(data):
    """The ones' complement sum of 16-bit words is the number modulo 65535."""
    return 0xFFFF - int.from_bytes(data, "big") % 0xFFFF


addresses = {}


def packed(text):
    if text not in addresses:
        addresses[text] = socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    return addresses[text]


FLAGS = {"S": 2, "SA": 18, "A": 16, "PA": 24, "R": 4}
pack_udp = struct.Struct("!HHHH").pack
pack_ports = struct.Struct("!HH").pack
pack_tcp = struct.Struct("!HHIIBBHHH").pack
pack_pseudo = struct.Struct("!II").pack
pack_ipv4 = struct.Struct("!BBHHHBBH").pack
pack_ipv6 = struct.Struct("!IHBB").pack
pack_ident = struct.Struct("!I").pack


def build_frame(wire, ident, src, dst, protocol, sport, dport, flags, seq, ack):
    ethernet = b"\x02\0\0\0\0" + bytes((wire,)) + b"\x02\0\0\0\1\0"
    packet = build_packet(ident, src, dst, protocol, sport, dport, flags, seq, ack)
    return ethernet + (b"\x86\xdd" if ":" in src else b"\x08\0") + packet


def build_packet(ident, src, dst, protocol, sport, dport, flags, seq, ack):
    ends = packed(src) + packed(dst)
    payload = b"" if ident is None else MAGIC + pack_ident(ident)
    if protocol == "udp":
        number, size = 17, 8 + len(payload)
        # Every length is even, and a checksum over a header that holds 0 in its place is the checksum.
        total = checksum(ends + pack_pseudo(size, 17) + pack_udp(sport, dport, size, 0) + payload)
        segment = pack_udp(sport, dport, size, total) + payload
    else:
        number, size = 6, 20 + len(payload)
        words = (sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, FLAGS[flags], 65000)
        total = checksum(ends + pack_pseudo(size, 6) + pack_tcp(*words, 0, 0) + payload)
        segment = pack_tcp(*words, total, 0) + payload
    return header(ends, number, size) + segment


def header(ends, number, size):
    if len(ends) == 8:
        total = checksum(pack_ipv4(0x45, 0, 20 + size, 0, 0, 64, number, 0) + ends)
        return pack_ipv4(0x45, 0, 20 + size, 0, 0, 64, number, total) + ends
    return pack_ipv6(0x60000000, size, number, 64) + ends


def build_error(wire, ident, src, dst, about, protocol, sport, dport, refused=None):
    """From `src`, about a packet that `dst` sent to `about`: it did not get there. `refused` is the sequence number of
    a connection that is begun, which such an error ends."""
    quoted = build_packet(0, dst, about, protocol, sport, dport, "PA", refused or 0, 0)
    quoted = quoted[: (40 if ":" in src else 20) + 8] + MAGIC + pack_ident(ident or 0)
    ends = packed(src) + packed(dst)
    size = 8 + len(quoted)
    ethernet = b"\x02\0\0\0\0" + bytes((wire,)) + b"\x02\0\0\0\1\0"
    if ":" in src:
        kind = bytes((1, 3 if refused is None else 4))
        total = checksum(ends + pack_pseudo(size, 58) + kind + bytes(6) + quoted)
        return ethernet + b"\x86\xdd" + header(ends, 58, size) + kind + total.to_bytes(2, "big") + bytes(4) + quoted
    kind = bytes((3, 1 if refused is None else 3))
    total = checksum(kind + bytes(6) + quoted)
    return ethernet + b"\x08\0" + header(ends, 1, size) + kind + total.to_bytes(2, "big") + bytes(4) + quoted
