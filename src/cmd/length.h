/*
 * length.h - a length of time as options have it: 5s, 30m, 6h, 2d, 1w.
 */
#ifndef CMD_LENGTH_H
#define CMD_LENGTH_H

#include <stdint.h>

struct err;

/* Longer than nothing.  name is the option's, for the message. */
int length_parse(const char *name, const char *text, int64_t *length_ns,
    struct err *err);

#endif
