#include "doctor/place.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "event/event.h"
#include "input/source.h"
#include "pump/pump.h"
#include "summarize/counting.h"
#include "summarize/store.h"

/* So much of the end of the newest files shows how much is logged. */
#define TAIL_BYTES (256 << 10)

static const char *
last_part(const char *path)
{
	const char *end = path + strlen(path), *p;

	while (end > path + 1 && end[-1] == '/')
		end--;
	for (p = end; p > path && p[-1] != '/'; p--)
		;
	return p;
}

static char *
beside(const struct place *p, const char *name)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s", p->path, name);
	return b.p;
}

static bool
look_at(const struct place *p, const char *name, struct stat *st)
{
	char *path = beside(p, name);
	bool there = lstat(path, st) == 0;

	free(path);
	return there;
}

/* ---- the lock ---- */

/* "1: FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF": the inode is 131090. */
static bool
names_inode(struct str lock, ino_t inode)
{
	const char *colon = memrchr(lock.p, ':', lock.n);
	uint64_t number;

	if (colon == NULL)
		return false;
	lock = str_span(colon + 1, lock.p + lock.n);
	return num_u64(str_head(lock, str_index(lock, ' ')), &number) &&
	    number == inode;
}

/*
 * Does somebody hold a lock of this file?  It is looked up, not tried: a
 * multilog that starts while we hold it would give up.
 */
static bool
is_locked(ino_t inode)
{
	FILE *f = fopen("/proc/locks", "re");
	char line[256];
	bool found = false;

	if (f == NULL)
		return true; /* no reason to worry anybody */
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = names_inode(str_from(line), inode);
	fclose(f);
	return found;
}

static void
look_at_lock(struct place *p)
{
	struct stat st;

	p->has_lock = look_at(p, "lock", &st);
	p->locked = p->has_lock && is_locked(st.st_ino);
}

/* ---- the state ---- */

static void
look_at_state(struct place *p)
{
	char *path, *text;
	struct stat st;
	struct err err;
	ssize_t n;

	p->has_state = look_at(p, "state", &st);
	p->state_regular = p->has_state && S_ISREG(st.st_mode);
	if (!p->state_regular)
		return;
	path = beside(p, "state");
	text = mem_alloc(STATE_MAX_BYTES);
	n = store_read_file(path, text, STATE_MAX_BYTES, &err);
	if (n < 0)
		p->state_error = mem_strdup(err.text);
	else
		state_read(&p->state, str_make(text, (size_t)n));
	free(text);
	free(path);
}

static void
look_at_previous(struct place *p)
{
	struct stat st;

	p->previous_ns = WHEN_NONE;
	/* The inode changed when it was renamed, and has not since. */
	if (look_at(p, "previous", &st))
		p->previous_ns = when_from_s(st.st_ctim.tv_sec) +
		    st.st_ctim.tv_nsec;
}

/* ---- files and lines ---- */

static void
count_event(void *ctx, const struct event *ev)
{
	struct place *p = ctx;

	if (ev->kind == EVENT_ACCEPTED)
		p->connections++;
	else if (ev->kind == EVENT_TRANSACTION)
		p->records++;
}

static void
add_file(struct place *p, const struct pumped_source *s)
{
	const struct source *source = s->source;

	if (s->error != NULL && !s->truncated && p->unreadable++ == 0) {
		p->unreadable_path = mem_strdup(source->path);
		p->unreadable_why = mem_strdup(s->error);
	}
	p->disk_bytes += source->size;
	switch (source->kind) {
	case SOURCE_FINISHED:
		p->finished++;
		if (source->size > p->largest_file)
			p->largest_file = source->size;
		break;
	case SOURCE_UNPROCESSED:
		p->unprocessed++;
		p->uncounted += !state_has_included(&p->state,
		    log_id_of_file(source->path));
		break;
	case SOURCE_CURRENT:
	case SOURCE_FILE:
	case SOURCE_STDIN:
		p->others++;
		break;
	}
	if (source->kind != SOURCE_FILE && source->kind != SOURCE_STDIN)
		p->multilog = true;
}

/* A directory is one stream; of a file of syslog with several the largest counts. */
static void
take_stream(struct place *p, const struct pumped_stream *s)
{
	if (s->format == NULL && p->counts.lines > 0)
		return;
	if (s->format != NULL)
		p->format = s->format->name;
	if (s->counts.lines >= p->counts.lines)
		p->counts = s->counts;
}

/* "(connect) running plugin: dnsbl" is written from log level 7 on. */
static void
look_at_end(struct place *p, const struct source *source)
{
	char *text;
	struct stat st;
	struct str rest, line;
	int fd;
	ssize_t n;

	if (source->packing != PACKING_NONE)
		return;
	fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return;
	text = mem_alloc(TAIL_BYTES);
	n = fstat(fd, &st) == -1 ? -1 : pread(fd, text, TAIL_BYTES,
	    st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0);
	rest = str_make(text, n > 0 ? (size_t)n : 0);
	while (rest.n > 0 && str_cut(&rest, '\n', &line))
		p->debug_lines += str_find(line, STR(" running plugin")) < line.n;
	free(text);
	close(fd);
}

static void
read_logs(struct place *p, const struct source_list *sources,
    const struct zone *zone, int64_t now_ns)
{
	void *ctx[] = { p };
	const struct pump_options po = {
		.sources = sources, .jobs = 1, .zone = zone,
		.now_ns = WHEN_NONE, .clock_ns = now_ns,
		.wants = EVENT_BIT(EVENT_TRANSACTION) |
		    EVENT_BIT(EVENT_ACCEPTED),
		.start_ns = INT64_MIN, .end_ns = INT64_MAX,
		.sink = count_event, .sink_ctx = ctx,
	};
	struct pumped pumped;

	pump_run(&po, &pumped);
	for (size_t i = 0; i < pumped.n_sources; i++) {
		add_file(p, &pumped.sources[i]);
		/* The newest one may just have been begun. */
		if (i + 2 >= pumped.n_sources)
			look_at_end(p, pumped.sources[i].source);
	}
	for (size_t i = 0; i < pumped.n_streams; i++)
		take_stream(p, &pumped.streams[i]);
	pumped_clear(&pumped);
}

static void
look_at_logs(struct place *p, const struct zone *zone, int64_t now_ns)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	struct source_list sources = { 0 };
	struct err err;

	errno = 0;
	if (source_list_add(&sources, p->path, &so, &err) == -1) {
		p->error = errno != 0 ? errno : ENOENT;
	} else {
		source_list_mark_copies(&sources);
		read_logs(p, &sources, zone, now_ns);
	}
	source_list_clear(&sources);
}

/* As df does: of what everybody may use. */
static void
look_at_disk(struct place *p)
{
	struct statvfs v;
	double used, usable;

	p->disk_used_percent = -1;
	if (statvfs(p->path, &v) == -1 || v.f_blocks == 0)
		return;
	used = (double)(v.f_blocks - v.f_bfree);
	usable = used + (double)v.f_bavail;
	if (usable > 0)
		p->disk_used_percent = (int)(used * 100 / usable + 0.999);
}

struct place *
place_new(const char *path, const struct zone *zone, int64_t now_ns)
{
	struct place *p = mem_zalloc(sizeof(*p));
	struct stat st;

	p->path = path;
	p->name = last_part(path);
	p->counts.first_ns = p->counts.last_ns = WHEN_NONE;
	p->previous_ns = WHEN_NONE;
	state_init(&p->state);
	if (stat(path, &st) == -1) {
		p->error = errno;
		p->disk_used_percent = -1;
		return p;
	}
	p->directory = S_ISDIR(st.st_mode);
	if (p->directory && access(path, R_OK | X_OK) == -1)
		p->error = errno;
	if (p->directory) {
		look_at_lock(p);
		look_at_state(p);
		look_at_previous(p);
		p->multilog = p->has_lock;
	}
	if (p->error == 0)
		look_at_logs(p, zone, now_ns);
	look_at_disk(p);
	return p;
}

int64_t
place_held_ns(const struct place *p)
{
	if (p->counts.first_ns == WHEN_NONE)
		return -1;
	return p->counts.last_ns - p->counts.first_ns;
}

uint64_t
place_files_for(const struct place *p, int64_t length_ns)
{
	double held = (double)place_held_ns(p);

	if (held <= 0 || p->largest_file == 0)
		return 0;
	/* One more, which is being written. */
	return (uint64_t)((double)p->counts.bytes * (double)length_ns / held /
	    (double)p->largest_file) + 2;
}

/* The texts are ours; the members are const for those who look. */
static void
free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

void
place_free(struct place **p)
{
	if (*p == NULL)
		return;
	state_clear(&(*p)->state);
	free_text((*p)->unreadable_path);
	free_text((*p)->unreadable_why);
	free_text((*p)->state_error);
	free(*p);
	*p = NULL;
}
