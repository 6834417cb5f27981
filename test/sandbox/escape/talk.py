# Tries to talk to somebody outside: sockets of every family, shared memory, queues, keys, terminals.
import ctypes, fcntl, mmap, os, pty, socket, struct, sys, time
from lib import NEWNET, NEWNS, NEWUTS, attempts, checked, enter, in_child, libc, main, syscall

MESSAGE = b"harmed"


def unix(kind, address):
    """`kind` names a socket type; an address that begins with @ is abstract."""
    place = "\0" + address[1:] if address[0] == "@" else address
    number = getattr(socket, f"SOCK_{kind}")
    for make in (lambda: socket.socket(socket.AF_UNIX, number), lambda: socket.socketpair(socket.AF_UNIX, number)[0]):
        attempts(
            lambda: (s := make(), s.connect(place), s.sendall(MESSAGE)),
            lambda: make().sendto(MESSAGE, place),
            lambda: make().sendmsg([MESSAGE], [], 0, place),
        )


def inet(family, kind, port):
    number = getattr(socket, f"SOCK_{kind}")
    host = "127.0.0.1" if family == "INET" else "::1"
    make = lambda: socket.socket(getattr(socket, f"AF_{family}"), number)
    attempts(
        lambda: (s := make(), s.settimeout(2), s.connect((host, int(port))), s.sendall(MESSAGE)),
        lambda: make().sendto(MESSAGE, 0x20000000, (host, int(port))),  # with the connection, in one call
        lambda: make().sendmsg([MESSAGE], [], 0, (host, int(port))),
    )


def inet_nested(family, kind, port):
    in_child(lambda: (enter(NEWNS), inet(family, kind, port)))


def netlink(port):
    s = socket.socket(16, socket.SOCK_RAW, 2)
    s.sendto(struct.pack("=IHHII", 16 + len(MESSAGE), 0x10, 1, 0, 0) + MESSAGE, (int(port), 0))


def packet(device):
    s = socket.socket(17, socket.SOCK_RAW, socket.htons(0x88B5))
    s.bind((device, 0x88B5))
    s.send(b"\xff" * 6 + b"\0" * 6 + b"\x88\xb5" + MESSAGE + b"\0" * 50)


def families(*numbers):
    for number in numbers:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            attempts(lambda: (socket.socket(int(number), kind), print("opened", number)))


def shared_memory(key):
    libc.shmat.restype = ctypes.c_void_p
    where = libc.shmat(syscall("shmget", int(key), 0, 0), None, 0)
    if where in (None, ctypes.c_void_p(-1).value):
        raise OSError("not attached")
    ctypes.memmove(where, MESSAGE, len(MESSAGE))


def semaphore(key):
    syscall("semctl", syscall("semget", int(key), 0, 0), 0, 16, 7)  # SETVAL


def message(key):
    syscall("msgsnd", syscall("msgget", int(key), 0), struct.pack("l", 1) + MESSAGE, len(MESSAGE), 0)


def posix_queue(name):
    queue = syscall("mq_open", name.encode(), os.O_WRONLY, 0, None)
    syscall("mq_timedsend", queue, MESSAGE, len(MESSAGE), 0, None)


def posix_memory(path):
    with open(path, "r+b") as file:
        file.write(MESSAGE)


def leave_memory(path):
    with open(path, "wb") as file:
        file.write(MESSAGE)


def keys(name):
    """Reads a key of the session, user and thread key rings that came with us, and asks for it by name."""
    for ring in (-3, -4, -5, -1, -2):
        def step():
            found = syscall("keyctl", 10, ring, b"user", name.encode(), 0)  # SEARCH
            buffer = ctypes.create_string_buffer(64)
            syscall("keyctl", 11, found, buffer, 64)  # READ
            print(buffer.value)
        attempts(step)
    attempts(lambda: print("found", syscall("request_key", b"user", name.encode(), None, 0)))


def add_key(name):
    """Puts a key where the processes that share our key rings find it."""
    for ring in (-3, -4, -5):
        attempts(lambda: syscall("add_key", b"user", name.encode(), MESSAGE, len(MESSAGE), ring))


def terminal(path):
    """Onto somebody's screen."""
    attempts(lambda: os.write(os.open(path, os.O_WRONLY | os.O_NOCTTY), MESSAGE), lambda: os.write(os.open(f"/proc/1/root{path}", os.O_WRONLY | os.O_NOCTTY), MESSAGE))


def type_ahead():
    """Types into the terminal that we were started from, as its user."""
    for fd in (0, 1, 2, "/dev/tty", "/dev/console", "/proc/self/fd/0"):
        def step():
            number = fd if isinstance(fd, int) else os.open(fd, os.O_RDWR)
            attempts(lambda: fcntl.ioctl(number, 0x540E, 1))  # make it ours first
            for byte in b"harmed\n":
                fcntl.ioctl(number, 0x5412, bytes([byte]))
        attempts(step)
    attempts(lambda: fcntl.ioctl(0, 0x541C, b"\x03"))
    # The upper half of a request number is not looked at by the kernel, but may be by a filter.
    for byte in b"harmed\n":
        attempts(lambda: syscall(16 if os.uname().machine == "x86_64" else 29, 0, 0x5412 | 1 << 32, ctypes.c_char_p(bytes([byte]))))


def pipe(path):
    os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), MESSAGE)


main([f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"])
