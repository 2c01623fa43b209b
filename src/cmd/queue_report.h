/*
 * queue_report.h - a queue as tables: its state, its messages, where they go.
 */
#ifndef CMD_QUEUE_REPORT_H
#define CMD_QUEUE_REPORT_H

#include <stdint.h>

struct queue;
struct report;

/* dir is what the queue is called in notes; top 0: all rows. */
void queue_report(struct report *r, const struct queue *q, const char *dir,
    int64_t now_ns, long top);

#endif
