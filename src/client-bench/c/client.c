/*
 * A load client as small as it can be: one epoll thread, non-blocking reads stamped with the return of their poll,
 * chunked bodies and server-sent events cut byte by byte, each token's text found. What it costs is what the kernel costs.
 *
 * Input: port, streams, warm-up rounds, tokens of a warm-up request, limit ns (0: none), prompt bytes, number of
 * requests, path of the result; then for each request its tokens and when it is to be sent (ns from the start; -1: as
 * soon as a stream is free). Result: columns meta (start, end), id, intended, write start, start of chunks, time, read.
 */
#include "common.h"

enum state { HEAD, SIZE, DATA, DATA_END, TRAILER };

typedef struct {
  double written;
  double *time, *read;
  int tokens, count;
} request;

typedef struct {
  int fd;
  long row;
  enum state state;
  size_t left, size;
  bool finished;
  char line[2048];
  size_t line_length;
  char event[2048];
  size_t event_length;
} connection;

static int epoll, port, streams;
static long warmup_id = 1 << 30;
static char prompt[65536];
static request *requests;
static request warming;
static int *tokens_of;
static double *intended_at;
static long request_count, next_request, in_flight, total_text;
static connection **idle;
static size_t idle_length, connections;
static double reads;
static int64_t stop_at = INT64_MAX;
static bool open_loop;

static connection *open_connection(void) {
  connection *c = must(calloc(1, sizeof *c));
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) die("connect");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  no_delay(c->fd);
  watch(epoll, c->fd, c, EPOLLIN, EPOLL_CTL_ADD);
  idle = must(realloc(idle, ++connections * sizeof(connection *)));
  return c;
}

/* `row` below 0: a warm-up request, which is not recorded. */
static void send_request(connection *c, long row, int tokens) {
  char body[70000], bytes[71000];
  long id = row < 0 ? warmup_id++ : row;
  int length = snprintf(body, sizeof body,
                        "{\"model\":\"stub\",\"prompt\":\"%s\",\"max_tokens\":%d,\"temperature\":1,\"top_p\":0.9,"
                        "\"stream\":true}",
                        prompt, tokens);
  int size = snprintf(bytes, sizeof bytes,
                      "POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                      "x-request-id: %ld\r\nContent-Length: %d\r\n\r\n%s",
                      port, id, length, body);
  request *r = row < 0 ? &warming : &requests[row];
  c->row = row;
  c->state = HEAD;
  c->finished = false;
  c->line_length = c->event_length = 0;
  if (row >= 0) {
    *r = (request){.tokens = tokens};
    r->time = must(malloc((size_t)tokens * sizeof(double)));
    r->read = must(malloc((size_t)tokens * sizeof(double)));
  }
  in_flight++;
  r->written = (double)now_ns();
  if (send(c->fd, bytes, (size_t)size, MSG_NOSIGNAL) != size) die("send");
}

static void take_next(connection *c) {
  if (!open_loop && next_request < request_count && now_ns() < stop_at) {
    long row = next_request++;
    send_request(c, row, tokens_of[row]);
  } else {
    idle[idle_length++] = c;
  }
}

/* One event: a token with its text, or the end mark. */
static void take_event(connection *c, double stamp) {
  if (memcmp(c->event, "data: {", 7) != 0) return;
  char *text = memmem(c->event, c->event_length, "\"text\":\"", 8);
  if (text == NULL) return;
  for (char *at = text + 8; *at != '"'; at++) total_text++;
  if (memmem(c->event, c->event_length, "\"finish_reason\":\"", 17) != NULL) c->finished = true;
  if (c->row < 0) return;
  request *r = &requests[c->row];
  if (r->count == r->tokens) die("more tokens than asked for");
  r->time[r->count] = stamp;
  r->read[r->count++] = reads;
}

static void body_bytes(connection *c, const char *bytes, size_t length, double stamp) {
  for (size_t at = 0; at < length;) {
    const char *end = memchr(bytes + at, '\n', length - at);
    size_t part = end == NULL ? length - at : (size_t)(end - (bytes + at)) + 1;
    if (c->event_length + part >= sizeof c->event) die("a long event");
    memcpy(c->event + c->event_length, bytes + at, part);
    c->event_length += part;
    at += part;
    if (c->event_length >= 2 && memcmp(c->event + c->event_length - 2, "\n\n", 2) == 0) {
      c->event[c->event_length] = 0;
      take_event(c, stamp);
      c->event_length = 0;
    }
  }
}

/* Whether the reply is complete. */
static bool take_bytes(connection *c, const char *bytes, size_t length, double stamp) {
  for (size_t at = 0; at < length;) {
    if (c->state == DATA) {
      size_t part = c->left < length - at ? c->left : length - at;
      body_bytes(c, bytes + at, part, stamp);
      at += part;
      c->left -= part;
      if (c->left == 0) c->state = DATA_END;
      continue;
    }
    char byte = bytes[at++];
    if (byte != '\n') {
      if (byte != '\r' && c->line_length < sizeof c->line - 1) c->line[c->line_length++] = byte;
      continue;
    }
    c->line[c->line_length] = 0;
    size_t line = c->line_length;
    c->line_length = 0;
    if (c->state == HEAD) {
      if (line == 0) c->state = SIZE;
    } else if (c->state == SIZE) {
      c->left = strtoul(c->line, NULL, 16);
      c->state = c->left == 0 ? TRAILER : DATA;
    } else if (c->state == DATA_END) {
      c->state = SIZE;
    } else if (line == 0) {
      return true;
    }
  }
  return false;
}

static void readable(connection *c, double stamp) {
  static char buffer[65536];
  ssize_t length = recv(c->fd, buffer, sizeof buffer, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) die("the server closed a connection");
  reads++;
  if (!take_bytes(c, buffer, (size_t)length, stamp)) return;
  if (!c->finished) die("a reply without its end");
  in_flight--;
  if (c->row < 0) idle[idle_length++] = c;
  else take_next(c);
}

static void turn(int64_t due) {
  static struct epoll_event events[1024];
  int n = wait_events(epoll, events, 1024, due);
  double stamp = (double)now_ns();
  for (int i = 0; i < n; i++) readable(events[i].data.ptr, stamp);
}

static void write_result(const char *path, double start, double end) {
  column meta = {0}, id = {0}, intended = {0}, written = {0}, starts = {0}, time = {0}, read = {0};
  push(&meta, start);
  push(&meta, end);
  for (long row = 0; row < next_request; row++) {
    request *r = &requests[row];
    push(&id, (double)row);
    push(&intended, open_loop ? start + intended_at[row] : NAN);
    push(&written, r->written);
    push(&starts, (double)time.length);
    for (int i = 0; i < r->count; i++) {
      push(&time, r->time[i]);
      push(&read, r->read[i]);
    }
  }
  write_columns(path, (const column *const[]){&meta, &id, &intended, &written, &starts, &time, &read}, 7);
}

int main(void) {
  int rounds, warmup_tokens, prompt_bytes;
  long long limit;
  char path[4096];
  if (scanf("%d %d %d %d %lld %d %ld %4095s", &port, &streams, &rounds, &warmup_tokens, &limit, &prompt_bytes,
            &request_count, path) != 8)
    return 2;
  memset(prompt, 'x', (size_t)prompt_bytes);
  requests = must(calloc((size_t)request_count + 1, sizeof *requests));
  tokens_of = must(calloc((size_t)request_count + 1, sizeof *tokens_of));
  intended_at = must(calloc((size_t)request_count + 1, sizeof *intended_at));
  for (long row = 0; row < request_count; row++)
    if (scanf("%d %lf", &tokens_of[row], &intended_at[row]) != 2) return 2;
  open_loop = request_count > 0 && intended_at[0] >= 0;
  prctl(PR_SET_TIMERSLACK, 1);
  more_files();
  epoll = epoll_create1(0);

  for (int i = 0; i < streams; i++) {
    connection *c = open_connection();
    idle[idle_length++] = c;
  }
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < streams; i++) send_request(idle[--idle_length], -1, warmup_tokens);
    while (in_flight > 0) turn(INT64_MAX);
  }

  int64_t start = now_ns();
  if (limit > 0) stop_at = start + limit;
  if (!open_loop) {
    for (size_t free = idle_length; free > 0; free--) take_next(idle[--idle_length]);
    while (in_flight > 0) turn(INT64_MAX);
  } else {
    while (next_request < request_count || in_flight > 0) {
      while (next_request < request_count && start + (int64_t)intended_at[next_request] <= now_ns()) {
        long row = next_request++;
        connection *c = idle_length > 0 ? idle[--idle_length] : open_connection();
        send_request(c, row, tokens_of[row]);
      }
      turn(next_request < request_count ? start + (int64_t)intended_at[next_request] : INT64_MAX);
    }
  }
  write_result(path, (double)start, (double)now_ns());
  return total_text == 0;
}
