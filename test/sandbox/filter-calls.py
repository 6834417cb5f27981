# Runs a program on what looks like another kernel: `filter-calls.py MODE PROGRAM...` makes some system calls fail.
import ctypes, os, struct, sys

mode, program = sys.argv[1], sys.argv[2:]
x86 = os.uname().machine == "x86_64"
CLONE, UNSHARE, CLONE_NEWUSER = (56, 272, 0x10000000) if x86 else (220, 97, 0x10000000)
EPERM, ENOSYS = 1, 38
LOAD, EQUAL, ATLEAST, ANYBIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000


def line(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


if mode == "kernel 4.19":  # no system call of a later kernel: open_tree, mount_setattr, close_range, clone3, openat2, ...
    code = [line(LOAD, 0, 0, 0), line(ATLEAST, 0, 1, 424), line(RETURN, 0, 0, FAIL | ENOSYS), line(RETURN, 0, 0, ALLOW)]
elif mode == "container":  # as container runtimes do it: no new user namespaces
    code = [
        line(LOAD, 0, 0, 0), line(EQUAL, 1, 0, CLONE), line(EQUAL, 0, 3, UNSHARE), line(LOAD, 0, 0, 16),
        line(ANYBIT, 0, 1, CLONE_NEWUSER), line(RETURN, 0, 0, FAIL | EPERM), line(RETURN, 0, 0, ALLOW),
    ]
libc = ctypes.CDLL(None, use_errno=True)
block = ctypes.create_string_buffer(b"".join(code))
filter = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(block))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(filter), 0, 0) == 0, ctypes.get_errno()
os.execvp(program[0], program)
