# Tries what a sandbox must allow or refuse and prints one JSON object: probe name -> "ok" or the name of the error.
import ctypes, errno, json, os, signal, socket, stat, sys

workspace, outside, home, tmp, host_pid = sys.argv[1:6]
libc = ctypes.CDLL(None, use_errno=True)
results = {}


def probe(name):
    def run(attempt):
        try:
            value = attempt()
            results[name] = value if isinstance(value, str) else "ok"
        except OSError as error:
            results[name] = errno.errorcode.get(error.errno, str(error))
    return run


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def create(path):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def syscall(number, *arguments):
    return checked(libc.syscall(number, *arguments))


def in_child(attempt):
    """For what changes the process: reports the child's error, if any."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
            os.write(writer, b"ok")
        except OSError as error:
            os.write(writer, errno.errorcode.get(error.errno, "?").encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    return os.read(reader, 64).decode()


x86 = os.uname().machine == "x86_64"
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWCGROUP = 0x20000, 0x10000000, 0x02000000
MS_REMOUNT, MS_BIND, MS_REC = 32, 4096, 16384
os.chdir(workspace)

open_at_start = [fd for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}")]
results["inherited descriptors"] = " ".join(open_at_start) or "none"

probe("create in workspace")(lambda: create("made"))
probe("create in /tmp")(lambda: (create(f"/tmp/codex-probe-{os.getpid()}-{host_pid}"), os.unlink(f"/tmp/codex-probe-{os.getpid()}-{host_pid}")))
probe("create in $TMPDIR")(lambda: create(f"{tmp}/made"))
for name, folder in (("home", home), ("outside", outside), ("/", "/"), ("CODEX_HOME", f"{home}/.codex"), ("/etc", "/etc"), ("/sys", "/sys")):
    probe(f"create in {name}")(lambda: create(f"{folder}/made"))
probe("create in memories")(lambda: create(f"{home}/.codex/memories/made"))
probe("append .git/config")(lambda: os.close(os.open(".git/config", os.O_WRONLY | os.O_APPEND)))
probe("create .git/hooks/pre-commit")(lambda: create(".git/hooks/pre-commit"))
probe("rename .git")(lambda: os.rename(".git", "git-gone"))
probe("remove .git/HEAD")(lambda: os.unlink(".git/HEAD"))
probe("mkdir .codex")(lambda: os.mkdir(".codex"))
probe("mkdir .agents")(lambda: os.mkdir(".agents"))
probe("rmdir .codex")(lambda: os.rmdir(".codex"))
probe("create .codex/config.toml")(lambda: create(".codex/config.toml"))
probe("symlink .codex")(lambda: os.symlink(outside, ".codex"))
probe("rename onto .codex")(lambda: (os.mkdir("sub/evil"), os.rename("sub/evil", ".codex")))
probe("chmod .codex")(lambda: os.chmod(".codex", 0o777))
probe("mkdir sub/.codex")(lambda: os.mkdir("sub/.codex"))
probe("mkdir sub/.git")(lambda: os.mkdir("sub/.git"))
probe("write through symlink")(lambda: os.close(os.open("link", os.O_WRONLY)))
probe("create through folder symlink")(lambda: create("folder-link/made"))
probe("link outside file")(lambda: os.link(f"{outside}/file", "linked"))
probe("link .git/config")(lambda: os.link(".git/config", "linked"))
probe("write hard link")(lambda: os.close(os.open("hard", os.O_WRONLY)))
probe("chmod outside")(lambda: os.chmod(f"{outside}/file", 0o600))
probe("utime outside")(lambda: os.utime(f"{outside}/file"))
probe("rename workspace")(lambda: os.rename(workspace, f"{workspace}-moved"))
probe("create in /dev")(lambda: create("/dev/made"))
probe("create in /dev/shm")(lambda: create("/dev/shm/made"))
probe("write /dev/null")(lambda: os.close(os.open("/dev/null", os.O_WRONLY)))
probe("chmod /dev/null")(lambda: os.chmod("/dev/null", 0o600))
probe("read /dev/urandom")(lambda: os.close(os.open("/dev/urandom", os.O_RDONLY)))
probe("open /dev/ptmx")(lambda: os.close(os.open("/dev/ptmx", os.O_RDWR)))
probe("open /dev/tty")(lambda: os.close(os.open("/dev/tty", os.O_RDWR)))
probe("open /dev/kmsg")(lambda: os.close(os.open("/dev/kmsg", os.O_RDWR)))
probe("write /proc/self/comm")(lambda: open("/proc/self/comm", "w").write("x"))
probe("open /proc/self/mem")(lambda: os.close(os.open("/proc/self/mem", os.O_RDWR)))
probe("host process")(lambda: os.stat(f"/proc/{host_pid}/cmdline"))
for name in ("environ", "mem", "maps", "root", "cwd", "exe", "fd", "ns/mnt"):
    path = f"/proc/1/{name}"
    probe(f"/proc/1/{name}")(lambda: os.listdir(path) if name == "fd" else os.readlink(path) if name in ("root", "cwd", "exe", "ns/mnt") else os.read(os.open(path, os.O_RDONLY), 1))
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/irq/default_smp_affinity", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs", "/sys/power/state"):
    if os.path.exists(path):
        probe(f"write {path}")(lambda: os.close(os.open(path, os.O_WRONLY)))
probe("mount tmpfs")(lambda: checked(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)))
probe("remount / writable")(lambda: checked(libc.mount(None, b"/", None, MS_REMOUNT | MS_BIND, None)))
probe("umount .git")(lambda: checked(libc.umount2(f"{workspace}/.git".encode(), 2)))
probe("chroot")(lambda: in_child(lambda: os.chroot(workspace)))
probe("unshare mounts")(lambda: in_child(lambda: checked(libc.unshare(CLONE_NEWNS))))
probe("unshare users")(lambda: in_child(lambda: checked(libc.unshare(CLONE_NEWUSER))))
probe("unshare cgroups")(lambda: in_child(lambda: checked(libc.unshare(CLONE_NEWUSER | CLONE_NEWCGROUP))))


def nested(then):
    uid = os.getuid()
    checked(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS))
    open("/proc/self/uid_map", "w").write(f"0 {uid} 1")
    then()


probe("nested: remount / writable")(lambda: in_child(lambda: nested(lambda: checked(libc.mount(None, b"/", None, MS_REMOUNT | MS_BIND, None)))))
probe("nested: umount .git")(lambda: in_child(lambda: nested(lambda: checked(libc.umount2(f"{workspace}/.git".encode(), 2)))))
probe("nested: bind the workspace without .git")(lambda: in_child(lambda: nested(lambda: checked(libc.mount(workspace.encode(), b"/mnt", None, MS_BIND, None)))))
probe("nested: remount /proc/sys")(lambda: in_child(lambda: nested(lambda: checked(libc.mount(None, b"/proc/sys", None, MS_REMOUNT | MS_BIND, None)))))
probe("nested: mount proc")(lambda: in_child(lambda: nested(lambda: checked(libc.mount(b"proc", b"/mnt", b"proc", 0, None)))))
probe("nested: mount sysfs")(lambda: in_child(lambda: nested(lambda: checked(libc.mount(b"sysfs", b"/mnt", b"sysfs", 0, None)))))
probe("sethostname")(lambda: socket.sethostname("x"))
probe("mknod")(lambda: os.mknod("device", stat.S_IFCHR | 0o666, os.makedev(1, 3)))
probe("setuid 0")(lambda: os.setuid(0) if os.getuid() else os.setuid(12345))
probe("ptrace")(lambda: checked(libc.ptrace(0, 0, None, None)))
probe("process_vm_readv")(lambda: syscall(310 if x86 else 270, os.getpid(), None, 0, None, 0, 0))
probe("io_uring_setup")(lambda: syscall(425, 1, None))
probe("keyctl")(lambda: syscall(250 if x86 else 219, 0, -3, 0))
probe("add_key")(lambda: syscall(248 if x86 else 217, b"user", b"k", b"v", 1, -3))
probe("bpf")(lambda: syscall(321 if x86 else 280, 0, None, 0))
probe("perf_event_open")(lambda: syscall(298 if x86 else 241, None, 0, -1, -1, 0))
probe("userfaultfd")(lambda: syscall(323 if x86 else 282, 0))
if x86:
    probe("x32 system call")(lambda: syscall(0x40000000 | 39))
probe("socket AF_UNIX")(lambda: socket.socket(socket.AF_UNIX).close())
probe("connect unix path")(lambda: socket.socket(socket.AF_UNIX).connect(f"{outside}/socket"))
probe("connect abstract")(lambda: socket.socket(socket.AF_UNIX).connect("\0abstract"))
probe("bind unix path")(lambda: socket.socket(socket.AF_UNIX).bind("socket"))
probe("unix datagrams")(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).close())
for name, family in (("AF_INET", 2), ("AF_INET6", 10), ("AF_NETLINK", 16), ("AF_PACKET", 17), ("AF_VSOCK", 40)):
    probe(f"socket {name}")(lambda: socket.socket(family, socket.SOCK_DGRAM if family != 2 else socket.SOCK_STREAM).close())
probe("kill host process")(lambda: os.kill(int(host_pid), 0))
probe("signal everyone")(lambda: (signal.signal(signal.SIGUSR1, signal.SIG_IGN), os.kill(-1, signal.SIGUSR1)))
probe("TIOCSTI")(lambda: checked(libc.ioctl(0, 0x5412, b"x")))
probe("read auth.json")(lambda: os.close(os.open(f"{home}/.codex/auth.json", os.O_RDONLY)))
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
results["capabilities"] = "none" if all(int(status[f"Cap{kind}"], 16) == 0 for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")) else "some"
results["no new privileges"] = status["NoNewPrivs"].strip()


def pair():
    a, b = socket.socketpair()
    a.send(b"x")
    b.recv(1)
    a.sendall(b"y")
    socket.send_fds(b, [b"z"], [1])


probe("socketpair")(pair)
print(json.dumps(results, indent=1))
