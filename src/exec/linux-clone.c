// Runs one command in namespaces of its own, as a chain of three clones:
//
//   keeper    outside the namespaces; makes and removes placeholders, waits for process 1
//   process 1 of the new pid namespace; mounts, gives up every right, reaps, passes signals on, reports the exit
//   command   takes its descriptors and the system call filter, and executes
//
// It begins at the spawner, or for `codex sandbox` with an execution of its own.
//
// Where namespaces cannot be had the chain is the same: process 1 is then a process like others, who inherits all that the
// command leaves behind and ends it, and the command either takes rules of Landlock or is bwrap, which makes namespaces.
//
// The program talks to it through two pipes. Control: a byte is a signal for the command's group; its end (the program
// closed it or died) ends the namespace, and nothing survives that. Status: one record, and its end means that
// every process is gone and every placeholder removed. Where the program is about to become what passes signals on, the command
// waits for a first byte that says that it has.

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
// locked secure bits make it so for programs of user 0 too. Who has no right to begin with may not set those bits, and
// has nothing to give up.
static long give_up_rights(int unprivileged) {
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
  if (result == -EINVAL || (result == -EPERM && unprivileged)) result = 0;
  if (result >= 0) result = CALL5(SYS_PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (result >= 0) result = CALL2(SYS_CAPSET, &header, none);
  return result;
}

// Process 1 of a namespace takes everybody along.
static void end(const struct plan *plan) {
  if (plan->flags & NO_NAMESPACES) end_descendants();
  leave(0);
}

static void pass_signals_on(const struct plan *plan, int command) {
  u8 signals[64];
  long count = CALL3(SYS_READ, plan->control, signals, sizeof signals);
  if (count <= 0) end(plan);
  for (long i = 0; i < count; i++)
    if (plan->flags & BUBBLEWRAP) signal_behind(command, signals[i]);
    else if (CALL2(SYS_KILL, -command, signals[i]) < 0) CALL2(SYS_KILL, command, signals[i]);
}

static void reap(const struct plan *plan, int command) {
  int status;
  for (long pid; (pid = CALL4(SYS_WAIT4, -1, &status, WNOHANG | WALL, 0)) > 0;) {
    if ((status & 0xff) == 0x7f) {
      look_at(plan->status, pid, status);
      continue;
    }
    if (pid != command) continue;
    report(plan, RECORD_EXITED, 0, status, 0);
    end(plan);
  }
}

// The loopback device of a new network namespace is there, and down.
static long raise_loopback(void) {
  char request[40];
  for (int i = 0; i < 40; i++) request[i] = 0;
  append(request, "lo");
  request[16] = IFF_UP | IFF_RUNNING;
  int fd = CALL3(SYS_SOCKET, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  long result = CALL3(SYS_IOCTL, fd, SIOCSIFFLAGS, request);
  close_fd(fd);
  return result;
}

// Takes possession of the new namespaces, and mounts; then the rights that took are given up.
static void settle_in(struct child *child, struct plan *plan) {
  u64 failed = 0;
  long result = write_file("/proc/self/setgroups", "deny");
  if (result >= 0) result = map_identity("/proc/self/uid_map", child->user);
  if (result >= 0) result = map_identity("/proc/self/gid_map", child->group);
  if (result < 0) fail(plan, AT_IDENTITY, result, 0);
  CALL2(SYS_PRCTL, PR_SET_DUMPABLE, 0);
  int modern = !(plan->flags & PLAIN_REMOUNTS) && can_set_attributes();
  result = mount_all(plan->steps, plan->step_count, child->held, modern, &failed);
  if (result < 0) fail(plan, AT_MOUNT, result, failed);
  if (plan->flags & LOOPBACK) result = raise_loopback();
  if (result < 0) fail(plan, AT_LOOPBACK, result, 0);
}

static int first_process_main(struct child *child) {
  struct plan *plan = child->plan;
  u64 child_signal = 1UL << (SIGCHLD - 1);
  char ignored[128];
  CALL2(SYS_PRCTL, PR_SET_PDEATHSIG, SIGKILL);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex-sandbox");
  if (!close_all_but_these(plan->streams[0], plan->streams[1], plan->streams[2], plan->status, plan->control)) fail(plan, AT_CLOSE, -ENOSYS, 0);

  if (!(plan->flags & NO_NAMESPACES)) settle_in(child, plan);
  CALL2(SYS_PRCTL, PR_SET_DUMPABLE, 0);
  CALL2(SYS_PRCTL, PR_SET_CHILD_SUBREAPER, 1);
  // bwrap may be of those programs that get rights by being executed.
  long result = plan->flags & BUBBLEWRAP ? 0 : give_up_rights(plan->flags & LANDLOCK);
  if (result < 0) fail(plan, AT_RIGHTS, result, 0);
  if (plan->flags & TRIAL) {
    report(plan, RECORD_EXITED, 0, 0, 0);
    leave(0);
  }
  if ((plan->flags & TRACE) && !start_tracing()) fail(plan, AT_FORK, -ENOMEM, 0);
  if (child->waits && CALL3(SYS_READ, plan->control, ignored, 1) != 1) leave(0);
  int signals = CALL4(SYS_SIGNALFD4, -1, &child_signal, 8, O_CLOEXEC);
  int command = start(command_main, child, 0);
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

static int keeper_main(struct child *child) {
  for (u64 at = child->private.start; at < child->private.end; at++) *(volatile char *)at = 0;
  struct plan *plan = child->plan = open_plan(child);
  struct placeholder placeholders[PLACEHOLDERS];
  u8 held[PLACEHOLDERS];
  int count = 0, status;
  if (!close_all_but_these(plan->streams[0], plan->streams[1], plan->streams[2], plan->status, plan->control)) fail(plan, AT_CLOSE, -ENOSYS, 0);
  set_signals(SIG_DFL);
  // Process 1 hears of its children by a descriptor.
  block_signals(~0UL);
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
  if (plan->flags & NO_NAMESPACES) namespaces = 0;
  long first = start(first_process_main, child, namespaces);
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
