/*
 * human.h - values as people read them (spec/reports.md A.3): text and HTML.
 */
#ifndef RENDER_HUMAN_H
#define RENDER_HUMAN_H

#include <stdbool.h>
#include <stdint.h>

#include "report/report.h"

struct buf;
struct zone;

/*
 * Appends v as column c asks: 512 B, 1.5 KiB, 12.3s, 40.0%, local times of
 * zone z (RFC 3339 without one), the mark of a flag or nothing.  Counts have
 * no separators, so that they can be searched for.  A real where the column
 * holds integers (a mean in a footer) has one decimal.
 *
 * v is not text: escaping is the renderer's.  False, and nothing appended,
 * when it is unknown (value_known).
 */
bool human_value(struct buf *b, const struct column *c, const struct zone *z,
    struct value v);

/* An instant in zone z, or as RFC 3339 when that is NULL; form 0: WHEN_LOCAL. */
void human_time(struct buf *b, int64_t time_ns, int form, const struct zone *z);

/* Binary units, one decimal from 1 KiB on. */
void human_bytes(struct buf *b, int64_t bytes);

#endif
