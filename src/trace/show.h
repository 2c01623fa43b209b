/*
 * show.h - stories for people (text) and for programs (JSON); escaped.
 */
#ifndef TRACE_SHOW_H
#define TRACE_SHOW_H

#include <stdbool.h>

struct buf;
struct story;
struct zone;

struct show_options {
	const struct zone *zone;
	bool color; /* SGR sequences by what a line says */
	bool utf8;  /* else what is not ASCII is escaped too */
};

/*
 * Each appends to b, with a newline at the end.
 *
 * Whole: each line of the log with its time, process and what it says (pass,
 * fail ...), then the sentence.
 *
 *	2026-03-29 09:58:41.123   26351 pass      (connect) dnsbl: pass
 */
void show_story(struct buf *b, const struct story *s,
    const struct show_options *o);
/*
 * As one line of a list:
 *
 *	2026-03-29 09:58:45   26351 rejected   192.0.2.1 a@b -> c@d, badrcptto
 */
void show_row(struct buf *b, const struct story *s,
    const struct show_options *o);

/*
 * As DESIGN 5 has it, one object without a newline: verdict, sentence, events,
 * and beside them what the story knows by name.
 */
void show_json(struct buf *b, const struct story *s,
    const struct show_options *o);
/* Its events, each an object on a line of its own. */
void show_events(struct buf *b, const struct story *s);

#endif
