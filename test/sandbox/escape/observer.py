# Stands outside the sandbox as the one who is attacked. Says `ready ARGUMENTS…`; when its stdin ends it tells what reached it.
import ctypes, fcntl, json, mmap, os, pty, select, signal, socket, struct, sys, threading, time, tty
from lib import attempts, libc, syscall


def ready(*words):
    print("ready", *words, flush=True)
    sys.stdin.read()


def process(file):
    """Holds a secret in its memory, a file open for writing, and counts what is done to it."""
    os.setpgid(0, 0)
    seen = []
    signal.signal(signal.SIGURG, lambda *_: seen.append("signal"))
    secret = ctypes.create_string_buffer(b"ESCAPE_SECRET=" + os.environ["ESCAPE_SECRET"].encode() + b"\0\0")
    target = ctypes.create_string_buffer(b"intact", 64)
    fd = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.set_inheritable(fd, True)
    before = state()
    ready(os.getpid(), ctypes.addressof(target), fd, ctypes.addressof(secret))
    if target.value != b"intact":
        seen.append("memory")
    if state() != before:
        seen.append("state")
    print(*seen)


def state():
    """What others can set about us."""
    names = ("oom_score_adj", "coredump_filter", "limits")
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    return [open(f"/proc/self/{name}").read() for name in names], os.sched_getaffinity(0), nice, libc.syscall(252 if os.uname().machine == "x86_64" else 31, 1, 0)


def listener(family, kind, address):
    """A server for one message, however it comes."""
    s = socket.socket(family, kind)
    s.bind(address)
    if kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        s.listen()
    return s


def report(s, kind):
    """What a server got, with patience for what is on its way."""
    s.settimeout(0.1)
    def step():
        peer = s.accept()[0] if kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET) else s
        peer.settimeout(0.1)
        print("connected" if peer is not s else "", peer.recv(99))
    attempts(step)


def unix(kind, address):
    number = getattr(socket, f"SOCK_{kind}")
    s = listener(socket.AF_UNIX, number, "\0" + address[1:] if address[0] == "@" else address)
    if address[0] != "@":
        os.chmod(address, 0o777)
    ready(kind, address)
    report(s, number)


def inet(family, kind):
    number = getattr(socket, f"SOCK_{kind}")
    s = listener(getattr(socket, f"AF_{family}"), number, ("127.0.0.1" if family == "INET" else "::1", 0))
    ready(family, kind, s.getsockname()[1])
    report(s, number)


def netlink():
    s = socket.socket(16, socket.SOCK_RAW, 2)
    s.bind((0, 0))
    ready(s.getsockname()[0])
    report(s, socket.SOCK_RAW)


def packet(device):
    s = socket.socket(17, socket.SOCK_RAW, socket.htons(0x88B5))
    s.bind((device, 0x88B5))
    ready(device)
    report(s, socket.SOCK_RAW)


def shared_memory():
    key = os.getpid()
    made = syscall("shmget", key, 4096, 0o1666)
    libc.shmat.restype = ctypes.c_void_p
    where = libc.shmat(made, None, 0)
    ready(key)
    print(ctypes.string_at(where))
    libc.shmctl(made, 0, None)


def semaphore():
    key = os.getpid()
    made = syscall("semget", key, 1, 0o1666)
    ready(key)
    print("harmed" if syscall("semctl", made, 0, 12) else "")
    syscall("semctl", made, 0, 0)


def message():
    key = os.getpid()
    made = syscall("msgget", key, 0o1666)
    ready(key)
    buffer = ctypes.create_string_buffer(64)
    attempts(lambda: (libc.msgrcv(made, buffer, 32, 0, 0o4000), print(buffer.raw)))
    libc.msgctl(made, 0, None)


def posix_queue():
    name = f"codex-{os.getpid()}"
    queue = syscall("mq_open", name.encode(), os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o666, struct.pack("8q", 0, 4, 64, 0, 0, 0, 0, 0))
    ready(name)
    buffer = ctypes.create_string_buffer(64)
    attempts(lambda: (syscall(243 if os.uname().machine == "x86_64" else 183, queue, buffer, 64, None, None), print(buffer.raw)))
    syscall(241 if os.uname().machine == "x86_64" else 181, name.encode())


def posix_memory():
    path = f"/dev/shm/codex-{os.getpid()}"
    with open(path, "w+b") as file:
        file.write(b"intact")
        file.flush()
        ready(path)
        file.seek(0)
        print(file.read())
    os.unlink(path)


def terminal():
    master, slave = pty.openpty()
    tty.setraw(slave)
    ready(os.ttyname(slave))
    if select.select([master], [], [], 0.1)[0]:
        print(os.read(master, 99))


def pipe(path):
    os.mkfifo(path, 0o666)
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    ready(path)
    print(os.read(fd, 99))


def kernel_log(text):
    """Reads the log from now on."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    os.lseek(fd, 0, 2)
    ready(text)
    while True:
        print(os.read(fd, 8192), flush=True)


functions = {f.__name__: f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"}
functions[sys.argv[1]](*sys.argv[2:])
