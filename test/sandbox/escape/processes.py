# Tries to read, change, signal or outlive processes; the target is given by its process id outside.
import ctypes, fcntl, os, re, signal, struct, sys, time
from lib import attempts, checked, libc, main, syscall

URG = signal.SIGURG


def pids_like(pid):
    """The target by its number, and everybody in sight: the numbers may mean something else here."""
    seen = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    return [int(pid), *(seen if len(seen) < 20 else [])]


def environ(pid):
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            attempts(lambda: print(re.findall(rb"ESCAPE_SECRET=\w+", open(f"/proc/{name}/environ", "rb").read())))


def memory(pid):
    for target in pids_like(pid):
        def step():
            with open(f"/proc/{target}/maps") as maps, open(f"/proc/{target}/mem", "rb", 0) as mem:
                for line in maps:
                    start, end = (int(part, 16) for part in line.split()[0].split("-"))
                    if " rw" in line and end - start < 1 << 26:
                        attempts(lambda: (mem.seek(start), print(re.findall(rb"ESCAPE_SECRET=\w+", mem.read(end - start)))))
        attempts(step)


def vector(address, length):
    return (ctypes.c_ulong * 2)(address, length)


def read_vector(pid, address):
    for target in pids_like(pid):
        buffer = ctypes.create_string_buffer(64)
        attempts(lambda: (syscall("process_vm_readv", target, vector(ctypes.addressof(buffer), 64), 1, vector(int(address), 64), 1, 0), print(buffer.raw)))


def write_vector(pid, address):
    text = ctypes.create_string_buffer(b"harmed")
    attempts(*[lambda target=target: syscall("process_vm_writev", target, vector(ctypes.addressof(text), 6), 1, vector(int(address), 6), 1, 0) for target in pids_like(pid)])


def write_memory(pid, address):
    for target in pids_like(pid):
        def step():
            with open(f"/proc/{target}/mem", "r+b", 0) as mem:
                mem.seek(int(address))
                mem.write(b"harmed")
        attempts(step)


def trace(pid, address):
    for target in pids_like(pid):
        def step():
            syscall("ptrace", 16, target, 0, 0)
            os.waitpid(target, 0x40000000)
            attempts(lambda: syscall("ptrace", 4, target, int(address), struct.unpack("<q", b"harmed\0\0")[0]))
            syscall("ptrace", 17, target, 0, 0)
        attempts(step)


def steal_descriptor(pid, fd):
    for target in pids_like(pid):
        for number in (int(fd), *range(3, 12)):
            attempts(lambda: os.write(syscall("pidfd_getfd", syscall("pidfd_open", target, 0), number, 0), b"harmed\n"))


def open_descriptors(pid, fd):
    """By name in /proc, for writing."""
    for target in pids_like(pid):
        for number in (int(fd), *range(3, 12)):
            attempts(lambda: open(f"/proc/{target}/fd/{number}", "w").write("harmed\n"))


def kill(pid):
    attempts(*[lambda target=target: os.kill(target, URG) for target in pids_like(pid)])


def kill_group(pid):
    attempts(lambda: os.killpg(int(pid), URG), lambda: os.kill(-int(pid), URG))


def kill_all(pid):
    signal.signal(URG, signal.SIG_IGN)
    os.kill(-1, URG)


def kill_thread(pid):
    attempts(*[lambda target=target: syscall("tgkill", target, target, int(URG)) for target in pids_like(pid)])


def queue(pid):
    info = ctypes.create_string_buffer(128)
    struct.pack_into("iiiiii", info, 0, URG, 0, -1, 0, os.getpid(), os.getuid())
    attempts(*[lambda target=target: syscall("rt_sigqueueinfo", target, int(URG), info) for target in pids_like(pid)])


def kill_by_descriptor(pid):
    for target in pids_like(pid):
        attempts(lambda: syscall("pidfd_send_signal", syscall("pidfd_open", target, 0), int(URG), None, 0))


def kill_by_proc_folder(pid):
    for target in pids_like(pid):
        attempts(lambda: syscall("pidfd_send_signal", os.open(f"/proc/{target}", os.O_RDONLY), int(URG), None, 0))


def kill_by_input(pid):
    """Has the kernel send the signal when a pipe becomes readable."""
    reader, writer = os.pipe()
    fcntl.fcntl(reader, 10, int(URG))  # F_SETSIG
    for target in (int(pid), -int(pid)):
        attempts(lambda: fcntl.fcntl(reader, fcntl.F_SETOWN, target))
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")
        os.read(reader, 1)


def kill_parents(pid):
    """By the numbers that the kernel itself tells: parent, group, session."""
    attempts(*[lambda target=target: os.kill(target, URG) for target in {os.getppid(), -os.getpgid(0), -os.getsid(0)} - {0}])


def limits(pid):
    for target in pids_like(pid):
        attempts(lambda: syscall("prlimit64", target, 7, struct.pack("QQ", 77, 77), None))


def affinity(pid):
    attempts(*[lambda target=target: os.sched_setaffinity(target, {min(os.sched_getaffinity(0))}) for target in pids_like(pid)])


def nice(pid):
    attempts(*[lambda target=target: os.setpriority(os.PRIO_PROCESS, target, 7) for target in pids_like(pid)])
    attempts(lambda: os.setpriority(os.PRIO_PGRP, int(pid), 7))


def io_priority(pid):
    attempts(*[lambda target=target: syscall("ioprio_set", 1, target, 3 << 13) for target in pids_like(pid)])


def oom_score(pid):
    attempts(*[lambda target=target: open(f"/proc/{target}/oom_score_adj", "w").write("777") for target in pids_like(pid)])


def rename(pid):
    attempts(*[lambda target=target: open(f"/proc/{target}/coredump_filter", "w").write("0x77") for target in pids_like(pid)])


def stop_first(pid):
    """Stops and kills the first process of the namespace; then the target."""
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
        attempts(lambda: os.kill(1, number))
    kill(pid)


def daemon(mark):
    """Goes on living in sessions of its own, under any name, after the command has ended."""
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            if os.fork():
                os._exit(0)
            for fd in range(3):
                os.dup2(os.open("/dev/null", os.O_RDWR), fd)
            os.execvp("sleep", ["sleep", mark])


def rabbits(stop, trace):
    """Processes that are always younger than the look at them, and leave a trace; they end when the file `stop` exists."""
    for _ in range(12):
        if os.fork() == 0:
            while not os.path.exists(stop):
                if os.fork():
                    os._exit(0)
                open(trace, "w").close()
                time.sleep(0.002)
            os._exit(0)
    print("running", flush=True)
    time.sleep(60)


main([f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == "__main__"])
