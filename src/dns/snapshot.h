/*
 * snapshot.h - answers of block lists in a file, so that a run can be repeated
 * without a network (spec/reports.md C.20; mailtally-dnsbl(1) has the format
 * for people).
 *
 *	mailtally-dnsbl-snapshot	1
 *	taken	2026-03-30T00:10:10Z
 *	list	bl.example	works
 *	list	dead.example	no answer	REFUSED
 *	answer	192.0.2.9	bl.example	listed	127.0.0.2	see https://bl.example/
 *	answer	192.0.2.10	bl.example	not listed
 *	answer	192.0.2.11	bl.example	unknown	timeout
 *
 * Lines of fields with a TAB between; fields at the end may be missing, and
 * lines that are empty or begin with # are passed over.  Lists stand before
 * answers.  The fourth field of an answer is the A record of "listed" and the reason
 * of "unknown"; the fifth TXT, or the A record that made it unknown.  In both, \\ is
 * a backslash and \xHH a byte that is none of printable ASCII.
 */
#ifndef DNS_SNAPSHOT_H
#define DNS_SNAPSHOT_H

#include <stdint.h>

#include "base/str.h"

struct answers;
struct buf;
struct err;

/* Beside the path, synced, renamed over it.  What was not asked is left out;
 * clients stand in the order of the table. */
int snapshot_write(const char *path, const struct answers *a, int64_t taken_ns,
    struct err *err);

/* The same, appended to b. */
void snapshot_print(struct buf *b, const struct answers *a, int64_t taken_ns);

/*
 * Adds the lists and clients of a file to an empty table.  -1 with *err:
 * ERR_NO_INPUT, ERR_IO, or ERR_DATA naming the line.  *taken_ns is WHEN_NONE where
 * the file does not say.
 */
int snapshot_read(const char *path, struct answers *a, int64_t *taken_ns,
    struct err *err);

/* The same of a text; path is for messages. */
int snapshot_parse(struct str text, const char *path, struct answers *a,
    int64_t *taken_ns, struct err *err);

#endif
