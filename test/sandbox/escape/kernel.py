# Tries to reach the kernel and what belongs to the whole machine: settings, devices, modules, rare system calls, rights.
import ctypes, fcntl, mmap, os, stat, struct, subprocess, sys
from lib import NEWCGROUP, NEWNET, NEWNS, NEWPID, NEWUTS, X86, attempts, checked, enter, in_child, libc, main, syscall


def set_knob(path, value):
    """A setting, by its name and through every other view of /proc and /sys."""
    for view in ("", "/proc/self/root", "/proc/1/root", "/proc/thread-self/root"):
        attempts(lambda: open(f"{view}{path}", "w").write(value))


def set_knob_nested(path, value, scratch):
    """The same with a /proc and a /sys of our own mounting."""
    def work():
        enter(NEWNS | NEWPID | NEWNET)
        in_child(inner)

    def inner():
        os.makedirs(f"{scratch}/fresh", exist_ok=True)
        for kind in ("proc", "sysfs"):
            top = "/proc" if kind == "proc" else "/sys"
            attempts(
                lambda: checked(libc.mount(kind.encode(), f"{scratch}/fresh".encode(), kind.encode(), 0, None)),
                lambda: open(f"{scratch}/fresh{path.removeprefix(top)}", "w").write(value),
                lambda: checked(libc.mount(None, top.encode(), None, 32 | 4096, None)),
                lambda: checked(libc.umount2(f"{top}/sys".encode(), 2)),
            )
        set_knob(path, value)
    in_child(work)


def domain(name):
    syscall("setdomainname", name.encode(), len(name))


def group(folder):
    os.mkdir(folder)


def group_nested(scratch, name):
    """A tree of control groups of our own mounting, in a group namespace of our own."""
    def work():
        enter(NEWNS | NEWCGROUP)
        for kind, data in (("cgroup2", None), ("cgroup", b"none,name=systemd"), ("cgroup", b"pids"), ("cgroup", b"freezer")):
            target = f"{scratch}/{kind}{(data or b'').decode().replace(',', '')}"
            os.makedirs(target, exist_ok=True)
            attempts(
                lambda: checked(libc.mount(kind.encode(), target.encode(), kind.encode(), 0, data)),
                lambda: os.mkdir(f"{target}/{name}"),
            )
    in_child(work)


def node(path, kind, major, minor):
    """A device node of our own."""
    os.mknod(path, (stat.S_IFBLK if kind == "block" else stat.S_IFCHR) | 0o666, os.makedev(int(major), int(minor)))
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    print("opened")


def loop(number):
    fcntl.ioctl(os.open("/dev/loop-control", os.O_RDWR), 0x4C80, int(number))  # LOOP_CTL_ADD


def log(text):
    attempts(lambda: open("/dev/kmsg", "w").write(f"{text}\n"), lambda: open("/proc/kmsg", "w").write(f"{text}\n"))


def ring():
    print("opened", syscall("io_uring_setup", 4, ctypes.create_string_buffer(120)))


def bpf():
    print("opened", syscall("bpf", 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(48), 64))


def perf():
    attribute = bytearray(112)
    struct.pack_into("IIQ", attribute, 0, 1, 112, 9)
    attribute[40] = 0x60  # not the kernel, not the hypervisor
    print("opened", syscall("perf_event_open", bytes(attribute), 0, -1, -1, 0))


def page_faults():
    attempts(
        lambda: print("opened", syscall("userfaultfd", 1)),
        lambda: print("opened", syscall("userfaultfd", 0)),
        lambda: print("opened", os.open("/dev/userfaultfd", os.O_RDWR)),
    )


def machine_code(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


def old_gate():
    """socket(AF_INET, SOCK_STREAM, 0) by the 32-bit door, whose numbers are other ones."""
    code = b"\x53\xb8" + (359).to_bytes(4, "little") + b"\xbb\x02\0\0\0\xb9\x01\0\0\0\x31\xd2\xcd\x80\x5b\xc3"
    if machine_code(code) >= 0:
        print("opened")


def wide_numbers():
    """Numbers that mean the same to the kernel and something else to a careless filter."""
    for number in (41 | 1 << 32, 41 | 1 << 63, 0x40000000 | 41):
        result = libc.syscall(ctypes.c_ulong(number), 2, 1, 0)
        if result >= 0:
            print("opened")


def wide_arguments():
    """Only the low half of a family counts."""
    for family in (2 | 1 << 32, 2 | 1 << 63):
        if libc.syscall(ctypes.c_long(41 if X86 else 198), ctypes.c_ulong(family), ctypes.c_ulong(1), 0) >= 0:
            print("opened")
    for kind in (2, 3, 5 | 1 << 32, 2 | 1 << 32):
        if libc.syscall(ctypes.c_long(53 if X86 else 199), ctypes.c_ulong(1 | 1 << 32), ctypes.c_ulong(kind), 0, ctypes.create_string_buffer(8)) >= 0 and kind & 15 != 5:
            print("opened")


def become_root(program):
    print(subprocess.run([program, "-u"], capture_output=True, text=True).stdout)


def become_root_by_descriptor(program):
    """The program as an open file without a name, so that no path tells what it was."""
    fd = os.open(program, os.O_RDONLY)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.dup2(writer, 1)
        os.execve(fd, ["id", "-u"], {})
    os.close(writer)
    print(os.read(reader, 99).decode())


def become_other(uid):
    """Another user, whose files and processes are then ours."""
    attempts(
        lambda: (os.setgroups([int(uid)]), print("became", os.getgroups())),
        lambda: (os.setresgid(int(uid), int(uid), int(uid)), print("became", os.getgid())),
        lambda: (os.setresuid(int(uid), int(uid), int(uid)), print("became", os.getuid())),
    )


def file_rights(path):
    """Rights on a program, for the next one who starts it outside."""
    rights = struct.pack("<IIIII", 0x02000001, 0xFFFFFFFF, 0, 0x1FF, 0)
    versioned = struct.pack("<IIIIII", 0x03000001, 0xFFFFFFFF, 0, 0x1FF, 0, 0)
    open(path, "w").close()
    attempts(lambda: os.setxattr(path, "security.capability", rights))
    def inner():
        enter(NEWNS)
        attempts(lambda: os.setxattr(path, "security.capability", versioned), lambda: os.setxattr(path, "security.capability", rights))
    in_child(inner)


main([f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"])
