// What the clones of one command share, and the last of them: it takes its descriptors and the system call filter, and executes.

enum {
  WITH_NETWORK = 1, WITH_TERMINAL = 2, PLAIN_REMOUNTS = 4, TRIAL = 8, LANDLOCK = 16, BUBBLEWRAP = 32, LOOPBACK = 64, TRACE = 128,
  NO_NAMESPACES = LANDLOCK | BUBBLEWRAP,
  CLONE_NEWNS = 0x20000, CLONE_NEWIPC = 0x8000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWPID = 0x20000000,
  CLONE_NEWNET = 0x40000000,
  PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15, PR_SET_SECCOMP = 22, PR_CAPBSET_DROP = 24,
  PR_SET_SECUREBITS = 28, PR_SET_CHILD_SUBREAPER = 36, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4,
  SECCOMP_MODE_FILTER = 2, TIOCSCTTY = 0x540e,
  // keep-caps off, no set-uid fix-up, no rights for user 0, no ambient raise; each locked.
  SECUREBITS = 0x2f | 0xc0,
  PLACEHOLDERS = 256, FIRST_FREE_FD = 10, MFD_CLOEXEC = 1, MFD_NOEXEC_SEAL = 8,
  // The major number of null, zero and the like.
  MEMORY_DEVICES = 1,
  // Where bwrap is told to find the system call filter.
  FILTER_FD = 9, FILTER_UNIT = 8,
  // Where what bwrap starts is told to find the helper.
  HELPER_FD = 8,
  AF_INET = 2, SOCK_DGRAM = 2, SIOCSIFFLAGS = 0x8914, IFF_UP = 1, IFF_RUNNING = 0x40,
};

// Where a start failed (the numbers are known to the program).
enum {
  AT_CLONE = 1, AT_IDENTITY, AT_MOUNT, AT_PLACEHOLDER, AT_RIGHTS, AT_FILTER, AT_FORK, AT_DIRECTORY, AT_STREAMS,
  AT_TERMINAL, AT_EXECUTE, AT_CLOSE, AT_LOOPBACK,
};
enum { RECORD_FAILED = 1, RECORD_EXITED = 2, RECORD_REFUSED = 3 };

struct record {
  u32 kind, where, number, detail;
};

// Offsets from the start of the plan, made into pointers by `relocate`; a list of texts ends with 0.
struct plan {
  u64 flags, streams[3], status, control;
  char *directory;
  char **arguments, **environment, **candidates, **placeholders;
  u64 filter_length;
  void *filter;
  u64 step_count;
  struct step *steps;
  u64 handled[3];
};

enum { PASSED = 5 };

struct range {
  u64 start, end;
};

// What one clone of the chain leaves for the next; each has a copy.
struct child {
  // The plan in a memory file, and the descriptors that the plan counts.
  int plan_file, passed[PASSED];
  u64 plan_bytes;
  // Whether the command is to wait for a first byte on the control pipe.
  int waits;
  // Where our arguments and environment lie; a clone has no use for them.
  struct range private;
  struct plan *plan;
  u8 *held;
  int mask;
  u64 user, group;
};

static void report(const struct plan *plan, u32 kind, u32 where, long number, u32 detail) {
  struct record record;
  record.kind = kind;
  record.where = where;
  record.number = number;
  record.detail = detail;
  CALL3(SYS_WRITE, plan->status, &record, sizeof record);
}

static int fail(const struct plan *plan, u32 where, long error, u32 detail) {
  report(plan, RECORD_FAILED, where, -error, detail);
  leave(1);
  return 1;
}

// `sigchld` is the action for the end of a child: 0 is the default, 1 has the kernel collect it.
enum { SIG_DFL = 0, SIG_IGN = 1 };

static void set_signals(u64 sigchld) {
  u64 action[4];
  for (int i = 0; i < 4; i++) action[i] = 0;
  for (int signal = 1; signal <= 64; signal++) {
    action[0] = signal == SIGCHLD ? sigchld : SIG_DFL;
    CALL4(SYS_RT_SIGACTION, signal, action, 0, 8);
  }
}

static void block_signals(u64 signals) {
  CALL4(SYS_RT_SIGPROCMASK, 2, &signals, 0, 8);
}

// A copy of this process that runs `entry` and never returns from it.
static long start(int (*entry)(struct child *), struct child *child, int flags) {
  long pid = CALL5(SYS_CLONE, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) leave(entry(child));
  return pid;
}

// Not to be executed, which some systems insist on; older ones do not know that flag.
static int memory_file(const char *name) {
  int fd = CALL2(SYS_MEMFD_CREATE, name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  return fd == -EINVAL ? CALL2(SYS_MEMFD_CREATE, name, MFD_CLOEXEC) : fd;
}

// ---- the command itself

static void ask_to_be_traced(void);

// Null and its like have an owner and a mode too, which user 0 could change through a descriptor from outside. Those of the private
// /dev do the same, and stay as they are. Gives a descriptor, or NONE.
static int own_device(int fd, const struct statx *file) {
  struct statx found;
  const char *path = 0;
  if (file->device[0] != MEMORY_DEVICES) return NONE;
  switch (file->device[1]) {
    case 3: path = "/dev/null"; break;
    case 5: path = "/dev/zero"; break;
    case 7: path = "/dev/full"; break;
    case 8: path = "/dev/random"; break;
    case 9: path = "/dev/urandom"; break;
  }
  if (!path) return NONE;
  int own = CALL4(SYS_OPENAT, AT_FDCWD, path, (CALL2(SYS_FCNTL, fd, F_GETFL) & O_ACCMODE) | O_CLOEXEC, 0);
  if (own < 0) return NONE;
  int same = look(own, "", AT_EMPTY_PATH, &found) >= 0 && (found.mode & S_IFMT) == S_IFCHR;
  if (same && found.device[0] == file->device[0] && found.device[1] == file->device[1]) return own;
  close_fd(own);
  return NONE;
}

// A file that is open for reading could be opened again for writing through /proc/self/fd, on a mount that is not ours.
// So such a file is opened anew, inside, without waiting for a pipe that may be there by now; what is not found is copied.
// bwrap opens nothing for us: there it is always copied.
static int reopened(int fd, int copied) {
  char link[64], path[PATH_BYTES];
  struct statx old, new;
  int type = look(fd, "", AT_EMPTY_PATH, &old) < 0 ? 0 : old.mode & S_IFMT;
  int own = type == S_IFCHR && !copied ? own_device(fd, &old) : NONE;
  if (own >= 0) return own;
  if (type != S_IFREG && type != S_IFDIR && type != S_IFBLK) return fd;
  if (type == S_IFREG && (CALL2(SYS_FCNTL, fd, F_GETFL) & O_ACCMODE) != O_RDONLY) return fd;
  long length = CALL4(SYS_READLINKAT, AT_FDCWD, descriptor_path(link, fd), path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  int again = copied ? NONE : CALL4(SYS_OPENAT, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  long offset = CALL3(SYS_LSEEK, fd, 0, 1);
  if (again >= 0 && look(again, "", AT_EMPTY_PATH, &new) >= 0 && is_same_file(&old, &new)) {
    CALL3(SYS_FCNTL, again, F_SETFL, O_RDONLY);
    if (offset > 0) CALL3(SYS_LSEEK, again, offset, 0);
    return again;
  }
  close_fd(again);
  if (type != S_IFREG) return -EACCES;
  int copy = memory_file("stdin");
  for (long bytes; copy >= 0 && (bytes = CALL3(SYS_READ, fd, path, sizeof path)) > 0;)
    if (CALL3(SYS_WRITE, copy, path, bytes) != bytes) return -EIO;
  if (copy >= 0) CALL3(SYS_LSEEK, copy, 0, 0);
  return copy;
}

static void take_streams(struct plan *plan) {
  int streams[3];
  plan->status = CALL3(SYS_FCNTL, plan->status, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
  for (int i = 0; i < 3; i++) {
    int fd = plan->streams[i];
    if (fd >= 0 && !(plan->flags & LANDLOCK)) fd = reopened(fd, plan->flags & BUBBLEWRAP);
    else if (fd < 0) fd = CALL4(SYS_OPENAT, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
    streams[i] = fd < 0 ? fd : CALL3(SYS_FCNTL, fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (streams[i] < 0) fail(plan, AT_STREAMS, streams[i], i);
  }
  for (int i = 0; i < 3; i++) {
    int result = CALL3(SYS_DUP3, streams[i], i, 0);
    if (result < 0) fail(plan, AT_STREAMS, result, i);
  }
  if (!close_all_but_these(0, 1, 2, plan->status, NONE)) fail(plan, AT_CLOSE, -ENOSYS, 0);
}

// For bwrap, which reads it from a descriptor that stays open when it is executed.
static void pass_filter_on(const struct plan *plan) {
  int fd = memory_file("filter");
  long result = fd;
  if (result >= 0) result = CALL3(SYS_WRITE, fd, plan->filter, plan->filter_length * FILTER_UNIT);
  if (result >= 0) result = CALL3(SYS_LSEEK, fd, 0, 0);
  if (result >= 0) result = CALL3(SYS_DUP3, fd, FILTER_FD, 0);
  if (result < 0) fail(plan, AT_FILTER, result, 0);
}

// Stays open when bwrap is executed, and what bwrap executes.
static void pass_helper_on(const struct plan *plan) {
  int fd = CALL4(SYS_OPENAT, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
  long result = fd < 0 ? fd : CALL3(SYS_DUP3, fd, HELPER_FD, 0);
  if (result < 0) fail(plan, AT_FILTER, result, 0);
}

// Returns only the error. The word before `arguments` may be written to.
static long execute(char *path, char **arguments, char **environment) {
  long result = CALL3(SYS_EXECVE, path, arguments, environment);
  if (result != -ENOEXEC) return result;
  // A script without its first line: what a shell would run itself. Its arguments follow the path.
  arguments[-1] = "/bin/sh";
  arguments[0] = path;
  return CALL3(SYS_EXECVE, arguments[-1], arguments - 1, environment);
}

static void execute_plan(struct plan *plan) {
  long error = -ENOENT;
  for (char **candidate = plan->candidates; *candidate; candidate++) {
    long result = execute(*candidate, plan->arguments, plan->environment);
    if (result != -ENOENT && result != -ENOTDIR && error != -EACCES) error = result;
    if (result != -ENOENT && result != -ENOTDIR && result != -EACCES) break;
  }
  fail(plan, AT_EXECUTE, error, 0);
}

static int command_main(struct child *child) {
  struct plan *plan = child->plan;
  u64 failed = 0;
  struct {
    u16 length;
    void *instructions;
  } filter;
  filter.length = plan->filter_length;
  filter.instructions = plan->filter;
  CALL1(SYS_SETSID, 0);
  CALL1(SYS_UMASK, child->mask);
  if (plan->flags & NO_NAMESPACES) CALL2(SYS_PRCTL, PR_SET_PDEATHSIG, SIGKILL);
  take_streams(plan);
  // What bwrap starts has a session of its own.
  if ((plan->flags & WITH_TERMINAL) && !(plan->flags & BUBBLEWRAP)) {
    long result = CALL3(SYS_IOCTL, 0, TIOCSCTTY, 0);
    if (result < 0) fail(plan, AT_TERMINAL, result, 0);
  }
  long moved = CALL1(SYS_CHDIR, plan->directory);
  if (moved < 0) fail(plan, AT_DIRECTORY, moved, 0);
  block_signals(0);
  if (plan->flags & BUBBLEWRAP) {
    pass_filter_on(plan);
    pass_helper_on(plan);
    execute_plan(plan);
  }
  if (plan->flags & TRACE) ask_to_be_traced();
  int restricts = plan->handled[0] | plan->handled[1] | plan->handled[2] ? plan->flags & LANDLOCK || knows_renaming() : 0;
  if (restricts) {
    long restricted = restrict_files(plan->steps, plan->step_count, plan->handled, &failed);
    if (restricted < 0) fail(plan, AT_MOUNT, restricted, failed);
  }
  if (plan->filter_length) {
    long filtered = CALL3(SYS_PRCTL, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    if (filtered < 0) fail(plan, AT_FILTER, filtered, 0);
  }
  execute_plan(plan);
  return 1;
}
