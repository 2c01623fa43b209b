"""mmdb.py - a country file in MaxMind's format, of a few networks.

After the description of format version 2.0: a search tree of 24-bit records,
16 zero bytes, data, a marker, metadata.
"""
import ipaddress
import struct

MARKER = b"\xab\xcd\xefMaxMind.com"


def text(value):
    data = value.encode()
    assert len(data) < 29
    return bytes([2 << 5 | len(data)]) + data


def number(kind, value):
    """uint16 is type 5, uint32 6; an extended type has its own byte."""
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if kind < 8:
        return bytes([kind << 5 | len(data)]) + data
    return bytes([len(data), kind - 7]) + data


def mapping(pairs):
    return bytes([7 << 5 | len(pairs)]) + b"".join(
        text(key) + value for key, value in pairs)


def build(networks):
    """networks: {"192.0.2.0/24": "DE"}; IPv4 only."""
    nodes, data, places = [[None, None]], b"", {}
    for network, code in networks.items():
        net = ipaddress.ip_network(network)
        if code not in places:
            places[code] = len(data)
            data += mapping([("country",
                              mapping([("iso_code", text(code))]))])
        bits = bin(int(net.network_address))[2:].zfill(32)[:net.prefixlen]
        at = 0
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][int(bits[-1])] = ("data", places[code])
    tree = b""
    for node in nodes:
        for record in node:
            if record is None:
                record = len(nodes)
            elif isinstance(record, tuple):
                record = len(nodes) + 16 + record[1]
            tree += struct.pack(">I", record)[1:]
    metadata = mapping([
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1767225600)),
        ("database_type", text("Test")),
        ("description", mapping([("en", text("test"))])),
        ("ip_version", number(5, 4)),
        ("languages", bytes([1, 11 - 7]) + text("en")),
        ("node_count", number(6, len(nodes))),
        ("record_size", number(5, 24)),
    ])
    return tree + bytes(16) + data + MARKER + metadata
