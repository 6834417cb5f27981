// Which system calls are refused, by group, with their numbers on both processors.

/** Numbers on x86_64 and aarch64; -1 where there is none. */
export type Numbers = readonly [number, number];

/**
 * Refused always. They reach past namespaces, or are the parts of the kernel with the worst record, and no build, test or
 * tool needs them: libraries that try io_uring or userfaultfd go on without.
 */
export const NEVER: Readonly<Record<string, Numbers>> = {
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  open_by_handle_at: [304, 265],
};

/**
 * Refused when the network is: every way to talk to someone who is not a relative. The reference also refuses shutdown,
 * getsockopt, setsockopt, getpeername and getsockname, which only concern a socket that one already has; Node's execSync and
 * many others then fail on their own socket pairs.
 */
export const WITHOUT_NETWORK: Readonly<Record<string, Numbers>> = {
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  connect: [42, 203],
  accept: [43, 202],
  accept4: [288, 242],
  bind: [49, 200],
  listen: [50, 201],
  sendmmsg: [307, 269],
  recvmmsg: [299, 243],
};

/** Those of the above by which one talks through sockets: let through where nothing but loopback can be reached. */
export const SOCKET_CALLS = ["connect", "accept", "accept4", "bind", "listen", "sendmmsg", "recvmmsg"];

/** What namespaces of the command's own would keep apart: shared memory, semaphores and queues of the whole machine. */
export const SHARED: Readonly<Record<string, Numbers>> = {
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  semget: [64, 190],
  semop: [65, 193],
  semctl: [66, 191],
  semtimedop: [220, 192],
  msgget: [68, 186],
  msgsnd: [69, 189],
  msgrcv: [70, 188],
  msgctl: [71, 187],
  mq_open: [240, 180],
  mq_unlink: [241, 181],
};

/** Whose argument of this number, a process, must be 0: oneself. */
export const ON_OTHERS: Readonly<Record<string, { readonly numbers: Numbers; readonly argument: number }>> = {
  prlimit64: { numbers: [302, 261], argument: 0 },
  setpriority: { numbers: [141, 140], argument: 1 },
  ioprio_set: { numbers: [251, 30], argument: 1 },
};

/** Modes, owners, times and attributes, which Landlock knows nothing of. */
export const METADATA: Readonly<Record<string, Numbers>> = {
  chmod: [90, -1],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  chown: [92, -1],
  fchown: [93, 55],
  lchown: [94, -1],
  fchownat: [260, 54],
  utime: [132, -1],
  utimes: [235, -1],
  futimesat: [261, -1],
  utimensat: [280, 88],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  fsetxattr: [190, 7],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
  fremovexattr: [199, 16],
  setxattrat: [463, 463],
  removexattrat: [466, 466],
  file_setattr: [469, 469],
};

/** Shortens a file by its path. */
export const TRUNCATE: Numbers = [76, 45];
export const KILL: Numbers = [62, 129];
