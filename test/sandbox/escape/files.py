# Tries to change files where it may not, by every name and descriptor that leads to them.
import ctypes, fcntl, os, random, sys, time
from lib import attempts, main, overwrite, syscall

RENAME_EXCHANGE = 2


def write(path):
    overwrite(path)


def create(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    overwrite(path)


def append(path):
    with open(path, "a") as file:
        file.write("harmed\n")


def link(target, name):
    if os.path.islink(name):
        os.unlink(name)
    os.symlink(target, name)


def through_new_link(target, link):
    os.symlink(target, link)
    overwrite(link)


def through_hard_link(target, link):
    os.link(target, link)
    overwrite(link)


def through_descriptor(path):
    overwrite(f"/proc/self/fd/{os.open(path, os.O_RDONLY)}")


def through_path_descriptor(path):
    overwrite(f"/proc/self/fd/{os.open(path, os.O_PATH)}")


def through_threads(path):
    attempts(*[lambda door=door: overwrite(f"{door}{path}") for door in ("/proc/self/root", "/proc/thread-self/root", "/proc/self/task/%d/root" % os.getpid())])


def through_every_root(path):
    doors = [f"/proc/{pid}/{name}" for pid in os.listdir("/proc") if pid.isdigit() for name in ("root", "cwd/../../../../../../../..")]
    attempts(*[lambda door=door: overwrite(f"{door}{path}") for door in doors])


def through_handle(path):
    handle = ctypes.create_string_buffer(136)
    ctypes.c_uint.from_buffer(handle).value = 128
    mount = ctypes.c_int()
    syscall("name_to_handle_at", -100, path.encode(), handle, ctypes.byref(mount), 0)
    fd = syscall("open_by_handle_at", os.open(os.path.dirname(path), os.O_RDONLY), handle, os.O_WRONLY | os.O_TRUNC)
    os.write(fd, b"harmed\n")


def move_in(path, inside):
    os.rename(path, inside)


def move_over(inside, path):
    overwrite(inside)
    os.rename(inside, path)


def swap_with(path, inside):
    overwrite(inside)
    syscall("renameat2", -100, path.encode(), -100, inside.encode(), RENAME_EXCHANGE)


def remove(path):
    os.unlink(path)


def chmod(path):
    os.chmod(path, 0o4711)


def chmod_descriptor(path):
    os.fchmod(os.open(path, os.O_RDONLY), 0o4711)


def touch(path):
    os.utime(path, (1, 1))


def attribute(path):
    os.setxattr(path, "user.harmed", b"1")


def truncate(path):
    os.truncate(path, 0)


def inode_flags(path):
    fd = os.open(path, os.O_RDONLY)
    fcntl.ioctl(fd, 0x40086602, (0x40).to_bytes(8, "little"))  # FS_IOC_SETFLAGS: no dump


def nameless(folder, target):
    """A file without a name, made where that is allowed, gets its name where it is not."""
    fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY)
    os.write(fd, b"harmed\n")
    syscall("linkat", -100, f"/proc/self/fd/{fd}".encode(), -100, target.encode(), 0x400)


def race(folder, outside):
    """One process swaps a folder and a link for each other while another writes below their common name."""
    here, there = f"{folder}/race", f"{folder}/race-link"
    os.mkdir(here)
    os.symlink(outside, there)
    child = os.fork()
    while child == 0:
        syscall("renameat2", -100, here.encode(), -100, there.encode(), RENAME_EXCHANGE)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        attempts(lambda: overwrite(f"{here}/planted"))
    os.kill(child, 9)


def exchange(one, other):
    """Swaps two names for each other until it is ended: in bursts, with rests in which either may be looked at."""
    while True:
        for _ in range(random.randrange(1, 200)):
            syscall("renameat2", -100, one.encode(), -100, other.encode(), RENAME_EXCHANGE)
        time.sleep(random.random() * 0.01)


def replace_folder(folder, name):
    """Moves a protected folder away, or swaps or covers it, to put our own in its place."""
    own = f"{folder}/own"
    os.makedirs(f"{own}/hooks")
    overwrite(f"{own}/planted")
    target = f"{folder}/{name}"
    attempts(
        lambda: os.rename(target, f"{folder}/moved"),
        lambda: os.rename(own, target),
        lambda: syscall("renameat2", -100, own.encode(), -100, target.encode(), RENAME_EXCHANGE),
        lambda: os.rmdir(target),
        lambda: os.rename(own, target),
    )


def link_in_place(folder, name, outside):
    target = f"{folder}/{name}"
    attempts(lambda: os.rename(target, f"{folder}/moved"), lambda: os.rmdir(target), lambda: os.symlink(outside, target))


def move_parents(workspace, stop, name):
    """Moves the workspace, or a folder above it, and builds another one in its place."""
    at = workspace
    while at != stop and at != "/":
        attempts(lambda: os.rename(at, f"{at}-moved"))
        at = os.path.dirname(at)
    attempts(lambda: create(f"{workspace}/{name}/planted"))


def after_the_end(folder, name):
    """Leaves processes behind that build the protected folder as soon as nothing holds its place."""
    for _ in range(4):
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                attempts(lambda: os.rmdir(f"{folder}/{name}"), lambda: create(f"{folder}/{name}/planted"))
            os._exit(0)


def inherited(name):
    """Every descriptor that came with us: written to, opened anew, and used as a folder."""
    sys.stderr = open(os.devnull, "w")
    for fd in range(3, 1024):
        attempts(
            lambda: os.write(fd, b"harmed\n"),
            lambda: overwrite(f"/proc/self/fd/{fd}"),
            lambda: os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=fd)),
            lambda: os.close(os.open(f"/proc/self/fd/{fd}/{name}", os.O_CREAT | os.O_WRONLY)),
        )


def shorten():
    """The file that is our stdout."""
    overwrite("/proc/self/fd/1")


main([f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"])
