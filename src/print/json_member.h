/*
 * json_member.h - numbers and times of an event as members of a JSON object
 * that was begun with {; nothing where they are not known.
 */
#ifndef PRINT_JSON_MEMBER_H
#define PRINT_JSON_MEMBER_H

#include <stdint.h>

struct buf;

/* Nothing of EVENT_NO_NUMBER. */
void json_add_number(struct buf *b, const char *name, int64_t n);
/* n units of 10^-digits, exact: at least one digit behind the point. */
void json_add_decimal(struct buf *b, const char *name, int64_t n, int digits);
/* RFC 3339, UTC; nothing of WHEN_NONE. */
void json_add_time(struct buf *b, const char *name, int64_t time_ns);

#endif
