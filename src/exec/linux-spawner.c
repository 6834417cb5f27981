// The spawner: the helper as a process of its own, started at the first command, from which the chain of every command is cloned.
//
// To clone the program itself would cost more the more memory it uses, and would hand its keys to the clone. The spawner has
// nothing of the program but a socket. It takes plans from there, and ends when the program is gone.

enum {
  SCM_CONTROL_BYTES = 16, MSG_CMSG_CLOEXEC = 0x40000000, CONTROL_WORDS = 8,
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

// Receives a request and its descriptors into `child`. False when the program is gone.
static int receive(int socket, struct child *child) {
  u64 control[CONTROL_WORDS];
  struct request request;
  struct io_vector vector;
  struct message message;
  vector.base = &request;
  vector.length = sizeof request;
  message.name = 0;
  message.name_length = 0;
  message.vectors = &vector;
  message.vector_count = 1;
  message.control = control;
  message.control_length = sizeof control;
  message.flags = 0;
  if (CALL3(SYS_RECVMSG, socket, &message, MSG_CMSG_CLOEXEC) != sizeof request) return 0;
  const int *descriptors = (const int *)((u8 *)control + SCM_CONTROL_BYTES);
  for (int i = 0; i < PASSED; i++) child->passed[i] = request.present >> i & 1 ? *descriptors++ : NONE;
  child->plan_file = *descriptors;
  child->plan_bytes = request.plan_bytes;
  return 1;
}

// Answers each request with the process id of its keeper, or a negative error number.
static int spawner_main(struct child *child, int socket) {
  close_all_but_these(socket, NONE, NONE, NONE, NONE);
  set_signals(SIG_IGN);
  block_signals(~0UL);
  CALL1(SYS_SETSID, 0);
  CALL2(SYS_PRCTL, PR_SET_NAME, "codex-spawner");
  while (receive(socket, child)) {
    long pid = start(keeper_main, child, 0);
    for (int i = 0; i < PASSED; i++) close_fd(child->passed[i]);
    close_fd(child->plan_file);
    CALL3(SYS_WRITE, socket, &pid, sizeof pid);
  }
  return 0;
}
