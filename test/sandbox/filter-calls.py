# Runs a program on what looks like another system: `filter-calls.py MODE[,MODE...] PROGRAM...` makes some system calls fail.
# As root it takes no right away by itself: programs that get rights by being executed still do.
import ctypes, os, struct, sys

modes, program = sys.argv[1].split(","), sys.argv[2:]
x86 = os.uname().machine == "x86_64"
CLONE, UNSHARE, MOUNT, UMOUNT, PIVOT = (56, 272, 165, 166, 155) if x86 else (220, 97, 40, 39, 41)
CLONE_NEWUSER, ANY_NAMESPACE = 0x10000000, 0x7E020080
EPERM, ENOSYS = 1, 38
LOAD, EQUAL, ATLEAST, ANYBIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000


def line(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


def refuse(number, error):
    return [line(LOAD, 0, 0, 0), line(EQUAL, 0, 1, number), line(RETURN, 0, 0, FAIL | error)]


def refuse_flags(number, flags):
    return [
        line(LOAD, 0, 0, 0), line(EQUAL, 0, 3, number), line(LOAD, 0, 0, 16), line(ANYBIT, 0, 1, flags),
        line(RETURN, 0, 0, FAIL | EPERM),
    ]


MODES = {
    # No system call of a later kernel: open_tree, mount_setattr, close_range, clone3, openat2, ...
    "kernel 4.19": [line(LOAD, 0, 0, 0), line(ATLEAST, 0, 1, 424), line(RETURN, 0, 0, FAIL | ENOSYS)],
    # Kernels before 5.12, 5.9 and 5.13 lack these.
    "no mount_setattr": refuse(442, ENOSYS),
    "no close_range": refuse(436, ENOSYS),
    "no landlock": refuse(444, ENOSYS),
    "no user namespaces": refuse_flags(CLONE, CLONE_NEWUSER) + refuse_flags(UNSHARE, CLONE_NEWUSER) + refuse(435, ENOSYS),
    # As container runtimes do it: no namespaces of any kind, and no mounts.
    "container": refuse_flags(CLONE, ANY_NAMESPACE & ~0x80) + refuse_flags(UNSHARE, ANY_NAMESPACE)
    + refuse(435, ENOSYS) + refuse(MOUNT, EPERM) + refuse(UMOUNT, EPERM) + refuse(PIVOT, EPERM),
}
code = [part for mode in modes for part in MODES[mode]] + [line(RETURN, 0, 0, ALLOW)]
libc = ctypes.CDLL(None, use_errno=True)
block = ctypes.create_string_buffer(b"".join(code))
filter = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(block))
if os.getuid() != 0:
    assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(filter), 0, 0) == 0, ctypes.get_errno()
os.execvp(program[0], program)
