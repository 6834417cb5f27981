// Ends what a command has started where there is no pid namespace that ends with its first process: by descent.

// The parent in a line of /proc/PID/stat, after the name, which may hold anything.
static int parent_of(const char *line, long bytes) {
  long at = bytes;
  while (at > 0 && line[at - 1] != ')') at--;
  if (at == 0 || at + 3 >= bytes) return -1;
  int parent = 0;
  for (const char *digit = line + at + 3; *digit >= '0' && *digit <= '9'; digit++) parent = parent * 10 + *digit - '0';
  return parent;
}

// Calls `visit` for each child of a process.
static void each_child(int parent, void (*visit)(int pid, void *context), void *context) {
  char entries[4096], line[512], path[64];
  int folder = CALL4(SYS_OPENAT, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  for (long bytes; folder >= 0 && (bytes = CALL3(SYS_GETDENTS64, folder, entries, sizeof entries)) > 0;) {
    for (char *entry = entries; entry < entries + bytes; entry += *(u16 *)(entry + 16)) {
      const char *name = entry + 19;
      if (*name < '1' || *name > '9') continue;
      append(append(append(path, "/proc/"), name), "/stat");
      int fd = CALL4(SYS_OPENAT, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) continue;
      long length = CALL3(SYS_READ, fd, line, sizeof line - 1);
      close_fd(fd);
      if (length <= 0) continue;
      line[length] = 0;
      if (parent_of(line, length) != parent) continue;
      int pid = 0;
      for (; *name; name++) pid = pid * 10 + *name - '0';
      visit(pid, context);
    }
  }
  close_fd(folder);
}

static void kill_child(int pid, void *context) {
  (void)context;
  CALL2(SYS_KILL, pid, SIGKILL);
}

// Whoever loses its parent becomes ours, so that in the end there is nobody left.
static void end_descendants(void) {
  long pause[2];
  int status;
  pause[0] = 0;
  pause[1] = 1000000;
  for (;;) {
    each_child(CALL1(SYS_GETPID, 0), kill_child, 0);
    long pid;
    while ((pid = CALL4(SYS_WAIT4, -1, &status, WNOHANG | WALL, 0)) > 0) {}
    if (pid < 0) return;
    CALL4(SYS_PPOLL, 0, 0, pause, 0);
  }
}

static void first_child(int pid, void *context) {
  int *found = context;
  if (*found == 0) *found = pid;
}

// bwrap and what it starts have different groups: a signal that ended bwrap itself would leave the command no choice. Where there is
// no command for a while bwrap is ended, unless the signal would not have ended anything.
static void signal_behind(int bubblewrap, int signal) {
  long pause[2];
  pause[0] = 0;
  pause[1] = 1000000;
  for (int tries = 0; tries < 500; tries++) {
    int inside = 0;
    each_child(bubblewrap, first_child, &inside);
    if (inside && CALL2(SYS_KILL, -inside, signal) >= 0) return;
    CALL4(SYS_PPOLL, 0, 0, pause, 0);
  }
  if (signal != SIGSTOP && signal != SIGCONT && signal != SIGWINCH) CALL2(SYS_KILL, bubblewrap, SIGKILL);
}
