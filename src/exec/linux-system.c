// What the rest of this C text stands on: types, system calls, and descriptors. Together it is the helper: a small executable of
// its own, which carries out what the program has planned. It includes nothing and links to nothing: users have no C
// development files, and what it does between a clone and an execution must not depend on a library.
//
// No whole struct or array is copied, cleared or initialised: for that the compiler calls functions that are not there.
// Hence the assignments element by element.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

// What the compiler calls by itself where a struct is copied, on ARM.
void *memmove(void *to, const void *from, u64 length) {
  u8 *target = to;
  const u8 *source = from;
  if (target < source)
    for (u64 at = 0; at < length; at++) target[at] = source[at];
  else
    while (length-- > 0) target[length] = source[length];
  return to;
}

#if defined(__x86_64__)
#define NR(x86_64, aarch64) x86_64
enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };
#elif defined(__aarch64__)
#define NR(x86_64, aarch64) aarch64
enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000 };
#else
#error "only x86_64 and aarch64 are known"
#endif

enum {
  SYS_READ = NR(0, 63), SYS_WRITE = NR(1, 64), SYS_CLOSE = NR(3, 57), SYS_LSEEK = NR(8, 62),
  SYS_MMAP = NR(9, 222), SYS_MUNMAP = NR(11, 215), SYS_RT_SIGACTION = NR(13, 134), SYS_RT_SIGPROCMASK = NR(14, 135),
  SYS_IOCTL = NR(16, 29), SYS_EXECVE = NR(59, 221), SYS_WAIT4 = NR(61, 260), SYS_KILL = NR(62, 129),
  SYS_FCNTL = NR(72, 25), SYS_FLOCK = NR(73, 32), SYS_CHDIR = NR(80, 49), SYS_UMASK = NR(95, 166),
  SYS_SETSID = NR(112, 157), SYS_CAPSET = NR(126, 91), SYS_PRCTL = NR(157, 167), SYS_MOUNT = NR(165, 40),
  SYS_GETDENTS64 = NR(217, 61), SYS_EXIT_GROUP = NR(231, 94), SYS_OPENAT = NR(257, 56), SYS_MKDIRAT = NR(258, 34),
  SYS_UNLINKAT = NR(263, 35), SYS_SYMLINKAT = NR(266, 36), SYS_READLINKAT = NR(267, 78), SYS_PPOLL = NR(271, 73),
  SYS_SIGNALFD4 = NR(289, 74), SYS_DUP3 = NR(292, 24), SYS_STATX = NR(332, 291), SYS_GETEUID = NR(107, 175),
  SYS_GETEGID = NR(108, 177), SYS_MEMFD_CREATE = NR(319, 279),
  SYS_RECVMSG = NR(47, 212), SYS_SOCKET = NR(41, 198), SYS_GETPID = NR(39, 172), SYS_CLONE = NR(56, 220),
  SYS_PIPE2 = NR(293, 59), SYS_OPEN_TREE = 428, SYS_MOVE_MOUNT = 429,
  SYS_CLOSE_RANGE = 436, SYS_MOUNT_SETATTR = 442,
};

enum {
  EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, ENOEXEC = 8, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EINVAL = 22,
  EROFS = 30, ENAMETOOLONG = 36, ENOSYS = 38, ELOOP = 40, ESTALE = 116,
};
enum {
  O_RDONLY = 0, O_RDWR = 2, O_ACCMODE = 3, O_CREAT = 0100, O_NONBLOCK = 04000, O_CLOEXEC = 02000000, O_PATH = 010000000,
  AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000, AT_RECURSIVE = 0x8000, AT_REMOVEDIR = 0x200,
  F_DUPFD_CLOEXEC = 1030, F_GETFL = 3, F_SETFL = 4, SIGKILL = 9, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGWINCH = 28, WNOHANG = 1, WALL = 0x40000000,
  S_IFMT = 0170000, S_IFDIR = 0040000, S_IFREG = 0100000, S_IFLNK = 0120000, S_IFBLK = 0060000,
  S_IFCHR = 0020000, S_IFIFO = 0010000,
};
enum { PATH_BYTES = 4096, NONE = -1 };

struct statx {
  u32 mask, block_size;
  u64 attributes;
  u32 links, uid, gid;
  u16 mode, pad;
  u64 inode, size, blocks, attributes_mask, times[8];
  u32 device[4];
  u64 rest[14];
};

// The one thing that cannot be said in C: it moves number and arguments to where the kernel wants them, and asks it.
#if defined(__x86_64__)
static const u8 system_call[] = {
  0x48, 0x89, 0xf8,             // mov rax, rdi
  0x48, 0x89, 0xf7,             // mov rdi, rsi
  0x48, 0x89, 0xd6,             // mov rsi, rdx
  0x48, 0x89, 0xca,             // mov rdx, rcx
  0x4d, 0x89, 0xc2,             // mov r10, r8
  0x4d, 0x89, 0xc8,             // mov r8, r9
  0x4c, 0x8b, 0x4c, 0x24, 0x08, // mov r9, [rsp + 8]
  0x0f, 0x05,                   // syscall
  0xc3,                         // ret
};
#else
static const u32 system_call[] = {
  0xaa0003e8, // mov x8, x0
  0xaa0103e0, // mov x0, x1
  0xaa0203e1, // mov x1, x2
  0xaa0303e2, // mov x2, x3
  0xaa0403e3, // mov x3, x4
  0xaa0503e4, // mov x4, x5
  0xaa0603e5, // mov x5, x6
  0xd4000001, // svc 0
  0xd65f03c0, // ret
};
#endif

// Every system call gives its result, or the negative error number.
static long call6(long number, long a, long b, long c, long d, long e, long f) {
  return ((long (*)(long, long, long, long, long, long, long))(u64)system_call)(number, a, b, c, d, e, f);
}

static long call(long number, long a, long b, long c, long d, long e) {
  return call6(number, a, b, c, d, e, 0);
}

#define CALL1(nr, a) call(nr, (long)(a), 0, 0, 0, 0)
#define CALL2(nr, a, b) call(nr, (long)(a), (long)(b), 0, 0, 0)
#define CALL3(nr, a, b, c) call(nr, (long)(a), (long)(b), (long)(c), 0, 0)
#define CALL4(nr, a, b, c, d) call(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define CALL5(nr, a, b, c, d, e) call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

static void leave(int code) {
  for (;;) CALL1(SYS_EXIT_GROUP, code);
}

static u64 length_of(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

static char *append(char *end, const char *text) {
  while (*text) *end++ = *text++;
  *end = 0;
  return end;
}

static char *append_number(char *end, u64 number) {
  char digits[24];
  int count = 0;
  do digits[count++] = '0' + number % 10;
  while (number /= 10);
  while (count) *end++ = digits[--count];
  *end = 0;
  return end;
}

// The decimal number that a text is; NONE for one that begins otherwise.
static long number_of(const char *text) {
  long number = 0;
  if (*text < '0' || *text > '9') return NONE;
  for (; *text >= '0' && *text <= '9'; text++) number = number * 10 + *text - '0';
  return number;
}

static int starts_with(const char *text, const char *prefix) {
  while (*prefix)
    if (*text++ != *prefix++) return 0;
  return 1;
}

static void close_fd(int fd) {
  if (fd >= 0) CALL1(SYS_CLOSE, fd);
}

static char *descriptor_path(char *into, int fd) {
  append_number(append(into, "/proc/self/fd/"), fd);
  return into;
}

static long look(int fd, const char *name, int flags, struct statx *into) {
  return CALL5(SYS_STATX, fd, name, flags, 0x7ff, into);
}

static int is_same_file(const struct statx *a, const struct statx *b) {
  return a->inode == b->inode && a->device[2] == b->device[2] && a->device[3] == b->device[3];
}

// Opens an absolute path as O_PATH without following any symbolic link, whatever happens to the path meanwhile.
// Stops `levels_up` components early: 1 gives the parent, and `*rest` then points at the last name.
static int walk(const char *path, int levels_up, const char **rest) {
  char name[256];
  struct statx seen;
  int at = CALL4(SYS_OPENAT, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  while (at >= 0) {
    while (*path == '/') path++;
    if (!*path) return at;
    u64 length = 0;
    while (path[length] && path[length] != '/') length++;
    const char *after = path + length;
    while (*after == '/') after++;
    if (levels_up && !*after) {
      *rest = path;
      return at;
    }
    if (length >= sizeof name) {
      close_fd(at);
      return -ENAMETOOLONG;
    }
    for (u64 i = 0; i < length; i++) name[i] = path[i];
    name[length] = 0;
    int next = CALL4(SYS_OPENAT, at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    close_fd(at);
    if (next < 0) return next;
    long looked = look(next, "", AT_EMPTY_PATH, &seen);
    if (looked < 0 || (seen.mode & S_IFMT) == S_IFLNK) {
      close_fd(next);
      return looked < 0 ? looked : -ELOOP;
    }
    at = next;
    path = after;
  }
  return at;
}

static int is_listed(int fd, const int *list, int count) {
  for (int i = 0; i < count; i++)
    if (list[i] == fd) return 1;
  return 0;
}

// Before Linux 5.9 there is no close_range: read the numbers from /proc. False when that is impossible too.
static int close_listed_in_proc(const int *keep, int count) {
  char entries[4096];
  int directory = CALL4(SYS_OPENAT, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return 0;
  for (int closed = 1; closed;) {
    closed = 0;
    CALL3(SYS_LSEEK, directory, 0, 0);
    for (long bytes; (bytes = CALL3(SYS_GETDENTS64, directory, entries, sizeof entries)) > 0;) {
      for (char *entry = entries; entry < entries + bytes; entry += *(u16 *)(entry + 16)) {
        const char *name = entry + 19;
        if (*name < '0' || *name > '9') continue;
        int fd = 0;
        while (*name) fd = fd * 10 + *name++ - '0';
        if (fd == directory || is_listed(fd, keep, count)) continue;
        close_fd(fd);
        closed = 1;
      }
    }
  }
  close_fd(directory);
  return 1;
}

// Closes every descriptor but those listed (negative numbers are ignored). False when it cannot be done.
static int close_all_but(const int *keep, int count) {
  int next = 0;
  for (;;) {
    int stop = 0x7fffffff;
    for (int i = 0; i < count; i++)
      if (keep[i] >= next && keep[i] < stop) stop = keep[i];
    int last = stop == 0x7fffffff ? stop : stop - 1;
    if (last >= next && CALL3(SYS_CLOSE_RANGE, next, last, 0) < 0) return close_listed_in_proc(keep, count);
    if (stop == 0x7fffffff) return 1;
    next = stop + 1;
  }
}

static int close_all_but_these(int a, int b, int c, int d, int e) {
  int keep[5];
  keep[0] = a;
  keep[1] = b;
  keep[2] = c;
  keep[3] = d;
  keep[4] = e;
  return close_all_but(keep, 5);
}
