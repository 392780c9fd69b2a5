"""Runs a program that knows nothing of endpoints where AWS's own names lead to the sandbox.

    namespace.py relay SOCKET PORT               outside: from a socket file to the sandbox's port
    namespace.py inside SOCKET PEM HOSTS CMD...  inside `unshare -n -m`: TLS on 127.0.0.1:443

Run by tests/real_clients/debian_cli.rs. A socket file is the one way between the two, because a
network namespace of its own has no other network than its own loopback.
"""

import fcntl
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(near, connect):
    try:
        far = connect()
    except OSError:
        near.close()
        return
    back = threading.Thread(target=pump, args=(far, near), daemon=True)
    back.start()
    pump(near, far)
    back.join()
    near.close()
    far.close()


def serve(listener, accept, connect):
    while True:
        plain, _ = listener.accept()

        def one(plain=plain):
            try:
                near = accept(plain)
            except OSError:
                plain.close()
                return
            join(near, connect)

        threading.Thread(target=one, daemon=True).start()


def unix(path):
    far = socket.socket(socket.AF_UNIX)
    far.connect(path)
    return far


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = 0x1 | 0x40
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", up_and_running))


def relay(path, port):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    serve(listener, lambda plain: plain, lambda: socket.create_connection(("127.0.0.1", port)))


def inside(path, pem, hosts, command):
    raise_loopback()
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 443))
    accept = lambda plain: context.wrap_socket(plain, server_side=True)
    threading.Thread(target=serve, args=(listener, accept, lambda: unix(path)), daemon=True).start()
    return subprocess.run(command).returncode


if sys.argv[1] == "relay":
    relay(sys.argv[2], int(sys.argv[3]))
else:
    # Not sys.exit: a thread in a system call must not hold the end up.
    code = inside(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:])
    sys.stdout.flush()
    os._exit(code)
