// Runs one command in namespaces of its own, as a chain of three clones that begins at the spawner:
//
//   keeper    outside the namespaces; makes and removes placeholders, waits for process 1
//   process 1 of the new pid namespace; mounts, gives up every right, reaps, passes signals on, reports the exit
//   command   takes its descriptors and the system call filter, and executes
//
// The program talks to it through two pipes. Control: a byte is a signal for the command's group; its end (the program
// closed it or died) ends the namespace, and nothing survives that. Status: one record, and its end means that
// every process is gone and every placeholder removed.

enum {
  WITH_NETWORK = 1, WITH_TERMINAL = 2, PLAIN_REMOUNTS = 4, TRIAL = 8,
  CLONE_NEWNS = 0x20000, CLONE_NEWIPC = 0x8000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWPID = 0x20000000,
  CLONE_NEWNET = 0x40000000,
  PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15, PR_SET_SECCOMP = 22, PR_CAPBSET_DROP = 24,
  PR_SET_SECUREBITS = 28, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4,
  SECCOMP_MODE_FILTER = 2, TIOCSCTTY = 0x540e,
  // keep-caps off, no set-uid fix-up, no rights for user 0, no ambient raise; each locked.
  SECUREBITS = 0x2f | 0xc0,
  STACK_BYTES = 262144, PLACEHOLDERS = 256, FIRST_FREE_FD = 10,
};

// Where a start failed (the numbers are known to the program).
enum {
  AT_CLONE = 1, AT_IDENTITY, AT_MOUNT, AT_PLACEHOLDER, AT_RIGHTS, AT_FILTER, AT_FORK, AT_DIRECTORY, AT_STREAMS,
  AT_TERMINAL, AT_EXECUTE, AT_CLOSE,
};
enum { RECORD_FAILED = 1, RECORD_EXITED = 2 };

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
};

enum { PASSED = 5 };

// What one clone of the chain leaves for the next, at the foot of the stacks that they share a copy of.
struct child {
  // From the spawner: the plan in a memory file, and the descriptors that the plan counts.
  int plan_file, passed[PASSED], socket;
  u64 plan_bytes;
  struct plan *plan;
  struct range arena;
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

static long start(int (*entry)(void *), struct child *child, int level, int flags) {
  char *top = (char *)child->arena.start + (level + 1) * (u64)STACK_BYTES;
  int pid = host.clone(entry, top, flags | SIGCHLD, child);
  return pid == -1 ? -(long)*host.error_number() : pid;
}

// ---- command

// A file that is open for reading could be opened again for writing through /proc/self/fd, on a mount that is not ours.
// So such a file is opened anew, inside, without waiting for a pipe that may be there by now; what is not found is copied.
static int reopened(int fd) {
  char link[64], path[PATH_BYTES];
  struct statx old, new;
  int type = look(fd, "", AT_EMPTY_PATH, &old) < 0 ? 0 : old.mode & S_IFMT;
  if (type != S_IFREG && type != S_IFDIR && type != S_IFBLK) return fd;
  if (type == S_IFREG && (CALL2(SYS_FCNTL, fd, F_GETFL) & O_ACCMODE) != O_RDONLY) return fd;
  long length = CALL4(SYS_READLINKAT, AT_FDCWD, descriptor_path(link, fd), path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  int again = CALL4(SYS_OPENAT, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  long offset = CALL3(SYS_LSEEK, fd, 0, 1);
  if (again >= 0 && look(again, "", AT_EMPTY_PATH, &new) >= 0 && is_same_file(&old, &new)) {
    CALL3(SYS_FCNTL, again, F_SETFL, O_RDONLY);
    if (offset > 0) CALL3(SYS_LSEEK, again, offset, 0);
    return again;
  }
  close_fd(again);
  if (type != S_IFREG) return -EACCES;
  int copy = CALL2(SYS_MEMFD_CREATE, "stdin", 1);
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
    if (fd >= 0) fd = reopened(fd);
    else fd = CALL4(SYS_OPENAT, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
    streams[i] = fd < 0 ? fd : CALL3(SYS_FCNTL, fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (streams[i] < 0) fail(plan, AT_STREAMS, streams[i], i);
  }
  for (int i = 0; i < 3; i++) {
    int result = CALL3(SYS_DUP3, streams[i], i, 0);
    if (result < 0) fail(plan, AT_STREAMS, result, i);
  }
  if (!close_all_but_these(0, 1, 2, plan->status, NONE)) fail(plan, AT_CLOSE, -ENOSYS, 0);
}

static void execute(struct plan *plan) {
  char *shell = "/bin/sh";
  long error = -ENOENT;
  for (char **candidate = plan->candidates; *candidate; candidate++) {
    long result = CALL3(SYS_EXECVE, *candidate, plan->arguments, plan->environment);
    if (result == -ENOEXEC) {
      // A script without its first line: what a shell would run itself. Its arguments follow the path.
      plan->arguments[-1] = shell;
      plan->arguments[0] = *candidate;
      result = CALL3(SYS_EXECVE, shell, plan->arguments - 1, plan->environment);
    }
    if (result != -ENOENT && result != -ENOTDIR && error != -EACCES) error = result;
    if (result != -ENOENT && result != -ENOTDIR && result != -EACCES) break;
  }
  fail(plan, AT_EXECUTE, error, 0);
}

static int command_main(void *argument) {
  struct child *child = argument;
  struct plan *plan = child->plan;
  u64 no_signals = 0;
  struct {
    u16 length;
    void *instructions;
  } filter;
  filter.length = plan->filter_length;
  filter.instructions = plan->filter;
  CALL1(SYS_SETSID, 0);
  CALL1(SYS_UMASK, child->mask);
  take_streams(plan);
  if (plan->flags & WITH_TERMINAL) {
    long result = CALL3(SYS_IOCTL, 0, TIOCSCTTY, 0);
    if (result < 0) fail(plan, AT_TERMINAL, result, 0);
  }
  long moved = CALL1(SYS_CHDIR, plan->directory);
  if (moved < 0) fail(plan, AT_DIRECTORY, moved, 0);
  CALL4(SYS_RT_SIGPROCMASK, 2, &no_signals, 0, 8);
  if (plan->filter_length) {
    long filtered = CALL3(SYS_PRCTL, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    if (filtered < 0) fail(plan, AT_FILTER, filtered, 0);
  }
  execute(plan);
  return 1;
}

// ---- process 1

static long write_file(const char *path, const char *text) {
  int fd = CALL4(SYS_OPENAT, AT_FDCWD, path, 1 | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  long result = CALL3(SYS_WRITE, fd, text, length_of(text));
  close_fd(fd);
  return result;
}

static long map_identity(const char *path, u64 id) {
  char line[64];
  append(append_number(append(append_number(line, id), " "), id), " 1\n");
  return write_file(path, line);
}

// Before this call process 1 owns the namespaces; after it, neither it nor any descendant can change them. Bounding set and
// locked secure bits make it so for programs of user 0 too.
static long give_up_rights(void) {
  struct {
    u32 version;
    int pid;
  } header;
  u32 none[6];
  header.version = 0x20080522;
  header.pid = 0;
  for (int i = 0; i < 6; i++) none[i] = 0;
  long result = CALL5(SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (result >= 0) result = CALL2(SYS_PRCTL, PR_SET_SECUREBITS, SECUREBITS);
  for (int right = 0; result >= 0 && right < 64; right++) result = CALL5(SYS_PRCTL, PR_CAPBSET_DROP, right, 0, 0, 0);
  if (result == -EINVAL) result = 0;
  if (result >= 0) result = CALL5(SYS_PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (result >= 0) result = CALL2(SYS_CAPSET, &header, none);
  return result;
}

static void pass_signals_on(const struct plan *plan, int command) {
  u8 signals[64];
  long count = CALL3(SYS_READ, plan->control, signals, sizeof signals);
  if (count <= 0) leave(0);
  for (long i = 0; i < count; i++)
    if (CALL2(SYS_KILL, -command, signals[i]) < 0) CALL2(SYS_KILL, command, signals[i]);
}

static void reap(const struct plan *plan, int command) {
  int status;
  for (long pid; (pid = CALL4(SYS_WAIT4, -1, &status, WNOHANG | WALL, 0)) > 0;) {
    if (pid != command) continue;
    report(plan, RECORD_EXITED, 0, status, 0);
    leave(0);
  }
}

static int first_process_main(void *argument) {
  struct child *child = argument;
  struct plan *plan = child->plan;
  u64 child_signal = 1UL << (SIGCHLD - 1), failed = 0;
  char ignored[128];
  CALL2(SYS_PRCTL, PR_SET_PDEATHSIG, SIGKILL);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex-sandbox");
  if (!close_all_but_these(plan->streams[0], plan->streams[1], plan->streams[2], plan->status, plan->control)) fail(plan, AT_CLOSE, -ENOSYS, 0);

  long result = write_file("/proc/self/setgroups", "deny");
  if (result >= 0) result = map_identity("/proc/self/uid_map", child->user);
  if (result >= 0) result = map_identity("/proc/self/gid_map", child->group);
  if (result < 0) fail(plan, AT_IDENTITY, result, 0);
  CALL2(SYS_PRCTL, PR_SET_DUMPABLE, 0);
  int modern = !(plan->flags & PLAIN_REMOUNTS) && can_set_attributes();
  result = mount_all(plan->steps, plan->step_count, child->held, modern, &failed);
  if (result < 0) fail(plan, AT_MOUNT, result, failed);
  result = give_up_rights();
  if (result < 0) fail(plan, AT_RIGHTS, result, 0);
  if (plan->flags & TRIAL) {
    report(plan, RECORD_EXITED, 0, 0, 0);
    leave(0);
  }
  int signals = CALL4(SYS_SIGNALFD4, -1, &child_signal, 8, O_CLOEXEC);
  int command = start(command_main, child, 3, 0);
  if (signals < 0 || command < 0) fail(plan, AT_FORK, command < 0 ? command : signals, 0);
  if (!close_all_but_these(plan->status, plan->control, signals, NONE, NONE)) fail(plan, AT_CLOSE, -ENOSYS, 0);
  struct {
    int fd;
    u16 wanted, seen;
  } waiting[2];
  waiting[0].fd = signals;
  waiting[1].fd = plan->control;
  waiting[0].wanted = waiting[1].wanted = 1;
  for (;;) {
    waiting[0].seen = waiting[1].seen = 0;
    CALL4(SYS_PPOLL, waiting, 2, 0, 0);
    if (waiting[0].seen) CALL3(SYS_READ, signals, ignored, sizeof ignored);
    reap(plan, command);
    if (waiting[1].seen) pass_signals_on(plan, command);
  }
  return 1;
}

// ---- keeper

static void relocate_list(char *base, char ***list) {
  *list = (char **)(base + (u64)*list);
  for (char **text = *list; *text; text++) *text = base + (u64)*text;
}

static struct plan *relocate(char *base) {
  struct plan *plan = (struct plan *)base;
  relocate_list(base, &plan->arguments);
  relocate_list(base, &plan->environment);
  relocate_list(base, &plan->candidates);
  relocate_list(base, &plan->placeholders);
  plan->directory = base + (u64)plan->directory;
  plan->filter = base + (u64)plan->filter;
  plan->steps = (struct step *)(base + (u64)plan->steps);
  for (u64 i = 0; i < plan->step_count; i++) {
    plan->steps[i].path = base + (u64)plan->steps[i].path;
    plan->steps[i].text = base + (u64)plan->steps[i].text;
  }
  return plan;
}

// The plan as it was sent, with the numbers that its descriptors have here.
static struct plan *open_plan(const struct child *child) {
  char *base = (char *)call6(SYS_MMAP, 0, child->plan_bytes, 3, 2, child->plan_file, 0);
  if ((long)base < 0 && (long)base > -4096) leave(1);
  struct plan *plan = relocate(base);
  for (int i = 0; i < 3; i++) plan->streams[i] = child->passed[i];
  plan->status = child->passed[3];
  plan->control = child->passed[4];
  return plan;
}

static int keeper_main(void *argument) {
  struct child *child = argument;
  struct plan *plan = child->plan = open_plan(child);
  struct placeholder placeholders[PLACEHOLDERS];
  u8 held[PLACEHOLDERS];
  int count = 0, status;
  if (!close_all_but_these(plan->streams[0], plan->streams[1], plan->streams[2], plan->status, plan->control)) fail(plan, AT_CLOSE, -ENOSYS, 0);
  set_signals(SIG_DFL);
  CALL1(SYS_SETSID, 0);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex-keeper");
  child->mask = CALL1(SYS_UMASK, 0);
  child->held = held;
  child->user = CALL1(SYS_GETEUID, 0);
  child->group = CALL1(SYS_GETEGID, 0);
  for (; plan->placeholders[count] && count < PLACEHOLDERS; count++) {
    long result = hold(&placeholders[count], plan->placeholders[count]);
    held[count] = result == 1;
    if (result < 0) {
      for (int i = 0; i < count; i++) release(&placeholders[i]);
      fail(plan, AT_PLACEHOLDER, result, count);
    }
  }
  int namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC;
  if (!(plan->flags & WITH_NETWORK)) namespaces |= CLONE_NEWNET;
  long first = start(first_process_main, child, 2, namespaces);
  int stay[PLACEHOLDERS * 2 + 1], stays = 0;
  stay[stays++] = plan->status;
  for (int i = 0; i < count; i++) {
    if (!held[i]) continue;
    stay[stays++] = placeholders[i].parent;
    stay[stays++] = placeholders[i].directory;
  }
  close_all_but(stay, stays);
  if (first < 0) report(plan, RECORD_FAILED, AT_CLONE, -first, 0);
  else CALL4(SYS_WAIT4, first, &status, WALL, 0);
  while (count--) release(&placeholders[count]);
  leave(0);
  return 1;
}
