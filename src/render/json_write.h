/*
 * json_write.h - JSON (RFC 8259), written as it comes.
 *
 * The writer sets the commas; the caller opens and closes in order.  Nothing
 * is kept in memory but one text, and errors stay in the output.
 * Text cells may hold any bytes: see base/json_text.h.
 */
#ifndef RENDER_JSON_WRITE_H
#define RENDER_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "report/report.h"

struct out;

struct json {
	struct out *out;
	struct buf text; /* scratch: a text or a number */
	bool comma;	 /* the next value or key needs one before it */
};

void json_init(struct json *j, struct out *out);
void json_clear(struct json *j);

/* The bracket itself: '{' or '[', then '}' or ']'. */
void json_open(struct json *j, char bracket);
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_text(struct json *j, struct str s);
void json_count(struct json *j, uint64_t n);
/* Text, number, true, false or null, as DESIGN 5 wants the type. */
void json_value(struct json *j, enum value_type type, struct value v);
/* Only for the eye: what comes next stands on a line of its own. */
void json_line(struct json *j, size_t indent);
/* The end of an object that is a line: JSON Lines. */
void json_end_line(struct json *j);

/* Pieces that JSON and JSON Lines have in common; members only, no braces. */
/* schema, program, host. */
void json_report_members(struct json *j, const struct report *r);
/* One member, "period". */
void json_period(struct json *j, const struct report *r);
void json_head_members(struct json *j, const struct report *r);
void json_input_members(struct json *j, const struct report_input *in);
void json_row_members(struct json *j, const struct table *t,
    const struct row *row);
void json_footer_members(struct json *j, const struct table *t,
    const struct footer *f);

#endif
