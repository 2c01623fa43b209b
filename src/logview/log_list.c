#include "logview/log_list.h"

#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/when.h"
#include "pump/span.h"
#include "report/report.h"

/* ---- ids ---- */

static void
make_id(char id[LOG_ID_DIGITS + 1], const char *text)
{
	snprintf(id, LOG_ID_DIGITS + 1, "%016" PRIx64, hash_64(str_from(text)));
}

void
log_id(char id[LOG_ID_DIGITS + 1], const struct source *s)
{
	char text[64];

	snprintf(text, sizeof(text), "file %" PRIu64 " %" PRIu64, s->device,
	    s->inode);
	make_id(id, text);
}

struct str
log_name(const struct source *s)
{
	const char *slash = strrchr(s->path, '/');

	return str_from(slash ? slash + 1 : s->path);
}

const struct source *
log_find(const struct source_list *l, struct str id)
{
	for (size_t i = 0; i < l->n; i++) {
		char own[LOG_ID_DIGITS + 1];

		log_id(own, l->sources[i]);
		if (str_eq(id, str_from(own)))
			return l->sources[i];
	}
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(id, log_name(l->sources[i])))
			return l->sources[i];
	return NULL;
}

/* ---- states ---- */

static bool
is_multilog(const struct source *s)
{
	return s->kind == SOURCE_FINISHED || s->kind == SOURCE_UNPROCESSED ||
	    s->kind == SOURCE_CURRENT;
}

/* All sources of a directory have the same pointer for it. */
static bool
has_stream(const struct log_state *states, size_t n, const char *stream)
{
	for (size_t i = 0; i < n; i++)
		if (states[i].stream == stream)
			return true;
	return false;
}

static bool
look_for_state(struct log_state *s, const char *stream)
{
	struct stat st;
	int n = snprintf(s->path, sizeof(s->path), "%s/state", stream);

	if (n < 0 || (size_t)n >= sizeof(s->path) ||
	    lstat(s->path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	s->stream = stream;
	s->size = (uint64_t)st.st_size;
	s->mtime_ns = st.st_mtim.tv_sec * WHEN_SECOND + st.st_mtim.tv_nsec;
	make_id(s->id, s->path);
	return true;
}

size_t
log_states(struct log_state *states, size_t max, const struct source_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n && n < max; i++) {
		const struct source *s = l->sources[i];

		if (is_multilog(s) && !has_stream(states, n, s->stream) &&
		    look_for_state(&states[n], s->stream))
			n++;
	}
	return n;
}

/* ---- the report ---- */

static const char *
kind_name(enum source_kind kind)
{
	switch (kind) {
	case SOURCE_FILE:
		return "file";
	case SOURCE_FINISHED:
		return "finished";
	case SOURCE_UNPROCESSED:
		return "unprocessed";
	case SOURCE_CURRENT:
		return "current";
	case SOURCE_STDIN:
		return "stdin";
	}
	return "file";
}

static struct value
copied(struct report *r, const char *text)
{
	return text ? value_text(arena_str(&r->arena, str_from(text))) :
	    value_null();
}

static struct value
time_of(int64_t time_ns)
{
	return time_ns == WHEN_NONE ? value_null() : value_int(time_ns);
}

static void
log_row(struct report *r, struct table *t, const struct source *s,
    const struct zone *zone)
{
	struct value *v = table_row(r, t)->values;
	char id[LOG_ID_DIGITS + 1];
	struct span span;

	log_id(id, s);
	span_read(&span, s, zone, 0);
	*v++ = copied(r, id);
	*v++ = copied(r, s->stream);
	*v++ = value_text(arena_str(&r->arena, log_name(s)));
	*v++ = copied(r, kind_name(s->kind));
	*v++ = copied(r, source_packing_name(s->packing));
	*v++ = value_count(s->size);
	/* The year of a stamp without one would be a guess. */
	*v++ = time_of(span_is_absolute(span.kind) ||
	    span.last_ns != WHEN_NONE ? span.first_ns : WHEN_NONE);
	*v++ = time_of(span.last_ns);
	*v++ = time_of(s->mtime_ns);
	*v++ = value_int(s->rotated);
	*v = copied(r, s->error);
}

static void
logs_section(struct report *r, const struct source_list *l,
    const struct zone *zone)
{
	struct section *s = report_section(r, "logs", "Log files");
	struct table *t = section_table(r, s, NULL, NULL);

	s->always = true;
	table_column(r, t, "Id", VALUE_TEXT);
	table_column(r, t, "Stream", VALUE_TEXT);
	table_column(r, t, "Name", VALUE_TEXT);
	table_column(r, t, "Kind", VALUE_TEXT);
	table_column(r, t, "Packed", VALUE_TEXT);
	table_column(r, t, "Bytes", VALUE_BYTES);
	table_column(r, t, "First", VALUE_TIME);
	table_column(r, t, "Last", VALUE_TIME);
	table_column(r, t, "Changed", VALUE_TIME);
	table_column(r, t, "Rotated", VALUE_FLAG)->mark = "rotated";
	table_column(r, t, "Problem", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < l->n; i++)
		log_row(r, t, l->sources[i], zone);
}

static void
states_section(struct report *r, const struct source_list *l)
{
	struct section *s = report_section(r, "states", "States of log "
	    "directories");
	struct table *t = section_table(r, s, NULL, NULL);
	struct log_state *states = mem_zalloc(LOG_STATES_MAX * sizeof(*states));
	size_t n = log_states(states, LOG_STATES_MAX, l);

	s->always = true;
	table_column(r, t, "Id", VALUE_TEXT);
	table_column(r, t, "Stream", VALUE_TEXT);
	table_column(r, t, "Bytes", VALUE_BYTES);
	table_column(r, t, "Changed", VALUE_TIME);
	for (size_t i = 0; i < n; i++) {
		struct value *v = table_row(r, t)->values;

		*v++ = copied(r, states[i].id);
		*v++ = copied(r, states[i].stream);
		*v++ = value_count(states[i].size);
		*v = time_of(states[i].mtime_ns);
	}
	free(states);
}

void
log_list_report(struct report *r, const struct source_list *l,
    const struct zone *zone)
{
	logs_section(r, l, zone);
	states_section(r, l);
}
