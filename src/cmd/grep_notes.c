#include "cmd/grep_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cmd/cmd.h"
#include "cmd/store_opens.h"
#include "input/source.h"

bool
grep_is_for_address(const struct grep_run *r)
{
	return !r->context->quiet && (r->o->logs.filter.to ||
	    search_is_for_address(&r->search));
}

/*
 * A block list refuses a client before it names anybody: such denials can't be
 * found by an address (C.19).
 */
static void
note_unaddressed(const struct grep_run *r)
{
	if (grep_is_for_address(r) && r->unaddressed > 0 && !r->enough)
		fprintf(stderr, "mailtally: %" PRIu64 " denials in the period "
		    "had no recipient and could not match\n", r->unaddressed);
}

static void
note_given_up(const struct grep_run *r)
{
	uint64_t n = search_given_up(&r->search);

	if (n > 0)
		fprintf(stderr, "mailtally: the pattern was too much for %"
		    PRIu64 " texts, which were taken not to match; write it "
		    "without nested repetitions\n", n);
}

static void
note_bytes(const struct grep_run *r)
{
	uint64_t total = 0;
	size_t skipped = 0;

	if (!r->context->verbose)
		return;
	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		total += r->ordered.sources[i].source->size;
		skipped += r->ordered.sources[i].skipped;
	}
	fprintf(stderr, "mailtally: read %" PRIu64 " of %" PRIu64 " bytes; "
	    "%zu of %zu files are outside the period\n", r->ordered.bytes,
	    total, skipped, r->ordered.n_sources);
}

/* Sources that could not be read whole, one line each; their exit status. */
static int
tell_failures(const struct grep_run *r)
{
	int status = r->logs.missing ? err_exit_status(ERR_NO_INPUT) : 0;

	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		const struct ordered_source *s = &r->ordered.sources[i];
		const char *path = s->source->path;

		if (s->error == NULL)
			continue;
		if (strncmp(s->error, path, strlen(path)) == 0)
			fprintf(stderr, "mailtally: %s\n", s->error);
		else
			fprintf(stderr, "mailtally: %s: %s; the rest was "
			    "searched\n", path, s->error);
		status = err_exit_status(ERR_IO);
	}
	return status;
}

/* Was there anything to read, and nothing of it known? */
static bool
nothing_understood(const struct grep_run *r)
{
	bool any = false;

	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		if (r->ordered.sources[i].format ||
		    r->ordered.sources[i].skipped)
			return false;
		any |= r->ordered.sources[i].bytes > 0;
	}
	return any;
}

int
grep_conclude(const struct grep_run *r)
{
	int status;

	note_unaddressed(r);
	note_given_up(r);
	note_bytes(r);
	status = tell_failures(r);
	if (status == 0)
		status = store_tell_gone(&r->kept);
	if (status != 0)
		return status;
	if (nothing_understood(r)) {
		fprintf(stderr, "mailtally: nothing in the input was understood; "
		    "mailtally formats lists what is\n");
		return 2;
	}
	return r->found > 0 ? 0 : 1;
}
