/*
 * Preloaded into a server, so that it breaks where a test says, without a hook in the server itself. It counts the
 * system calls that change a disk while the file $FAULT_PLAN says "<round> <at> <what>"; a new round counts from 1
 * again. At number <at> it does <what>: "kill", "stop", or an error number that the call fails with; "12+" stands for
 * number 12 and all that follow. Each call is told in $FAULT_PLAN.trace. $FAULT_NO_LINKS: as on a file system without
 * hard links.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int count;

static ssize_t (*real_write)(int, const void *, size_t);

__attribute__((constructor)) static void begin(void) { real_write = dlsym(RTLD_NEXT, "write"); }

static int number_in_round(int round) {
  static atomic_int current = 0;
  if (atomic_exchange(&current, round) != round) atomic_store(&count, 0);
  return atomic_fetch_add(&count, 1) + 1;
}

static void trace(const char *plan, int number, const char *name, const char *what) {
  char file[400], line[600];
  snprintf(file, sizeof file, "%s.trace", plan);
  int length = snprintf(line, sizeof line, "%d %s %s\n", number, name, what);
  int fd = openat(AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return;
  real_write(fd, line, (size_t)length);
  close(fd);
}

/* An error number when the call is to fail. */
static int fault(const char *name, const char *what) {
  const char *plan = getenv("FAULT_PLAN");
  int fd = plan == NULL ? -1 : openat(AT_FDCWD, plan, O_RDONLY);
  if (fd < 0) return 0;
  char text[80] = "", at[20] = "", action[20] = "";
  int round = 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0 || sscanf(text, "%d %19s %19s", &round, at, action) != 3) return 0;
  int number = number_in_round(round);
  trace(plan, number, name, what);
  int hit = atoi(at);
  if (strchr(at, '+') != NULL ? number < hit : number != hit) return 0;
  if (strcmp(action, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(action, "stop") == 0) kill(getpid(), SIGSTOP);
  return atoi(action);
}

static int is_file(int fd) {
  struct stat stats;
  return fd > 2 && fstat(fd, &stats) == 0 && S_ISREG(stats.st_mode);
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define BROKEN(what)                                                                                                   \
  do {                                                                                                                 \
    int number = fault(__func__, what);                                                                                \
    if (number > 0) {                                                                                                  \
      errno = number;                                                                                                  \
      return -1;                                                                                                       \
    }                                                                                                                  \
  } while (0)

int link(const char *from, const char *to) {
  if (getenv("FAULT_NO_LINKS") != NULL) {
    errno = EPERM;
    return -1;
  }
  BROKEN(to);
  return REAL(link)(from, to);
}

int rename(const char *from, const char *to) {
  BROKEN(to);
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  BROKEN(path);
  return REAL(unlink)(path);
}

int rmdir(const char *path) {
  BROKEN(path);
  return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode) {
  BROKEN(path);
  return REAL(mkdir)(path, mode);
}

int fsync(int fd) {
  BROKEN("");
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  BROKEN("");
  return REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t length) {
  BROKEN("");
  return REAL(ftruncate64)(fd, length);
}

int ftruncate(int fd, off_t length) {
  BROKEN("");
  return REAL(ftruncate)(fd, length);
}

int fchmod(int fd, mode_t mode) {
  BROKEN("");
  return REAL(fchmod)(fd, mode);
}

int fchown(int fd, uid_t uid, gid_t gid) {
  BROKEN("");
  return REAL(fchown)(fd, uid, gid);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (is_file(fd)) BROKEN("");
  return real_write(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  if (is_file(fd)) BROKEN("");
  return REAL(pwrite64)(fd, bytes, size, at);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if ((flags & O_CREAT) != 0) BROKEN(path);
  return REAL(open64)(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if ((flags & O_CREAT) != 0) BROKEN(path);
  return REAL(open)(path, flags, mode);
}
