/*
 * place.h - all that is known of one log directory, or one log file, after one
 * look at it: for the checks.
 */
#ifndef DOCTOR_PLACE_H
#define DOCTOR_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/format.h"
#include "summarize/state.h"

struct zone;

struct place {
	const char *path;
	const char *name;	/* the last part of path */
	int error;		/* errno: it cannot be listed; 0 */
	bool directory;
	bool multilog;		/* it has what multilog keeps there */

	/* Files. */
	unsigned finished, unprocessed, others;
	unsigned uncounted;	/* unprocessed, and not in the state */
	unsigned unreadable;
	const char *unreadable_path; /* the first one, */
	const char *unreadable_why;  /* and why */
	uint64_t largest_file;	/* of the finished ones, bytes */
	uint64_t disk_bytes;

	/* What multilog is at. */
	bool has_lock, locked;	/* locked: somebody holds it now */
	int64_t previous_ns;	/* since when "previous" lies there; WHEN_NONE */
	bool has_state;
	bool state_regular;
	const char *state_error; /* it cannot be read: why */
	struct state state;

	/* Lines. */
	const char *format;	/* NULL: not recognised */
	struct scan_counts counts;
	uint64_t connections;	/* accepted */
	uint64_t records;	/* transactions */
	uint64_t debug_lines;	/* among the last ones: "running plugin" */

	/* The file system it is on. */
	int disk_used_percent;	/* -1: not known */
};

/* Looks.  path must outlive it; zone is of stamps that name none. */
struct place *place_new(const char *path, const struct zone *zone,
    int64_t now_ns);
void place_free(struct place **p);

/* From the first line to the last; negative: not known. */
int64_t place_held_ns(const struct place *p);
/*
 * How many files of the size of the largest finished one hold so much time, at
 * the rate of the lines that are there; 0: not known.
 */
uint64_t place_files_for(const struct place *p, int64_t length_ns);

#endif
