/*
 * json_event.h - an event as one JSON object (DESIGN 5, jsonl).
 */
#ifndef PRINT_JSON_EVENT_H
#define PRINT_JSON_EVENT_H

struct buf;
struct event;

/*
 * Appends {"time":...,"kind":...} without a newline.  Members are those of
 * DESIGN 5, in its order, absent when unknown; texts are escaped.
 */
void event_json(struct buf *b, const struct event *ev);

#endif
