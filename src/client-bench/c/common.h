/* What the stub and the client share: time, growing arrays of doubles, the wait for events, the files they leave. */
#ifndef SERVEMARK_COMMON_H
#define SERVEMARK_COMMON_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Noreturn static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* CLOCK_MONOTONIC, as process.hrtime has it. */
static inline int64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static inline void *must(void *memory) {
  if (memory == NULL) die("memory");
  return memory;
}

typedef struct {
  double *at;
  size_t length, room;
} column;

static inline void push(column *c, double value) {
  if (c->length == c->room) {
    c->room = c->room == 0 ? 65536 : c->room * 2;
    c->at = must(realloc(c->at, c->room * sizeof(double)));
  }
  c->at[c->length++] = value;
}

/* Columns one behind the other, each preceded by its length; all doubles. */
static inline void write_columns(const char *path, const column *const columns[], size_t count) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) die(path);
  for (size_t i = 0; i < count; i++) {
    double length = (double)columns[i]->length;
    fwrite(&length, sizeof length, 1, file);
    fwrite(columns[i]->at, sizeof(double), columns[i]->length, file);
  }
  if (fclose(file) != 0) die(path);
}

/* Waits until `due` (0: not at all, INT64_MAX: without end). Returns the number of events. */
static inline int wait_events(int epoll, struct epoll_event *events, int most, int64_t due) {
  int64_t left = due == INT64_MAX ? -1 : due - now_ns();
  if (due != INT64_MAX && left < 0) left = 0;
  struct timespec limit = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
#ifdef SYS_epoll_pwait2
  long n = syscall(SYS_epoll_pwait2, epoll, events, most, left < 0 ? NULL : &limit, NULL, (size_t)0);
  if (n < 0 && errno == ENOSYS)
#else
  long n;
#endif
  /* An older kernel counts in milliseconds: the last one is turned through. */
    n = epoll_wait(epoll, events, most, left < 0 ? -1 : (int)(left / 1000000));
  if (n < 0 && errno != EINTR) die("epoll");
  return n < 0 ? 0 : (int)n;
}

static inline void more_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static inline void watch(int epoll, int fd, void *data, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll, how, fd, &event) != 0) die("epoll_ctl");
}

static inline void no_delay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

#endif
