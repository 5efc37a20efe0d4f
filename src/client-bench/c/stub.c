/*
 * A completions server that keeps an exact schedule: one epoll thread, one send() a token, each event with the time of
 * its send() inside. Arguments: TTFT ns, gap ns, phase (fixed | stagger | lock), path of the log. Prints its port; ends
 * when its input does, and then writes the log: columns id, received, first due, blocked, start of its chunks; sent.
 */
#include "common.h"

enum phase { FIXED, STAGGER, LOCK };

typedef struct {
  int fd;
  int64_t due;
  int left;
  bool open;
  char in[8192];
  size_t in_length;
  char *out;
  size_t out_length, out_room;
  size_t row;
  double *sent;
  int tokens;
  char event[512];
  size_t event_length;
  char *stamp;
} connection;

/* A request's chunks are kept with it until the end: columns of requests in flight would mix. */
typedef struct {
  double *sent;
  int count;
} chunk_log;

static const char head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char last_event[] = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";

static int epoll;
static int64_t ttft, gap, origin;
static enum phase phase;
static uint64_t random_state = 88172645463325252u;
static connection **heap;
static size_t heap_length, heap_room;
static column ids, received_at, first_due, blocked;
static chunk_log *logs;
static size_t logs_room;

static double uniform(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (double)(random_state >> 11) / 9007199254740992.0;
}

static void heap_sink(size_t at) {
  connection *moved = heap[at];
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= heap_length) break;
    if (child + 1 < heap_length && heap[child + 1]->due < heap[child]->due) child++;
    if (heap[child]->due >= moved->due) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

static void heap_add(connection *c) {
  if (heap_length == heap_room) {
    heap_room = heap_room == 0 ? 1024 : heap_room * 2;
    heap = must(realloc(heap, heap_room * sizeof *heap));
  }
  size_t at = heap_length++;
  while (at > 0 && heap[(at - 1) / 2]->due > c->due) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = c;
}

static void heap_drop(void) {
  heap[0] = heap[--heap_length];
  if (heap_length > 0) heap_sink(0);
}

/* What the kernel does not take waits for the socket to become writable. */
static void send_bytes(connection *c, const char *bytes, size_t length) {
  ssize_t taken = 0;
  if (c->out_length == 0) {
    taken = send(c->fd, bytes, length, MSG_NOSIGNAL);
    if (taken == (ssize_t)length) return;
    if (taken < 0 && errno != EAGAIN) return;
    if (taken < 0) taken = 0;
    watch(epoll, c->fd, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
  blocked.at[c->row]++;
  size_t rest = length - (size_t)taken;
  if (c->out_length + rest > c->out_room) {
    c->out_room = (c->out_length + rest) * 2;
    c->out = must(realloc(c->out, c->out_room));
  }
  memcpy(c->out + c->out_length, bytes + taken, rest);
  c->out_length += rest;
}

static void flush(connection *c) {
  ssize_t taken = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL);
  if (taken <= 0) return;
  c->out_length -= (size_t)taken;
  memmove(c->out, c->out + taken, c->out_length);
  if (c->out_length == 0) watch(epoll, c->fd, c, EPOLLIN, EPOLL_CTL_MOD);
}

/* The event as it stands in a chunk; only its stamp changes from token to token. */
static void render(connection *c, const char *finish) {
  char text[400];
  int size = snprintf(text, sizeof text,
                      "data: {\"id\":\"cmpl-%019lld\",\"object\":\"text_completion\",\"created\":1700000000,\"model\":"
                      "\"stub\",\"choices\":[{\"index\":0,\"text\":\" tok\",\"logprobs\":null,\"finish_reason\":%s}],"
                      "\"sent_ns\":\"0000000000000000000\"}\n\n",
                      (long long)received_at.at[c->row], finish);
  c->event_length = (size_t)sprintf(c->event, "%x\r\n%s\r\n", size, text);
  c->stamp = c->event + c->event_length - 25;
}

/* One token. The stamp is taken last, right before the send. */
static void play(connection *c) {
  char bytes[1024];
  size_t length = 0;
  const bool last = c->left == 1, first = c->left == c->tokens;
  if (last) render(c, "\"length\"");
  int64_t at = now_ns();
  c->sent[c->tokens - c->left] = (double)at;
  for (int digit = 18; digit >= 0; digit--, at /= 10) c->stamp[digit] = (char)('0' + at % 10);
  c->left--;
  if (!first && !last) {
    send_bytes(c, c->event, c->event_length);
    return;
  }
  if (first) {
    memcpy(bytes, head, sizeof head - 1);
    length = sizeof head - 1;
  }
  memcpy(bytes + length, c->event, c->event_length);
  length += c->event_length;
  if (last) {
    memcpy(bytes + length, last_event, sizeof last_event - 1);
    length += sizeof last_event - 1;
  }
  send_bytes(c, bytes, length);
}

static void begin(connection *c, double id, int tokens, int64_t received) {
  int64_t due = received + ttft;
  if (phase == STAGGER) due += (int64_t)(uniform() * (double)gap);
  if (phase == LOCK) due = origin + (due - origin + gap - 1) / gap * gap;
  c->row = ids.length;
  push(&ids, id);
  push(&received_at, (double)received);
  push(&first_due, (double)due);
  push(&blocked, 0);
  if (c->row == logs_room) {
    logs_room = logs_room == 0 ? 65536 : logs_room * 2;
    logs = must(realloc(logs, logs_room * sizeof *logs));
  }
  c->sent = must(malloc((size_t)tokens * sizeof(double)));
  logs[c->row] = (chunk_log){.sent = c->sent, .count = tokens};
  c->tokens = c->left = tokens;
  c->due = due;
  render(c, "null");
  if (ttft > 0 || gap > 0) {
    heap_add(c);
    return;
  }
  while (c->left > 0) play(c);
}

static double number_after(const char *text, size_t length, const char *name, double otherwise) {
  const char *found = memmem(text, length, name, strlen(name));
  return found == NULL ? otherwise : strtod(found + strlen(name), NULL);
}

/* Requests come one at a time on a connection. */
static void take(connection *c, int64_t received) {
  char *end = memmem(c->in, c->in_length, "\r\n\r\n", 4);
  if (end == NULL) return;
  size_t body = (size_t)(end + 4 - c->in);
  size_t length = (size_t)number_after(c->in, body, "ontent-Length: ", number_after(c->in, body, "ontent-length: ", 0));
  if (c->in_length < body + length) return;
  double id = number_after(c->in, body, "equest-id: ", -1);
  int tokens = (int)number_after(c->in + body, length, "\"max_tokens\":", 1);
  c->in_length = 0;
  begin(c, id, tokens < 1 ? 1 : tokens, received);
}

static void readable(connection *c, int64_t received) {
  ssize_t length = recv(c->fd, c->in + c->in_length, sizeof c->in - 1 - c->in_length, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
    close(c->fd);
    c->open = false;
    return;
  }
  c->in_length += (size_t)length;
  c->in[c->in_length] = 0;
  take(c, received);
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    no_delay(fd);
    connection *c = must(calloc(1, sizeof *c));
    c->fd = fd;
    c->open = true;
    watch(epoll, fd, c, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static void write_log(const char *path) {
  column starts = {0}, sent = {0};
  for (size_t row = 0; row < ids.length; row++) {
    push(&starts, (double)sent.length);
    for (int i = 0; i < logs[row].count; i++) push(&sent, logs[row].sent[i]);
  }
  write_columns(path, (const column *const[]){&ids, &received_at, &first_due, &blocked, &starts, &sent}, 6);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  ttft = atoll(argv[1]);
  gap = atoll(argv[2]);
  phase = strcmp(argv[3], "stagger") == 0 ? STAGGER : strcmp(argv[3], "lock") == 0 ? LOCK : FIXED;
  origin = now_ns();
  prctl(PR_SET_TIMERSLACK, 1);
  more_files();

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 8192) != 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  epoll = epoll_create1(0);
  watch(epoll, listener, &listener, EPOLLIN, EPOLL_CTL_ADD);
  watch(epoll, STDIN_FILENO, NULL, EPOLLIN, EPOLL_CTL_ADD);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  static struct epoll_event events[1024];
  for (;;) {
    int64_t at = now_ns();
    /* Beyond what is due, requests must be heard: never more than so many sends between two looks. */
    for (int n = 0; n < 64 && heap_length > 0 && heap[0]->due <= at; n++) {
      connection *c = heap[0];
      if (!c->open) {
        logs[c->row].count = c->tokens - c->left;
        heap_drop();
        continue;
      }
      play(c);
      if (c->left == 0) {
        heap_drop();
      } else {
        c->due += gap;
        heap_sink(0);
      }
    }
    int n = wait_events(epoll, events, 1024, heap_length > 0 ? heap[0]->due : INT64_MAX);
    int64_t received = now_ns();
    for (int i = 0; i < n; i++) {
      void *who = events[i].data.ptr;
      if (who == NULL) {
        write_log(argv[4]);
        return 0;
      }
      if (who == &listener) {
        accept_all(listener);
        continue;
      }
      connection *c = who;
      if (events[i].events & EPOLLOUT) flush(c);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c, received);
    }
  }
}
