#!/usr/bin/env python3
# Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
"""A cable between two network namespaces that delays and loses packets, for kernels without netem.

    slow-link.py NAME_A NAME_B COMMANDS    makes two TUN devices, says "ready", and passes packets between them

COMMANDS is a FIFO or a file that grows; each line there is "DELAY JITTER LOSS", in ms, ms and per cent, and holds from then
on, in both directions: a packet takes DELAY ms, give or take up to JITTER (evenly spread, so packets may overtake each
other), and is lost with a chance of LOSS. Ends when it is killed. Needs root; adds some 0.1 ms itself.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MOST_BYTES = 65536


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main():
    chance = random.Random(7)
    a, b = open_tun(sys.argv[1]), open_tun(sys.argv[2])
    other = {a: b, b: a}
    commands = os.open(sys.argv[3], os.O_RDWR | os.O_NONBLOCK)
    delay = jitter = loss = 0.0
    under_way = []
    number = 0
    print("ready", flush=True)
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([a, b, commands], [], [], wait)
        now = time.monotonic()
        if commands in readable:
            line = os.read(commands, 4096).decode().strip().splitlines()[-1]
            delay, jitter, loss = (float(word) for word in line.split())
        for device in (a, b):
            while device in readable:
                try:
                    packet = os.read(device, MOST_BYTES)
                except OSError:  # nothing more, or the cable is pulled
                    break
                if chance.uniform(0, 100) >= loss:
                    due = now + (delay + chance.uniform(-jitter, jitter)) / 1000
                    number += 1
                    heapq.heappush(under_way, (due, number, other[device], packet))
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            _, _, device, packet = heapq.heappop(under_way)
            try:
                os.write(device, packet)
            except OSError:  # the cable is pulled there
                pass


main()
