/*
 * plain.h - values as programs read them: JSON and CSV.
 */
#ifndef RENDER_PLAIN_H
#define RENDER_PLAIN_H

#include <stdbool.h>

#include "report/report.h"

struct buf;

/*
 * Appends v of a column of this type, without quotes: integers and bytes as
 * they are, durations as decimal seconds, percentages rounded to 4 decimals
 * and reals to 6, times as RFC 3339, flags as true and false.  A real has at
 * least one decimal (40.0), no more than it needs, and a number that does
 * not fit the type is written by its own kind.
 *
 * v is not text: escaping is the renderer's.  False, and nothing appended,
 * when it is unknown (value_known).
 */
bool plain_value(struct buf *b, enum value_type type, struct value v);

/* The name of a type in JSON: "text", "count", ... */
const char *plain_type_name(enum value_type type);

#endif
