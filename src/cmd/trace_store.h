/*
 * trace_store.h - "mailtally trace --store": where in the logs to look.
 *
 * A story is made of lines, which are not in a store; but its facts say when
 * it was, and its sources in which files.  So the same logs are read, but
 * little of them.  What no event tells of - an address in a connection that
 * ended before anything was decided - is found only near what is.
 */
#ifndef CMD_TRACE_STORE_H
#define CMD_TRACE_STORE_H

struct err;
struct kept_logs;
struct logs;
struct spans;
struct store;
struct what;

/* Finds the logs, which l has then, and the spans of the period in them. */
int trace_store_find(struct store *s, const struct what *w, struct logs *l,
    struct kept_logs *kept, struct spans *spans, struct err *err);

#endif
