#include "summarize/processor.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "summarize/copy.h"
#include "summarize/counting.h"
#include "summarize/store.h"
#include "summarize/summary.h"

/* How long the child may go on after the end of the log. */
#define ANSWER_PATIENCE_MS 120000

/* What the child sends before the text. */
struct answer_head {
	uint64_t bytes; /* of the log that were counted */
	uint32_t n;
	uint32_t table_at;
	uint32_t may_append; /* the log ends with a whole line */
};

struct child {
	pid_t pid;	/* -1: none */
	struct feed feed;
	int answer_fd;
};

struct run {
	const struct processor_options *o;
	struct processor_report *report;
	bool has_state, has_newstate; /* the descriptors were open */
	struct child child;
	struct answer_head head;
};

/* Not on the heap, so that it is there; one process is one processor. */
static char answer_text[STATE_MAX_BYTES];

static void __attribute__((format(printf, 2, 3)))
tell(struct run *r, const char *format, ...)
{
	struct processor_report *report = r->report;
	va_list ap;

	if (report->n == sizeof(report->lines) / sizeof(report->lines[0]))
		return;
	va_start(ap, format);
	vsnprintf(report->lines[report->n++], sizeof(report->lines[0]), format,
	    ap);
	va_end(ap);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool
processor_is_called(void)
{
	struct stat in, previous;

	return fstat(STDIN_FILENO, &in) == 0 && S_ISREG(in.st_mode) &&
	    stat("previous", &previous) == 0 && same_file(&in, &previous);
}

/* ---- the child ---- */

/* After an error too few are counted, and the answer says so. */
static void
count_pipe(struct counting *c, int fd)
{
	for (;;) {
		size_t room;
		char *to = counting_space(c, &room);
		ssize_t got = read(fd, to, room);

		if (got > 0)
			counting_filled(c, (size_t)got);
		else if (got == 0 || (errno != EINTR && errno != EAGAIN))
			return;
	}
}

static struct str
read_given(const struct run *r, char *p, struct err *err)
{
	ssize_t n;

	err->kind = ERR_NONE;
	if (!r->has_state) {
		err_set(err, ERR_IO, "descriptor 4 is closed");
		return str_none();
	}
	n = store_read(PROCESSOR_STATE_FD, p, STATE_MAX_BYTES, STORE_PATIENCE_MS,
	    err);
	return n > 0 ? str_make(p, (size_t)n) : str_none();
}

/* What the log before left open, if the state is that of just before. */
static struct str
open_before(const struct summary *s)
{
	return s->counted_before ? str_none() : buf_str(&s->state.open);
}

static void
send_answer(int fd, struct answer_head head, struct str text)
{
	head.n = (uint32_t)text.n;
	if (text.n <= STATE_MAX_BYTES &&
	    store_write(fd, str_make((const char *)&head, sizeof(head)),
	    NULL) == 0)
		store_write(fd, text, NULL);
}

static void
child_main(const struct run *r, int log_fd, int answer_fd)
{
	char *given_text = mem_alloc(STATE_MAX_BYTES);
	char *copy_text = mem_alloc(STATE_MAX_BYTES);
	struct counting c;
	struct summary s;
	struct buf text = { 0 };
	struct str given;
	struct err err;
	ssize_t n_copy;
	struct answer_head head = { 0 };
	size_t table_at;

	counting_init(&c, NULL);
	count_pipe(&c, log_fd);
	head.bytes = c.id.bytes;
	head.may_append = c.n == 0;
	given = read_given(r, given_text, &err);
	n_copy = store_read_file(SUMMARY_COPY, copy_text, STATE_MAX_BYTES, NULL);
	summary_init(&s);
	summary_begin(&s, given, err.kind != ERR_NONE ? err.text : NULL,
	    str_make(copy_text, n_copy > 0 ? (size_t)n_copy : 0), c.id);
	counting_finish(&c, open_before(&s));
	summary_add(&s, &c.counted, c.id, buf_str(&c.open));
	if (r->o->include_unprocessed)
		summary_unprocessed(&s, ".");
	summary_write(&text, &s, &c.counted, &table_at);
	head.table_at = (uint32_t)table_at;
	send_answer(answer_fd, head, buf_str(&text));
}

/* ---- this process ---- */

static void
child_start(struct run *r)
{
	struct child *c = &r->child;
	int log[2], answer[2];

	*c = (struct child){ .pid = -1, .feed.fd = -1, .answer_fd = -1 };
	if (pipe2(log, O_CLOEXEC) == -1)
		return;
	if (pipe2(answer, O_CLOEXEC) == -1) {
		close(log[0]);
		close(log[1]);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		close(log[1]);
		close(answer[0]);
		/* Whoever waits for their end waits for us alone. */
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		child_main(r, log[0], answer[1]);
		_exit(0);
	}
	close(log[0]);
	close(answer[1]);
	if (c->pid == -1) {
		close(log[1]);
		close(answer[0]);
		return;
	}
	c->feed.fd = log[1];
	c->answer_fd = answer[0];
	fcntl(c->feed.fd, F_SETFL, O_NONBLOCK);
}

static void
child_end(struct child *c)
{
	if (c->pid == -1)
		return;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	if (c->feed.fd != -1)
		close(c->feed.fd);
	close(c->answer_fd);
	c->pid = -1;
}

static bool
read_answer(struct run *r, struct err *err)
{
	struct answer_head *h = &r->head;
	int fd = r->child.answer_fd;

	return store_read(fd, (char *)h, sizeof(*h), ANSWER_PATIENCE_MS,
	    err) == (ssize_t)sizeof(*h) &&
	    h->bytes == r->child.feed.bytes && h->n <= STATE_MAX_BYTES &&
	    h->table_at <= h->n && store_read(fd, answer_text, h->n,
	    STORE_PATIENCE_MS, err) == (ssize_t)h->n;
}

/* The text of the new state, as the child has it.  False: there is none. */
static bool
child_answer(struct run *r)
{
	struct err err;

	/* One that did not get all of the log has counted too few. */
	if (r->child.pid == -1 || r->child.feed.fd == -1)
		return false;
	close(r->child.feed.fd);
	r->child.feed.fd = -1;
	return read_answer(r, &err);
}

/* The old state as it was, and that a log is not in it. */
static void
answer_instead(struct run *r)
{
	static const char note[] =
	    "# Note: a log was not counted: the counting came to no end\n";
	ssize_t n = 0;

	tell(r, "the log was copied but not counted; the old state is kept");
	if (r->has_state && lseek(PROCESSOR_STATE_FD, 0, SEEK_SET) == 0)
		n = store_read(PROCESSOR_STATE_FD, answer_text,
		    STATE_MAX_BYTES - sizeof(note), STORE_PATIENCE_MS, NULL);
	if (n < 0)
		n = 0;
	memcpy(answer_text + n, note, sizeof(note) - 1);
	r->head = (struct answer_head){
		.n = (uint32_t)((size_t)n + sizeof(note) - 1) };
	r->head.table_at = r->head.n;
}

/* On failure the log ends as it ended. */
static void
append_table(struct run *r)
{
	struct err err;

	if (r->head.may_append && store_write(STDOUT_FILENO,
	    str_make(answer_text + r->head.table_at,
	    r->head.n - r->head.table_at), &err) == -1)
		tell(r, "the table was not appended: %s", err.text);
}

/* By hand, without state descriptors, nobody asks for a file. */
static bool
copy_is_wanted(const struct run *r)
{
	return r->has_state || r->has_newstate ||
	    access("previous", F_OK) == 0;
}

static void
add_note(struct run *r, const char *what, const char *why)
{
	size_t room = STATE_MAX_BYTES - r->head.n;
	int n = snprintf(answer_text + r->head.n, room, "# Note: %s: %s\n",
	    what, why);

	if (n > 0 && (size_t)n < room)
		r->head.n += (uint32_t)n;
}

static void
write_states(struct run *r, bool answered)
{
	struct err err;

	if (answered && copy_is_wanted(r) && store_replace(SUMMARY_COPY,
	    str_make(answer_text, r->head.n), &err) == -1) {
		tell(r, "%s: %s", SUMMARY_COPY, err.text);
		add_note(r, SUMMARY_COPY, err.text);
	}
	if (!r->has_newstate) {
		tell(r, "descriptor 5 is closed: no new state was written");
	} else if (store_write(PROCESSOR_NEWSTATE_FD,
	    str_make(answer_text, r->head.n), &err) == -1) {
		tell(r, "the new state was not written: %s", err.text);
	}
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

int
processor_run(const struct processor_options *o,
    struct processor_report *report, struct err *err)
{
	/* First of all: what we open later may get these numbers. */
	struct run r = { .o = o, .report = report,
		.has_state = is_open(PROCESSOR_STATE_FD),
		.has_newstate = is_open(PROCESSOR_NEWSTATE_FD) };
	bool answered;
	int status;

	*report = (struct processor_report){ 0 };
	/* A limit on the size of files is then an error of write(). */
	signal(SIGXFSZ, SIG_IGN);
	child_start(&r);
	status = copy_all(STDIN_FILENO, STDOUT_FILENO, &r.child.feed, err);
	if (status == 0) {
		answered = child_answer(&r);
		if (!answered)
			answer_instead(&r);
		if (answered && o->append_table)
			append_table(&r);
		write_states(&r, answered);
	}
	child_end(&r.child);
	return status;
}
