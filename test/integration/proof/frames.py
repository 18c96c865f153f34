"""Ethernet frames with IPv4 or IPv6 and UDP or TCP, whatever their addresses; for wire.py."""
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
    ethernet = b"\x02\0\0\0\0" + bytes((wire,)) + b"\x02\0\0\0\1\0"
    if len(ends) == 8:
        total = checksum(pack_ipv4(0x45, 0, 20 + size, 0, 0, 64, number, 0) + ends)
        return ethernet + b"\x08\0" + pack_ipv4(0x45, 0, 20 + size, 0, 0, 64, number, total) + ends + segment
    return ethernet + b"\x86\xdd" + pack_ipv6(0x60000000, size, number, 64) + ends + segment
