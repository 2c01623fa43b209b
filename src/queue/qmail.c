#include "queue/qmail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/num.h"
#include "base/when.h"

/* Of one list of recipients; a mailing list's has some 100 bytes each. */
#define FILE_BYTES ((size_t)256 << 20)

struct reading {
	struct queue *q;
	int fd; /* of the queue's directory */
	struct map bouncing;
};

static void
problem(struct queue *q, const char *path, int error)
{
	/* It went away: the queue lives. */
	if (error == ENOENT)
		return;
	if (q->n_problems < QUEUE_PROBLEMS)
		q->problems[q->n_problems] = (struct queue_problem){
			arena_str(&q->arena, str_from(path)),
			arena_str(&q->arena, str_from(strerror(error))).p };
	q->n_problems++;
}

/* ---- directories ---- */

/* Called with the path of each file that has a number for a name. */
typedef void file_fn(struct reading *r, const char *path, uint64_t number);

static void
each_file(struct reading *r, const char *dir, int depth, file_fn *fn)
{
	int fd = openat(r->fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (d == NULL) {
		problem(r->q, dir, errno);
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(d))) {
		struct buf path = { 0 };
		struct stat st;
		uint64_t number;

		if (!num_u64(str_from(entry->d_name), &number))
			continue;
		buf_printf(&path, "%s/%s", dir, entry->d_name);
		if (fstatat(r->fd, path.p, &st, AT_SYMLINK_NOFOLLOW) < 0)
			problem(r->q, path.p, errno);
		else if (S_ISDIR(st.st_mode) && depth > 0)
			each_file(r, path.p, depth - 1, fn);
		else if (S_ISREG(st.st_mode))
			fn(r, path.p, number);
		buf_clear(&path);
	}
	closedir(d);
}

/* ---- files ---- */

/* The whole of a small file, and when it was modified; false if there is none. */
static bool
read_file(struct reading *r, const char *path, struct buf *b,
    int64_t *modified_ns)
{
	int fd = openat(r->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	buf_reset(b);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		problem(r->q, path, errno);
		if (fd >= 0)
			close(fd);
		return false;
	}
	*modified_ns = when_from_s(st.st_mtim.tv_sec) + st.st_mtim.tv_nsec;
	do {
		n = read(fd, buf_reserve(b, 65536), 65536);
		if (n > 0)
			b->n += (size_t)n;
	} while (n > 0 && b->n < FILE_BYTES);
	if (n < 0)
		problem(r->q, path, errno);
	close(fd);
	return n >= 0;
}

static struct str
next_record(struct str *rest)
{
	struct str record = str_none();

	str_cut(rest, '\0', &record);
	return record;
}

/* "Tbob@example.com\0Dann@example.com\0" */
static void
read_recipients(struct reading *r, struct queue_message *m, const char *path,
    bool remote)
{
	struct buf b = { 0 };
	struct str rest, record;
	int64_t modified_ns;

	if (read_file(r, path, &b, &modified_ns)) {
		rest = buf_str(&b);
		while (rest.n > 0) {
			record = next_record(&rest);
			if (record.n == 0 ||
			    (record.p[0] != 'T' && record.p[0] != 'D'))
				continue;
			ARRAY_PUSH(m->recipients, m->n_recipients,
			    m->cap_recipients) = (struct queue_recipient){
				.address = arena_str(&r->q->arena,
				    str_skip(record, 1)),
				.remote = remote,
				.done = record.p[0] == 'D' };
		}
	}
	buf_clear(&b);
}

static int64_t
size_of(struct reading *r, const char *path)
{
	struct stat st;

	if (fstatat(r->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return (int64_t)st.st_size;
	problem(r->q, path, errno);
	return -1;
}

/* info/S/M: the same place in the other directories has the rest. */
static void
read_message(struct reading *r, const char *path, uint64_t number)
{
	const char *place = path + sizeof("info") - 1;
	struct queue *q = r->q;
	struct queue_message m = { .number = number };
	struct buf b = { 0 }, other = { 0 };
	struct str rest, sender;

	if (!read_file(r, path, &b, &m.queued_ns)) {
		buf_clear(&b);
		return;
	}
	rest = buf_str(&b);
	sender = next_record(&rest);
	if (sender.n > 0 && sender.p[0] == 'F')
		m.sender = arena_str(&q->arena, str_skip(sender, 1));
	m.bouncing = map_find(&r->bouncing, number) != NULL;
	buf_printf(&other, "mess%s", place);
	m.bytes = size_of(r, other.p);
	buf_reset(&other);
	buf_printf(&other, "local%s", place);
	read_recipients(r, &m, other.p, false);
	buf_reset(&other);
	buf_printf(&other, "remote%s", place);
	read_recipients(r, &m, other.p, true);
	ARRAY_PUSH(q->messages, q->n, q->cap) = m;
	buf_clear(&b);
	buf_clear(&other);
}

static void
count_message(struct reading *r, const char *path, uint64_t number)
{
	(void)path;
	(void)number;
	r->q->in_queue++;
}

static void
count_todo(struct reading *r, const char *path, uint64_t number)
{
	(void)path;
	(void)number;
	r->q->not_preprocessed++;
}

static void
note_bounce(struct reading *r, const char *path, uint64_t number)
{
	(void)path;
	map_set(&r->bouncing, number, r);
}

static int
by_age(const void *a, const void *b)
{
	const struct queue_message *x = a, *y = b;

	if (x->queued_ns != y->queued_ns)
		return x->queued_ns < y->queued_ns ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

int
queue_read(struct queue *q, const char *dir, struct err *err)
{
	struct reading r = { .q = q };
	struct stat st;

	r.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r.fd < 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s; name the queue with "
		    "--dir, or a log of qmail-send", dir, strerror(errno));
	if (fstatat(r.fd, "mess", &st, 0) < 0 &&
	    fstatat(r.fd, "info", &st, 0) < 0) {
		close(r.fd);
		return err_set(err, ERR_NO_INPUT, "%s: is no queue of qmail, "
		    "which has directories mess and info; name one with --dir",
		    dir);
	}
	each_file(&r, "mess", 1, count_message);
	each_file(&r, "todo", 1, count_todo);
	each_file(&r, "bounce", 0, note_bounce);
	each_file(&r, "info", 1, read_message);
	if (q->n > 1)
		qsort(q->messages, q->n, sizeof(*q->messages), by_age);
	map_clear(&r.bouncing);
	close(r.fd);
	return 0;
}

void
queue_close(struct queue *q)
{
	for (size_t i = 0; i < q->n; i++)
		free(q->messages[i].recipients);
	free(q->messages);
	arena_clear(&q->arena);
	*q = (struct queue){ 0 };
}

int64_t
queue_next_try_ns(int64_t age_ns, bool remote)
{
	int64_t step_s = remote ? 20 : 10, root = 0;
	int64_t age_s = age_ns > 0 ? age_ns / WHEN_SECOND : 0;

	/* A message is at most some weeks old: a few hundred rounds. */
	while (root * root <= age_s && root < 100000)
		root += step_s;
	return root * root * WHEN_SECOND;
}

int64_t
queue_retry_ns(int64_t age_ns, bool remote)
{
	int64_t age_s = age_ns > 0 ? age_ns / WHEN_SECOND : 0, root = 0;

	while ((root + 1) * (root + 1) <= age_s && root < 100000)
		root++;
	root += remote ? 20 : 10;
	return root * root * WHEN_SECOND;
}
