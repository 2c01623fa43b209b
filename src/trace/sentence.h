/*
 * sentence.h - a story in one sentence: who sent what to whom and when, what
 * was decided by whom and why, how long it took and where it is now.
 *
 * For each outcome there is one pattern (the table in sentence.c); what is not
 * known is left out of it.  The sentence is raw, as the log's texts in it are:
 * who shows it escapes it.  Long texts are cut.
 */
#ifndef TRACE_SENTENCE_H
#define TRACE_SENTENCE_H

struct buf;
struct story;
struct zone;

/* Appends the sentence, with its full stop; times are in zone z. */
void sentence_add(struct buf *b, const struct story *s, const struct zone *z);

#endif
