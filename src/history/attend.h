/*
 * attend.h - sleeping until logs change: for who then looks at all of them anew.
 *
 *	attend_names	before they are listed
 *	attend_sources	before what was listed is read
 *	attend_wait	whatever happened since wakes at once
 *
 * Where inotify tells nothing (network file systems, a LOG whose directory is
 * not there yet, no watch left) it wakes every second.
 */
#ifndef HISTORY_ATTEND_H
#define HISTORY_ATTEND_H

#include <stdbool.h>
#include <stddef.h>

struct attend;
struct source_list;

struct attend *attend_new(void);
void attend_free(struct attend **a);

/* LOGs: files, and directories with what comes and goes in them. */
void attend_names(struct attend *a, const char *const *names, size_t n);
/* Files that may grow. */
void attend_sources(struct attend *a, const struct source_list *l);
/*
 * Wakes a second after it woke last at the earliest: a busy log is read once a
 * second.  again: there is something left to do, so no later than that.
 */
void attend_wait(struct attend *a, bool again);

#endif
