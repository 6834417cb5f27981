// What `codex sandbox` becomes while its command runs: the program has started the keeper, and then executed this in its own place,
// with its own process id, and so holds none of its memory. It passes signals on, and ends as the command did.

enum {
  SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGUSR1 = 10, SIGUSR2 = 12, SIGTERM = 15, SIGTSTP = 20,
  SIGNAL_INFO_BYTES = 128, COPY_BYTES = 65536,
  // As a shell tells of a command that a signal ended.
  SIGNAL_EXIT_CODE = 128,
};

// Everything that ends a command from a terminal or a supervisor, the two that mean what the command says, and what only comes to
// those whose terminal it is: that they are to stop, and that the window has another size.
static const u8 taken_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGTSTP, SIGWINCH};

static u64 bit_of(int signal) {
  return 1UL << (signal - 1);
}

// Without those that whoever started us has us ignore, as `nohup` does.
static u64 passed_on(void) {
  u64 signals = 0, action[4];
  for (u64 i = 0; i < sizeof taken_signals; i++)
    if (CALL4(SYS_RT_SIGACTION, taken_signals[i], 0, action, 8) >= 0 && action[0] != SIG_IGN) signals |= bit_of(taken_signals[i]);
  return signals;
}

static void tell(int control, u8 signal) {
  CALL3(SYS_WRITE, control, &signal, 1);
}

// At control-Z. The command stops first, and by SIGSTOP: SIGTSTP does not stop a group that no shell watches over, as its is. For the
// same reason it may not stop us; either way what follows is that we go on.
static void stop_too(int control, u64 signals) {
  tell(control, SIGSTOP);
  CALL2(SYS_KILL, CALL1(SYS_GETPID, 0), SIGTSTP);
  block_signals(signals & ~bit_of(SIGTSTP));
  block_signals(signals);
  tell(control, SIGCONT);
}

static void pass_signal_on(int from, int control, u64 signals) {
  u32 info[SIGNAL_INFO_BYTES / 4];
  if (CALL3(SYS_READ, from, info, sizeof info) != sizeof info) return;
  if (info[0] == SIGTSTP) stop_too(control, signals);
  else tell(control, info[0]);
}

// Adds what has come to `*got` bytes of a record. False at the end.
static int read_record(int status, struct record *record, u64 *got) {
  u8 rest[sizeof(struct record)];
  int full = *got == sizeof *record;
  long bytes = CALL3(SYS_READ, status, full ? rest : (u8 *)record + *got, full ? sizeof rest : sizeof *record - *got);
  if (!full && bytes > 0) *got += bytes;
  return bytes > 0 || bytes == -EAGAIN || bytes == -EINTR;
}

// Writes on what has come through a pipe. False at its end, and when the file takes no more, which is then `*lost`: the command
// learns of it by the pipe, which is closed.
static int copy(int from, int to, int *lost) {
  const char *why = "codex: the output of the command could not be written to its file\n";
  u8 bytes[COPY_BYTES];
  long count = CALL3(SYS_READ, from, bytes, sizeof bytes);
  for (long done = 0; done < count;) {
    long written = CALL3(SYS_WRITE, to, bytes + done, count - done);
    if (written == -EINTR) continue;
    if (written <= 0) {
      CALL3(SYS_WRITE, 2, why, length_of(why));
      *lost = 1;
      return 0;
    }
    done += written;
  }
  return count > 0 || count == -EINTR;
}

// Executes the program once more: why a command cannot be started takes more to say than is known here. What there is of the
// command ends with our descriptors.
static int explain(char **program, char **environment) {
  const char *unknown = "codex: the command could not be started, nor codex again to say why: its executable has been moved\n";
  close_all_but_these(0, 1, 2, NONE, NONE);
  block_signals(0);
  CALL3(SYS_EXECVE, program[0], program + 1, environment);
  CALL3(SYS_WRITE, 2, unknown, length_of(unknown));
  return 1;
}

// The first arguments are our ends of the two pipes of the keeper, and of those that the command has instead of our stdout and
// stderr (NONE where it has ours); then comes a path of the program, and its arguments.
static int stand_in_main(char **arguments, char **environment) {
  char **program = arguments + 4;
  int keep[7], status = number_of(arguments[0]), control = number_of(arguments[1]), ended, lost = 0;
  struct record record;
  u64 got = 0, signals = passed_on();
  struct {
    int fd;
    u16 wanted, seen;
  } waiting[4];
  for (int i = 0; i < 7; i++) keep[i] = i < 3 ? i : number_of(arguments[i - 3]);
  close_all_but(keep, 7);
  block_signals(signals);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex");
  waiting[0].fd = status;
  waiting[1].fd = keep[5];
  waiting[2].fd = keep[6];
  waiting[3].fd = CALL4(SYS_SIGNALFD4, -1, &signals, 8, O_CLOEXEC);
  if (waiting[3].fd < 0) return explain(program, environment);
  for (int i = 0; i < 4; i++) waiting[i].wanted = 1;
  // No signal is lost from here on. Where the start has failed already nobody reads this.
  tell(control, 0);
  // A descriptor below 0 is passed over. Output is read to its end, which comes with the last process that can write.
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0 || waiting[2].fd >= 0) {
    for (int i = 0; i < 4; i++) waiting[i].seen = 0;
    CALL4(SYS_PPOLL, waiting, 4, 0, 0);
    if (waiting[0].seen && !read_record(status, &record, &got)) waiting[0].fd = NONE;
    for (int i = 1; i < 3; i++) {
      if (!waiting[i].seen || copy(waiting[i].fd, i, &lost)) continue;
      close_fd(waiting[i].fd);
      waiting[i].fd = NONE;
    }
    if (waiting[3].seen) pass_signal_on(waiting[3].fd, control, signals);
  }
  // The keeper has written all it had to; its end is awaited too, since whoever inherits it may not do that.
  CALL4(SYS_WAIT4, -1, &ended, WALL, 0);
  if (got < sizeof record) return SIGNAL_EXIT_CODE + SIGKILL;
  if (record.kind != RECORD_EXITED) return explain(program, environment);
  int signal = record.number & 0x7f;
  int code = signal ? SIGNAL_EXIT_CODE + signal : record.number >> 8 & 0xff;
  // The command may have ended before its output was lost.
  return code == 0 ? lost : code;
}
