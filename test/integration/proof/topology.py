"""Namespaces without a name, and the veth pairs between them; for wire.py."""
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def new_namespace():
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def ip_batch(lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def sysctl(name, value):
    with open("/proc/sys/" + name, "w") as setting:
        setting.write(value)


def mac_text(index):
    """The edge's end of a wire; `frames.py` writes the same address."""
    return "02:00:00:00:00:%02x" % index


def build(count, edge, backup, wires):
    """Lays the wires and makes a router of the edge; called, and left, in the namespace `wires`."""
    pid = os.getpid()
    lines = []
    for index in range(count):
        lines.append(
            "link add h%d arp off type veth peer name p%d address %s arp off netns /proc/%d/fd/%d"
            % (index, index, mac_text(index), pid, edge)
        )
    lines.append(
        "link add hb arp off type veth peer name b0 address %s arp off netns /proc/%d/fd/%d"
        % (mac_text(count), pid, backup)
    )
    lines += ["link set h%d addrgenmode none up" % index for index in range(count)]
    lines.append("link set hb addrgenmode none up")
    ip_batch(lines)
    enter(edge)
    sysctl("net/ipv4/ip_forward", "1")
    sysctl("net/ipv6/conf/all/forwarding", "1")
    for name in os.listdir("/proc/sys/net/ipv4/conf"):
        sysctl("net/ipv4/conf/%s/rp_filter" % name, "0")
        sysctl("net/ipv4/conf/%s/send_redirects" % name, "0")
    lines = ["link set lo up"]
    for index in range(count):
        lines.append("link set p%d addrgenmode none up" % index)
        lines.append("addr add 198.18.%d.1/32 dev p%d" % (index, index))
        lines.append("addr add 2001:2:0:%x::1/128 dev p%d nodad" % (index, index))
    ip_batch(lines)
    enter(backup)
    for name in os.listdir("/proc/sys/net/ipv4/conf"):
        sysctl("net/ipv4/conf/%s/rp_filter" % name, "0")
    # Sessions are begun and left there.
    sysctl("net/ipv4/tcp_synack_retries", "0")
    sysctl("net/ipv4/tcp_max_syn_backlog", "4096")
    # Given once: each time it is, reports of listeners go out that nobody asked for.
    ip_batch(["link set lo up", "link set b0 addrgenmode none up", "addr add fe80::b0/64 dev b0 nodad"])
    enter(wires)
