# Starts a program that inherits something it should not be able to use: descriptors, a terminal, key rings.
import fcntl, os, pty, select, socket, sys, tty
from lib import syscall


def descriptors(folder, *command):
    """Many open things at numbers that no program expects: files, folders, sockets, a pipe."""
    opened = [
        os.open(f"{folder}/file", os.O_WRONLY | os.O_APPEND), os.open(f"{folder}/file", os.O_RDWR),
        os.open(f"{folder}/file", os.O_RDONLY), os.open(folder, os.O_RDONLY), os.open(folder, os.O_PATH),
        os.open("/", os.O_PATH), os.open("/proc", os.O_RDONLY),
    ]
    for number, fd in zip((3, 4, 7, 57, 58, 300, 1001), [fcntl.fcntl(fd, fcntl.F_DUPFD, 1010) for fd in opened]):
        os.dup2(fd, number, inheritable=True)
        os.close(fd)
    os.execvp(command[0], command)


def standard_input(mode, path, *command):
    """`deleted` is a file that somebody else still has open but that has no name any more."""
    flags = {"file": os.O_RDONLY, "folder": os.O_RDONLY, "path": os.O_PATH, "deleted": os.O_RDONLY}[mode]
    os.dup2(os.open(path, flags), 0)
    if mode == "deleted":
        writer = os.open(path, os.O_RDONLY)
        os.unlink(path)
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            print("left", os.read(writer, 99), flush=True)
            os._exit(0)
    os.execvp(command[0], command)


def output(path, *command):
    """A file that what is written to is appended to."""
    os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), 1)
    os.execvp(command[0], command)


def terminal(*command):
    """A terminal of its own, as a user's; afterwards tells what was typed into it."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, 0x540E, 0)
        for fd in range(3):
            os.dup2(slave, fd)
        os.execvp(command[0], command)
    # What the terminal shows is taken, so that nobody waits for room.
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if select.select([master], [], [], 0.05)[0]:
            os.read(master, 4096)
    if select.select([slave], [], [], 0)[0]:
        print("typed", os.read(slave, 99))


def keys(name, *command):
    """A session key ring with a key in it, which children share; afterwards tells whether there is another."""
    syscall("keyctl", 1, None)
    syscall("add_key", b"user", name.encode(), b"ESCAPE_SECRET", 13, -3)
    if os.fork() == 0:
        os.execvp(command[0], command)
    os.wait()
    try:
        print("planted", syscall("keyctl", 10, -3, b"user", b"planted", 0))
    except OSError:
        pass


globals()[sys.argv[1]](*sys.argv[2:])
