#include "summarize/summary.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/when.h"
#include "summarize/numbers.h"
#include "summarize/store.h"

void
summary_init(struct summary *s)
{
	*s = (struct summary){ 0 };
	state_init(&s->state);
}

void
summary_clear(struct summary *s)
{
	state_clear(&s->state);
	buf_clear(&s->notes);
}

void
summary_note(struct summary *s, const char *format, ...)
{
	va_list ap;

	buf_add_str(&s->notes, STR("# Note: "));
	va_start(ap, format);
	buf_vprintf(&s->notes, format, ap);
	va_end(ap);
	buf_add_char(&s->notes, '\n');
}

/* ---- which state ---- */

static void
note_damage(struct summary *s, const struct state *st)
{
	if (st->not_understood > 0)
		summary_note(s, "%zu lines of the state were not understood",
		    st->not_understood);
	if (st->without_time > 0)
		summary_note(s, "%zu rows of the state had no time; they count "
		    "from the beginning", st->without_time);
	if (!st->whole && st->not_understood == 0)
		summary_note(s, "rows and total of the state do not agree; it "
		    "was cut or changed");
}

static void
take(struct summary *s, struct state *from)
{
	state_clear(&s->state);
	s->state = *from;
	state_init(from);
}

/*
 * multilog empties its state when it finds, at its start, that it was
 * killed.  What the processor was at work on then may have become an
 * unprocessed log, or have gone its way.
 */
static void
take_copy(struct summary *s, struct state *copy, struct log_id log)
{
	take(s, copy);
	s->counted_before = log.bytes > 0 && log_id_eq(s->state.last, log);
	if (!s->counted_before)
		state_include(&s->state, s->state.last);
}

static const char *
why_not_given(const struct state *given, const char *trouble)
{
	if (trouble != NULL)
		return trouble;
	return state_is_empty(given) && given->whole ? "it was empty"
	    : "it was damaged";
}

static void
take_given(struct summary *s, struct state *given, const struct state *copy)
{
	note_damage(s, given);
	/* The old tool had it in between and left out what only we read. */
	for (size_t i = 0; !given->marked && i < copy->n_included; i++)
		state_include(given, copy->included[i]);
	take(s, given);
}

void
summary_begin(struct summary *s, struct str given_text, const char *trouble,
    struct str copy_text, struct log_id log)
{
	struct state given, copy;
	bool use_copy;

	state_init(&given);
	state_init(&copy);
	state_read(&given, given_text);
	state_read(&copy, copy_text);
	use_copy = !state_is_empty(&copy) && (state_is_empty(&given) ||
	    (!given.whole && copy.whole && copy.marked));
	if (use_copy) {
		summary_note(s, "the state was not used: %s; its copy %s was",
		    why_not_given(&given, trouble), SUMMARY_COPY);
		note_damage(s, &copy);
		take_copy(s, &copy, log);
	} else if (!state_is_empty(&given) || given.marked) {
		take_given(s, &given, &copy);
	} else {
		summary_note(s, "there was no state to go on from: %s; the "
		    "totals begin here", why_not_given(&given, trouble));
	}
	state_clear(&given);
	state_clear(&copy);
}

/* ---- what is added ---- */

void
summary_add(struct summary *s, const struct counted *c, struct log_id log,
    struct str open)
{
	if (s->counted_before) {
		summary_note(s, "the copy has this log in it already; it was "
		    "not added again");
		return;
	}
	state_add(&s->state, &c->sums, c->first_ns, c->last_ns);
	if (log.bytes > 0)
		s->state.last = log;
	buf_reset(&s->state.open);
	buf_add_str(&s->state.open, open);
}

/* "@4000000069c83fad1cca00b4.u" */
static int
is_unprocessed(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n == 27 && entry->d_name[0] == '@' &&
	    strcmp(entry->d_name + 25, ".u") == 0;
}

static int
count_file(struct counting *c, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t got;

	if (fd == -1)
		return err_set(err, ERR_IO, "cannot open it");
	do {
		size_t room;
		char *to = counting_space(c, &room);

		got = store_read(fd, to, room, STORE_PATIENCE_MS, err);
		if (got > 0)
			counting_filled(c, (size_t)got);
	} while (got > 0);
	close(fd);
	counting_finish(c, str_none());
	return got == 0 ? 0 : -1;
}

static void
add_unprocessed(struct summary *s, const char *directory, const char *name,
    struct unprocessed *u)
{
	char path[PATH_MAX];
	struct counting c;
	struct err err;

	counting_init(&c, NULL);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (count_file(&c, path, &err) == -1) {
		summary_note(s, "%s was not counted: %s", name, err.text);
		u->unreadable++;
	} else if (state_has_included(&s->state, c.id) ||
	    log_id_eq(s->state.last, c.id)) {
		u->known++;
	} else if (c.id.bytes > 0) {
		uint64_t n = sums_total(&c.counted.sums);

		state_add(&s->state, &c.counted.sums, c.counted.first_ns,
		    c.counted.last_ns);
		state_include(&s->state, c.id);
		summary_note(s, "%s was never processed; its %" PRIu64
		    " transactions were added", name, n);
		u->files++;
		u->transactions += n;
	}
	counting_clear(&c);
}

struct unprocessed
summary_unprocessed(struct summary *s, const char *directory)
{
	struct unprocessed u = { 0 };
	struct dirent **names;
	int n = scandir(directory, &names, is_unprocessed, alphasort);

	if (n == -1) {
		summary_note(s, "unprocessed logs were not looked for: the "
		    "directory cannot be read");
		u.unreadable++;
		return u;
	}
	for (int i = 0; i < n; i++) {
		add_unprocessed(s, directory, names[i]->d_name, &u);
		free(names[i]);
	}
	free(names);
	return u;
}

/* ---- the text ---- */

void
summary_write(struct buf *b, struct summary *s, const struct counted *recent,
    size_t *table_at)
{
	struct numbers n;

	if (s->state.sums.cut > 0)
		summary_note(s, "%" PRIu64 " transactions have names beyond "
		    "the first %d and are counted as %s", s->state.sums.cut,
		    SUMS_MAX - 1, SUMS_OTHERS);
	state_write(b, &s->state);
	buf_add_str(b, buf_str(&s->notes));
	*table_at = b->n;
	buf_add_str(b, STR("#\n"));
	numbers_init(&n, &recent->sums, recent->first_ns, recent->last_ns,
	    &s->state);
	numbers_table(b, &n, "# ");
	numbers_clear(&n);
}
