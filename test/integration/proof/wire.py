"""Sends and catches real packets around a real edge: the far end of kernel.ts.

Three network namespaces without a name exist only while this process does, so nothing is left behind however it
ends: `wires` (one veth h0, h1, ... for each network), `edge` (the peers p0, p1, ...; routes, and the ruleset under
test) and `backup` (a host with the vault's addresses and its own ruleset, on wire hb/b0). Frames are written and
read by AF_PACKET on the wires: any source address can be tried, and no time goes by waiting for a TCP timeout.

One JSON object a line on standard input, one answer a line on standard output:
  {"op": "send", "packets": [[id, wire, src, dst, protocol, sport, dport, flags, seq, ack, about], ...],
   "expect": [id, ...]}    with `about`, an ICMP error about such a packet from dst to there
      -> {"arrived": {"id": "h3" | "edge" | "backup", ...}}    every arrival seen so far, whenever it was sent
  {"op": "emit", "packets": [...]}    the same from the backup host's own address, through its own output hook
  {"op": "connect", "tries": [[id, dst, port], ...], "answer": "accept" | "refuse"}   from the backup host's own TCP
  {"op": "basics"}    what a host can't do without: loopback, neighbours, multicast listeners
  {"op": "forget", "arrivals": "keep" | "drop"}    empties the edge's and the backup host's connection tracking
  {"op": "nft", "machine": "edge" | "backup", "script": nft's words}  -> {"output": text} or {"error": text}
  {"op": "ip", "machine": ..., "lines": [...], "family": ["-6"]}      -> the same
`expect` only decides how long is waited; an arrival that nobody expected is reported all the same.
"""
import json
import select
import socket
import struct
import subprocess
import sys
import time

from basics import loopback, solicitation, listener_query
from frames import MAGIC, build_error, build_frame, build_packet, pack_ports, packed
from nft import Nft
from topology import build, enter, new_namespace


class Wires:
    def __init__(self, count, udp_ports):
        self.edge = new_namespace()
        self.backup = new_namespace()
        self.wires = new_namespace()
        self.arrived = {}
        self.pending = {}
        self.heard = set()
        self.sockets = {}
        self.by_index = {}
        build(count, self.edge, self.backup, self.wires)
        for index in range(count):
            self.open_wire(index, "h%d" % index)
        self.backup_wire = count
        self.open_wire(count, "hb")
        for namespace, where in ((self.edge, "edge"), (self.backup, "backup")):
            enter(namespace)
            for port in udp_ports:
                for family in (socket.AF_INET, socket.AF_INET6):
                    self.listen(family, port, where)
        self.machines = {}
        for name, namespace in (("edge", self.edge), ("backup", self.backup)):
            enter(namespace)
            self.machines[name] = (namespace, Nft())
        # Like its sshd: a session that nobody accepts is forgotten at once by connection tracking.
        enter(self.backup)
        self.sshd = [socket.create_server(("", 22), backlog=4096)]
        self.sshd.append(socket.create_server(("", 22), family=socket.AF_INET6, backlog=4096))
        # Something to report to whoever asks for listeners; a wire without ARP joins nothing by itself.
        enter(self.backup)
        self.member = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        group = packed("ff02::fb") + struct.pack("@I", socket.if_nametoindex("b0"))
        self.member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        enter(self.wires)
        self.poll = select.poll()
        for number in self.sockets:
            self.poll.register(number, select.POLLIN)

    def open_wire(self, index, name):
        enter(self.wires)
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        wire.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
        wire.bind((name, 3))
        wire.setblocking(False)
        self.sockets[wire.fileno()] = (wire, name)
        self.by_index[index] = wire

    def listen(self, family, port, where):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        udp.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)
        udp.bind(("", port))
        udp.setblocking(False)
        self.sockets[udp.fileno()] = (udp, where)

    def send(self, packets, expect):
        for number, packet in enumerate(packets):
            ident, wire, src, dst, protocol, sport, dport, flags, seq, ack, about = packet
            if about is not None:
                frame = build_error(wire, ident, src, dst, about, protocol, sport, dport)
            else:
                frame = build_frame(wire, ident, src, dst, protocol, sport, dport, flags, seq, ack)
            if about is None and protocol == "tcp":
                # An answer of a kernel's own TCP carries no payload of ours: known by its ends.
                self.pending[packed(dst) + packed(src) + pack_ports(dport, sport)] = ident
            self.by_index[wire].send(frame)
            if number % 256 == 255:
                self.drain(0)
        missing = set(expect) - self.arrived.keys()
        deadline = time.monotonic() + 0.8
        while missing and time.monotonic() < deadline:
            self.drain(0.02)
            missing -= self.arrived.keys()
        self.drain(0.002)
        return self.arrived

    def drain(self, timeout):
        while True:
            ready = self.poll.poll(timeout * 1000)
            if not ready:
                return
            for number, _ in ready:
                receiver, where = self.sockets[number]
                for _ in range(512):
                    try:
                        data, address = receiver.recvfrom(2048)
                    except BlockingIOError:
                        break
                    if where[0] != "h":
                        self.note(data, where)
                        if where == "backup":
                            # An answer makes the session `established`, which must not let it in later.
                            self.answer(receiver, address)
                    elif address[2] != 4:  # PACKET_OUTGOING: our own frame, looped back
                        self.read_frame(data, where)
            timeout = 0

    def answer(self, receiver, address):
        try:
            receiver.sendto(b"answer", address)
        except OSError:
            pass  # its ruleset may refuse, or no route leads there: the sender isn't waiting for it

    def note(self, payload, where):
        if payload[:4] == MAGIC and len(payload) >= 8:
            self.arrived[struct.unpack("!I", payload[4:8])[0]] = where

    def read_frame(self, frame, where):
        kind = frame[12:14]
        if kind == b"\x08\x00":
            protocol, start, ends = frame[23], 14 + (frame[14] & 15) * 4, frame[26:34]
            # IPv4's total length: without the padding of a short frame
            end = 14 + struct.unpack("!H", frame[16:18])[0]
        elif kind == b"\x86\xdd":
            protocol, start, ends = frame[20], 54, frame[22:54]
            if protocol == 0:  # a hop-by-hop header of 8 bytes, in front of reports of listeners
                protocol, start = frame[54], 62
            end = 54 + struct.unpack("!H", frame[18:20])[0]
        else:
            return
        if protocol == 17:
            self.note(frame[start + 8 : end], where)
        elif protocol in (1, 58):
            quoted = start + 8 + (20 if protocol == 1 else 40) + 8
            self.note(frame[quoted:end], where)
            if protocol == 58:
                self.heard.add(frame[start])
        elif protocol == 6:
            payload = frame[start + (frame[start + 12] >> 4) * 4 : end]
            if payload:
                self.note(payload, where)
                return
            ident = self.pending.get(ends + frame[start : start + 4])
            if ident is not None:
                self.arrived[ident] = "backup" if where == "hb" else "edge"

    def emit(self, packets, expect):
        """As the backup host's own programs send, but out of the middle of a session."""
        enter(self.backup)
        senders = {
            False: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            True: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
        }
        senders[True].setsockopt(socket.IPPROTO_IPV6, 36, 1)  # IPV6_HDRINCL
        enter(self.wires)
        for ident, _, src, dst, protocol, sport, dport, flags, seq, ack, _ in packets:
            data = build_packet(ident, src, dst, protocol, sport, dport, flags, seq, ack)
            try:
                senders[":" in dst].sendto(data, (dst, 0))
            except PermissionError:
                pass  # what the output hook drops is told to the sender
        for sender in senders.values():
            sender.close()
        return self.send([], expect)

    def basics(self):
        enter(self.backup)
        own = loopback()
        enter(self.wires)
        wire = self.by_index[self.backup_wire]
        found = {"loopback": own}
        for name, frame, answer in (
            ("neighbours", solicitation(self.backup_wire, "fe80::b0"), 136),
            ("listeners", listener_query(self.backup_wire), 143),
        ):
            self.heard.clear()
            wire.send(frame)
            deadline = time.monotonic() + 1
            while answer not in self.heard and time.monotonic() < deadline:
                self.drain(0.02)
            found[name] = answer in self.heard
        return found

    def connect(self, tries, answer):
        """The backup host opens connections with its own TCP; the wire accepts each SYN, or refuses by an error."""
        enter(self.backup)
        clients = {}
        by_ends = {}
        for ident, dst, port in tries:
            client = socket.socket(socket.AF_INET6 if ":" in dst else socket.AF_INET, socket.SOCK_STREAM)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.setblocking(False)
            client.connect_ex((dst, port))
            clients[ident] = client
            # The kernel takes one port of its own for several destinations.
            by_ends[packed(dst) + pack_ports(client.getsockname()[1], port)] = (ident, dst)
        enter(self.wires)
        answers = {}
        wire = self.by_index[self.backup_wire]
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and len(answers) < len(tries):
            if not select.select([wire], [], [], 0.05)[0]:
                continue
            frame, address = wire.recvfrom(2048)
            if address[2] == 4:
                continue
            ipv4 = frame[12:14] == b"\x08\x00"
            family, at, size, start = (socket.AF_INET, 26, 4, 34) if ipv4 else (socket.AF_INET6, 22, 16, 54)
            known = by_ends.get(frame[at + size : at + 2 * size] + frame[start : start + 4])
            if known is None or known[0] in answers:
                continue
            answers[known[0]] = "left"
            sport, port, seq = struct.unpack("!HHI", frame[start : start + 8])
            source = socket.inet_ntop(family, frame[at : at + size])
            if answer == "accept":
                wire.send(build_frame(self.backup_wire, None, known[1], source, "tcp", port, sport, "SA", 7, seq + 1))
            else:
                wire.send(build_error(self.backup_wire, None, known[1], source, known[1], "tcp", sport, port, seq))
        for ident, client in clients.items():
            if ident in answers and select.select([], [client], [], 1)[1]:
                error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                answers[ident] = "connected" if error == 0 else "refused"
            client.close()
        return answers

    def nft(self, machine, script):
        namespace, handle = self.machines[machine]
        enter(namespace)
        answer = handle.run(script)
        enter(self.wires)
        return answer

    def ip(self, machine, lines, family):
        enter(self.machines[machine][0])
        script = "".join(line + "\n" for line in lines)
        ended = subprocess.run(["ip", *family, "-batch", "-"], input=script, text=True, capture_output=True)
        enter(self.wires)
        return {"output": ended.stdout} if ended.returncode == 0 else {"error": ended.stderr}

    def forget(self, arrivals):
        if arrivals == "drop":
            self.arrived = {}
            self.pending = {}
        for namespace in (self.edge, self.backup):
            enter(namespace)
            netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)  # NETLINK_NETFILTER
            # IPCTNL_MSG_CT_DELETE without a tuple deletes every entry of the namespace
            netlink.send(struct.pack("=IHHIIBBH", 20, (1 << 8) | 2, 5, 1, 0, 0, 0, 0))
            netlink.recv(4096)
            netlink.close()
        enter(self.wires)


def main():
    wires = Wires(int(sys.argv[1]), [int(port) for port in sys.argv[2].split(",")])
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "send":
            answer = {"arrived": wires.send(request["packets"], request["expect"])}
        elif request["op"] == "emit":
            answer = {"arrived": wires.emit(request["packets"], request["expect"])}
        elif request["op"] == "connect":
            answer = {"answers": wires.connect(request["tries"], request["answer"])}
        elif request["op"] == "nft":
            answer = wires.nft(request["machine"], request["script"])
        elif request["op"] == "ip":
            answer = wires.ip(request["machine"], request["lines"], request["family"])
        elif request["op"] == "basics":
            answer = wires.basics()
        else:
            wires.forget(request["arrivals"])
            answer = {}
        print(json.dumps(answer), flush=True)


main()
