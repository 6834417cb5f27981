// Watches the system calls of a command, when somebody wants to know which were refused: process 1 traces it, and reports each
// call that failed for want of permission, with the paths or the address it was about. It changes nothing.

enum {
  SYS_PTRACE = NR(101, 117), SYS_PROCESS_VM_READV = NR(310, 270),
  PTRACE_TRACEME = 0, PTRACE_SYSCALL = 24, PTRACE_SETOPTIONS = 0x4200, PTRACE_GET_SYSCALL_INFO = 0x420e,
  // Tell system calls from signals; follow forks, vforks, clones and executions; kill with the tracer.
  TRACE_OPTIONS = 1 | 2 | 4 | 8 | 16 | 0x100000,
  SYSCALL_STOP = 5 | 0x80, SIGTRAP = 5, ON_ENTRY = 1, ON_EXIT = 2,
  TRACED = 65536, ADDRESS_BYTES = 128, TEXT_BYTES = 4 * PATH_BYTES + 64, NO_CALL = -1, WORKING_FOLDER = -2,
};

// Which arguments of a call are the folder and the path, once or twice; of a path alone it is the working folder. An address
// stands in the place of the path with the mark of `ADDRESS` as its folder.
enum { ADDRESS = 100 };
struct named_call {
  short number;
  signed char folder, path, other_folder, other_path;
};

static const struct named_call named_calls[] = {
  {NR(2, -1), WORKING_FOLDER, 0, 0, -1}, {NR(85, -1), WORKING_FOLDER, 0, 0, -1}, {NR(257, 56), 0, 1, 0, -1},
  {437, 0, 1, 0, -1}, {NR(83, -1), WORKING_FOLDER, 0, 0, -1}, {NR(258, 34), 0, 1, 0, -1},
  {NR(84, -1), WORKING_FOLDER, 0, 0, -1}, {NR(87, -1), WORKING_FOLDER, 0, 0, -1}, {NR(263, 35), 0, 1, 0, -1},
  {NR(82, -1), WORKING_FOLDER, 0, WORKING_FOLDER, 1}, {NR(264, 38), 0, 1, 2, 3}, {NR(316, 276), 0, 1, 2, 3},
  {NR(86, -1), WORKING_FOLDER, 0, WORKING_FOLDER, 1}, {NR(265, 37), 0, 1, 2, 3},
  {NR(88, -1), WORKING_FOLDER, 1, 0, -1}, {NR(266, 36), 1, 2, 0, -1}, {NR(133, -1), WORKING_FOLDER, 0, 0, -1},
  {NR(259, 33), 0, 1, 0, -1}, {NR(90, -1), WORKING_FOLDER, 0, 0, -1}, {NR(268, 53), 0, 1, 0, -1}, {452, 0, 1, 0, -1},
  {NR(92, -1), WORKING_FOLDER, 0, 0, -1}, {NR(94, -1), WORKING_FOLDER, 0, 0, -1}, {NR(260, 54), 0, 1, 0, -1},
  {NR(76, 45), WORKING_FOLDER, 0, 0, -1}, {NR(280, 88), 0, 1, 0, -1}, {NR(132, -1), WORKING_FOLDER, 0, 0, -1},
  {NR(235, -1), WORKING_FOLDER, 0, 0, -1}, {NR(261, -1), 0, 1, 0, -1}, {NR(188, 5), WORKING_FOLDER, 0, 0, -1},
  {NR(189, 6), WORKING_FOLDER, 0, 0, -1}, {NR(197, 14), WORKING_FOLDER, 0, 0, -1},
  {NR(198, 15), WORKING_FOLDER, 0, 0, -1}, {NR(165, 40), WORKING_FOLDER, 1, 0, -1},
  {NR(42, 203), ADDRESS, 1, 0, -1}, {NR(49, 200), ADDRESS, 1, 0, -1}, {NR(44, 206), ADDRESS, 4, 0, -1},
};

// What a traced thread was asking when it was seen last.
struct traced {
  u64 pid;
  long number;
  u64 arguments[6];
};

struct refused_call {
  struct record record;
  u64 arguments[6];
  u8 address[ADDRESS_BYTES];
  // The name of the program, then folder and path, once or twice; each ends with 0.
  char text[TEXT_BYTES];
};

static struct traced *traced_threads;
static struct refused_call *refused;

static void ask_to_be_traced(void) {
  CALL4(SYS_PTRACE, PTRACE_TRACEME, 0, 0, 0);
  CALL2(SYS_KILL, CALL1(SYS_GETPID, 0), SIGSTOP);
}

// False when there is no memory for it; the command then waits for nobody.
static int start_tracing(void) {
  u64 size = TRACED * sizeof(struct traced);
  long threads = call6(SYS_MMAP, 0, size, 3, 0x22, -1, 0);
  long report_at = call6(SYS_MMAP, 0, sizeof(struct refused_call), 3, 0x22, -1, 0);
  if ((threads < 0 && threads > -4096) || (report_at < 0 && report_at > -4096)) return 0;
  traced_threads = (struct traced *)threads;
  refused = (struct refused_call *)report_at;
  return 1;
}

// What is at an address of the other process; less where its memory ends.
static long peek(int pid, u64 address, void *into, u64 bytes) {
  u64 here[2], there[2];
  here[0] = (u64)into;
  there[0] = address;
  here[1] = there[1] = bytes;
  return call6(SYS_PROCESS_VM_READV, pid, (long)here, 1, (long)there, 1, 0);
}

static char *append_path(char *end, int pid, int argument, u64 folder, u64 path) {
  char link[64];
  char *name = append_number(append(link, "/proc/"), pid);
  if (argument == WORKING_FOLDER || (int)folder == AT_FDCWD) append(name, "/cwd");
  else append_number(append(name, "/fd/"), (u32)folder);
  long bytes = CALL4(SYS_READLINKAT, AT_FDCWD, link, end, PATH_BYTES - 1);
  end[bytes < 0 ? 0 : bytes] = 0;
  end += length_of(end) + 1;
  bytes = peek(pid, path, end, PATH_BYTES - 1);
  end[bytes < 0 ? 0 : bytes] = 0;
  return end + length_of(end) + 1;
}

static char *append_program(char *end, int pid) {
  char path[64];
  append(append_number(append(path, "/proc/"), pid), "/comm");
  int fd = CALL4(SYS_OPENAT, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  long bytes = fd < 0 ? 0 : CALL3(SYS_READ, fd, end, 32);
  close_fd(fd);
  if (bytes > 0) bytes--;
  end[bytes < 0 ? 0 : bytes] = 0;
  return end + length_of(end) + 1;
}

static void report_refused(int status, const struct traced *thread, long error) {
  char *end = append_program(refused->text, thread->pid);
  for (int i = 0; i < ADDRESS_BYTES; i++) refused->address[i] = 0;
  for (int i = 0; i < 6; i++) refused->arguments[i] = thread->arguments[i];
  for (u64 i = 0; i < sizeof named_calls / sizeof *named_calls; i++) {
    const struct named_call *call = &named_calls[i];
    const u64 *arguments = thread->arguments;
    if (call->number != thread->number) continue;
    if (call->folder == ADDRESS) {
      u64 bytes = arguments[call->path + 1];
      peek(thread->pid, arguments[call->path], refused->address, bytes < ADDRESS_BYTES ? bytes : ADDRESS_BYTES);
      continue;
    }
    end = append_path(end, thread->pid, call->folder, arguments[call->folder < 0 ? 0 : call->folder], arguments[call->path]);
    if (call->other_path < 0) continue;
    u64 other = arguments[call->other_folder < 0 ? 0 : call->other_folder];
    end = append_path(end, thread->pid, call->other_folder, other, arguments[call->other_path]);
  }
  refused->record.kind = RECORD_REFUSED;
  refused->record.where = thread->number;
  refused->record.number = error;
  refused->record.detail = end - (char *)refused->arguments;
  const char *from = (char *)refused;
  while (from < end) {
    long written = CALL3(SYS_WRITE, status, from, end - from);
    if (written <= 0) return;
    from += written;
  }
}

static int is_refusal(long error) {
  return error == EPERM || error == EACCES || error == EROFS || error == EBUSY || error == EXDEV || error == EEXIST;
}

static void look_at_call(int status, struct traced *thread) {
  u64 info[12];
  long bytes = CALL4(SYS_PTRACE, PTRACE_GET_SYSCALL_INFO, thread->pid, sizeof info, info);
  if (bytes <= 0) return;
  int moment = *(u8 *)info;
  if (moment == ON_ENTRY) {
    thread->number = info[3];
    for (int i = 0; i < 6; i++) thread->arguments[i] = info[4 + i];
  }
  if (moment != ON_EXIT || thread->number == NO_CALL) return;
  long result = info[3];
  if (*(u8 *)(info + 4) && is_refusal(-result)) report_refused(status, thread, -result);
  thread->number = NO_CALL;
}

// A process has stopped because it is traced: it is looked at, and goes on.
static void look_at(int status, int pid, u32 reason) {
  struct traced *thread = &traced_threads[pid % TRACED];
  int signal = reason >> 8 & 0xff;
  int is_new = thread->pid != (u64)pid;
  if (is_new) {
    thread->pid = pid;
    thread->number = NO_CALL;
    CALL4(SYS_PTRACE, PTRACE_SETOPTIONS, pid, 0, TRACE_OPTIONS);
  }
  if (signal == SYSCALL_STOP) look_at_call(status, thread);
  // What stops it for us is not for the process itself.
  if (signal == SYSCALL_STOP || reason >> 16 || (is_new && signal == SIGSTOP)) signal = 0;
  CALL4(SYS_PTRACE, PTRACE_SYSCALL, pid, 0, signal);
}
