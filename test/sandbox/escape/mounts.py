# Tries to write a file behind a read-only mount: by changing the mount, going round it, or leaving its namespace.
import ctypes, fcntl, os, sys
from lib import NEWNS, NEWPID, attempts, checked, enter, in_child, libc, main, overwrite, syscall

MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
AT_RECURSIVE, AT_EMPTY_PATH, CLONE_TREE = 0x8000, 0x1000, 1


def mount(source, target, kind, flags, data=None):
    checked(libc.mount(*[text and text.encode() for text in (source, target, kind)], ctypes.c_ulong(flags), data and data.encode()))


def umount(target):
    checked(libc.umount2(target.encode(), 2))


def attributes(fd, path, clear):
    block = (ctypes.c_ulonglong * 4)(0, clear, 0, 0)
    syscall("mount_setattr", fd, path, AT_EMPTY_PATH | AT_RECURSIVE, block, 32)


def mount_of(path):
    """The mount that holds a path, by the list of mounts."""
    points = [line.split()[4] for line in open("/proc/self/mountinfo")]
    return max((p for p in points if path == p or path.startswith(p.rstrip("/") + "/")), key=len)


def remount(path, scratch):
    attempts(
        lambda: mount(None, mount_of(path), None, MS_REMOUNT | MS_BIND),
        lambda: mount(None, mount_of(path), None, MS_REMOUNT),
        lambda: mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_REC),
    )
    overwrite(path)


def set_attributes(path, scratch):
    attempts(lambda: attributes(-100, b"/", 1), lambda: attributes(-100, mount_of(path).encode(), 1))
    overwrite(path)


def clone_tree(path, scratch):
    """A copy of the mount tree that nothing is attached to, made writable."""
    for flags in (CLONE_TREE, CLONE_TREE | AT_RECURSIVE):
        for source in ("/", os.path.dirname(path)):
            def step():
                fd = syscall("open_tree", -100, source.encode(), flags)
                attempts(lambda: attributes(fd, b"", 1))
                overwrite(f"/proc/self/fd/{fd}/{os.path.relpath(path, source)}")
            attempts(step)


def bind(path, scratch):
    target = f"{scratch}/mountpoint"
    os.makedirs(target, exist_ok=True)
    for flags in (MS_BIND, MS_BIND | MS_REC):
        attempts(
            lambda: mount(os.path.dirname(path), target, None, flags),
            lambda: mount(None, target, None, MS_REMOUNT | MS_BIND),
            lambda: overwrite(f"{target}/{os.path.basename(path)}"),
            lambda: umount(target),
        )


def bind_parent(path, scratch):
    """The tree above the path without what is mounted in it: there the path may be as it was."""
    target = f"{scratch}/mountpoint"
    os.makedirs(target, exist_ok=True)
    at = os.path.dirname(path)
    while at != "/":
        attempts(
            lambda: mount(at, target, None, MS_BIND),
            lambda: overwrite(f"{target}/{os.path.relpath(path, at)}"),
            lambda: umount(target),
        )
        at = os.path.dirname(at)


def unmount(path, scratch):
    for _ in range(8):
        attempts(lambda: umount(mount_of(path)), lambda: umount(os.path.dirname(path)))
    overwrite(path)


def overlay(path, scratch):
    """A writable layer below a read-only mount is the file itself."""
    target, work = f"{scratch}/mountpoint", f"{scratch}/work"
    for at in (os.path.dirname(path), os.path.dirname(os.path.dirname(path))):
        os.makedirs(target, exist_ok=True)
        os.makedirs(work, exist_ok=True)
        for place in (work, f"{at}/.work"):
            attempts(
                lambda: os.makedirs(place, exist_ok=True),
                lambda: mount("overlay", target, "overlay", 0, f"lowerdir=/usr,upperdir={at},workdir={place},userxattr"),
                lambda: overwrite(f"{target}/{os.path.relpath(path, at)}"),
                lambda: umount(target),
                lambda: os.chmod(f"{place}/work", 0o700),  # or nobody can clear it away
            )


def reconfigure(path, scratch):
    """The file system itself, not the mount."""
    fd = syscall("fspick", -100, mount_of(path).encode(), 0)
    attempts(
        lambda: syscall("fsconfig", fd, 0, b"rw", None, 0),
        lambda: syscall("fsconfig", fd, 7, None, None, 0),
    )
    overwrite(path)


def change_root(path, scratch):
    """Puts another root in place of ours, and leaves a root that we have changed to, by a folder kept from before."""
    root = f"{scratch}/root"
    os.makedirs(root, exist_ok=True)
    def pivot():
        attempts(
            lambda: mount("/", root, None, MS_BIND | MS_REC),
            lambda: os.makedirs(f"{root}/{scratch}/old", exist_ok=True),
            lambda: syscall("pivot_root", root.encode(), f"{root}/{scratch}/old".encode()),
            lambda: mount(None, "/", None, MS_REMOUNT | MS_BIND),
        )
        attempts(lambda: overwrite(f"{scratch}/old{path}"), lambda: overwrite(path))
    def leave():
        attempts(lambda: os.chroot(scratch), lambda: [os.chdir("..") for _ in range(32)], lambda: os.chroot("."))
        attempts(lambda: overwrite(f"/proc/self/root{path}"), lambda: overwrite(path))
    in_child(pivot)
    in_child(leave)


def other_namespaces(path, scratch):
    """Into the namespaces of every process we can name, by file and by process descriptor."""
    for pid in [p for p in os.listdir("/proc") if p.isdigit()][:64]:
        def enter_all():
            attempts(
                lambda: syscall("setns", os.open(f"/proc/{pid}/ns/user", os.O_RDONLY), 0),
                lambda: syscall("setns", os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY), 0),
                lambda: syscall("setns", syscall("pidfd_open", int(pid), 0), NEWNS),
            )
            overwrite(path)
        in_child(enter_all)


def parent_namespaces(path, scratch):
    """Up from our own namespaces: their owners and parents."""
    for name in ("user", "pid", "mnt", "uts", "cgroup", "ipc", "net", "time"):
        def step():
            fd = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
            for request in (0xB701, 0xB702):  # NS_GET_USERNS, NS_GET_PARENT
                for _ in range(3):
                    fd = fcntl.ioctl(fd, request)
                    attempts(lambda: syscall("setns", fd, 0))
        attempts(step)
    attempts(lambda: mount(None, "/", None, MS_REMOUNT | MS_BIND))
    overwrite(path)


def nested(name, path, scratch):
    """The same within a user namespace of our own, where we have every right."""
    def work():
        enter(NEWNS)
        attempts(lambda: mount(None, "/", None, MS_REC | MS_PRIVATE))
        globals()[name](path, scratch)
    in_child(work)


def nested_twice(name, path, scratch):
    in_child(lambda: (enter(NEWNS), nested(name, path, scratch)))


main([f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"])
