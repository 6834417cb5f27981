// The spawner: a small copy of the program, made at the first command, from which the chain of every command is cloned.
//
// To clone the program itself would cost more the more memory it uses, and every page that it writes to meanwhile would be
// copied. The spawner has given its memory back. It listens on a socket, ends when the program is gone, and knows no secret.

enum {
  AF_UNIX = 1, SOCK_SEQPACKET = 5, SOCK_CLOEXEC = 02000000, SOL_SOCKET = 1, SCM_RIGHTS = 1, SO_RCVTIMEO = 20,
  MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000, MFD_CLOEXEC = 1, STACKS = 4, EPIPE = 32, ECONNRESET = 104, ETIMEDOUT = 110,
  ANSWER_SECONDS = 10, CONTROL_WORDS = 8,
};

struct io_vector {
  void *base;
  u64 length;
};

struct message {
  void *name;
  u64 name_length;
  struct io_vector *vectors;
  u64 vector_count;
  u64 *control;
  u64 control_length;
  u64 flags;
};

// `present` has a bit for each of the descriptors of a plan that is passed; the plan's own file comes after them.
struct request {
  u64 plan_bytes, present;
};

static int spawner_socket = NONE, spawner_pid;

static void prepare_message(struct message *message, struct io_vector *vector, struct request *request, u64 *control) {
  vector->base = request;
  vector->length = sizeof *request;
  message->name = 0;
  message->name_length = 0;
  message->vectors = vector;
  message->vector_count = 1;
  message->control = control;
  message->control_length = CONTROL_WORDS * 8;
  message->flags = 0;
}

// Receives a request and its descriptors into `child`. False when the program is gone.
static int receive(struct child *child) {
  u64 control[CONTROL_WORDS];
  struct request request;
  struct io_vector vector;
  struct message message;
  prepare_message(&message, &vector, &request, control);
  if (CALL3(SYS_RECVMSG, child->socket, &message, MSG_CMSG_CLOEXEC) != sizeof request) return 0;
  const int *descriptors = (const int *)(control + 2);
  for (int i = 0; i < PASSED; i++) child->passed[i] = request.present >> i & 1 ? *descriptors++ : NONE;
  child->plan_file = *descriptors;
  child->plan_bytes = request.plan_bytes;
  return 1;
}

static int spawner_main(void *argument) {
  struct child *child = argument;
  close_all_but_these(child->socket, NONE, NONE, NONE, NONE);
  forget(&child->arena);
  set_signals(SIG_IGN);
  CALL1(SYS_SETSID, 0);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex-spawner");
  while (receive(child)) {
    long pid = start(keeper_main, child, 1, 0);
    for (int i = 0; i < PASSED; i++) close_fd(child->passed[i]);
    close_fd(child->plan_file);
    CALL3(SYS_WRITE, child->socket, &pid, sizeof pid);
  }
  leave(0);
  return 1;
}

// ---- in the program

static long start_spawner(void) {
  int ends[2];
  u64 size = STACKS * (u64)STACK_BYTES, all = ~0UL, before;
  u64 patience[2];
  patience[0] = ANSWER_SECONDS;
  patience[1] = 0;
  long found = kept_count ? 0 : find_kept_memory();
  if (found < 0) return found;
  long made = CALL4(SYS_SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
  if (made < 0) return made;
  CALL5(SYS_SETSOCKOPT, ends[0], SOL_SOCKET, SO_RCVTIMEO, patience, sizeof patience);
  u64 arena = call6(SYS_MMAP, 0, size, 3, 0x22, -1, 0);
  if (arena > (u64)-4096) return arena;
  struct child *child = (struct child *)arena;
  child->arena.start = arena;
  child->arena.end = arena + size;
  child->socket = ends[1];
  CALL4(SYS_RT_SIGPROCMASK, 2, &all, &before, 8);
  long pid = start(spawner_main, child, 0, 0);
  CALL4(SYS_RT_SIGPROCMASK, 2, &before, 0, 8);
  CALL2(SYS_MUNMAP, arena, size);
  close_fd(ends[1]);
  if (pid < 0) {
    close_fd(ends[0]);
    return pid;
  }
  spawner_socket = ends[0];
  spawner_pid = pid;
  return 0;
}

// One that is gone, or does not answer.
static void drop_spawner(void) {
  close_fd(spawner_socket);
  spawner_socket = NONE;
  CALL2(SYS_KILL, spawner_pid, SIGKILL);
  CALL4(SYS_WAIT4, spawner_pid, 0, WALL, 0);
}

static long plan_file(const u8 *plan, u64 bytes) {
  int fd = CALL2(SYS_MEMFD_CREATE, "codex-plan", MFD_CLOEXEC);
  for (u64 done = 0; fd >= 0 && done < bytes;) {
    long written = CALL3(SYS_WRITE, fd, plan + done, bytes - done);
    if (written <= 0) {
      close_fd(fd);
      return written;
    }
    done += written;
  }
  return fd;
}

// Sends a plan with its descriptors and waits for the keeper's process id.
static long ask_spawner(const struct plan *plan, int file, u64 bytes) {
  u64 control[CONTROL_WORDS];
  struct request request;
  struct io_vector vector;
  struct message message;
  int *descriptors = (int *)(control + 2), count = 0;
  int passed[PASSED];
  for (int i = 0; i < 3; i++) passed[i] = plan->streams[i];
  passed[3] = plan->status;
  passed[4] = plan->control;
  request.plan_bytes = bytes;
  request.present = 0;
  for (int i = 0; i < PASSED; i++) {
    if (passed[i] < 0) continue;
    request.present |= 1UL << i;
    descriptors[count++] = passed[i];
  }
  descriptors[count++] = file;
  prepare_message(&message, &vector, &request, control);
  control[0] = 16 + 4 * count;
  control[1] = SOL_SOCKET | (u64)SCM_RIGHTS << 32;
  message.control_length = (control[0] + 7) & ~7UL;
  long result = CALL3(SYS_SENDMSG, spawner_socket, &message, MSG_NOSIGNAL);
  if (result < 0) return result;
  long pid;
  result = CALL3(SYS_READ, spawner_socket, &pid, sizeof pid);
  if (result == 0) return -EPIPE;
  if (result == -EAGAIN) return -ETIMEDOUT;
  return result < 0 ? result : pid;
}

static void prepare(const struct host *from) {
  host.syscall = from->syscall;
  host.clone = from->clone;
  host.error_number = from->error_number;
  host.thread = from->thread;
}

// Runs a plan. Gives the process id of its keeper, or a negative error number. A spawner that was killed is replaced.
static long start_plan(const u8 *plan, u64 bytes) {
  int file = plan_file(plan, bytes);
  if (file < 0) return file;
  long result = -EPIPE;
  for (int tries = 0; tries < 2 && (result == -EPIPE || result == -ECONNRESET); tries++) {
    result = spawner_socket < 0 ? start_spawner() : 0;
    if (result == 0) result = ask_spawner((const struct plan *)plan, file, bytes);
    if (result < 0 && spawner_socket >= 0) drop_spawner();
  }
  close_fd(file);
  return result;
}

// At the end of the program: whoever inherits its children may not collect them, as process 1 of many containers.
static void stop_spawner(void) {
  if (spawner_socket < 0) return;
  close_fd(spawner_socket);
  spawner_socket = NONE;
  CALL4(SYS_WAIT4, spawner_pid, 0, WALL, 0);
}

// Declared last, and so the last of all data.
static u64 end_of_data;

// The only name that the program looks up, since each one costs it time: addresses of the functions above, and where the
// first of them and the last of the data are.
void *codex_address(int which) {
  switch (which) {
    case 0: return prepare;
    case 1: return start_plan;
    case 2: return stop_spawner;
    case 3: return landlock_version;
    case 4: return call6;
    default: return &end_of_data;
  }
}
