/*
 * sec_streams.h - the streams in an order that does not depend on that of
 * the arguments.
 */
#ifndef REPORT_SEC_STREAMS_H
#define REPORT_SEC_STREAMS_H

struct build;
struct log_stream;

/* b->n_streams pointers by name, in the report's arena. */
const struct log_stream **streams_by_name(const struct build *b);

#endif
