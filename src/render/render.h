/*
 * render.h - a report as text, JSON, JSON Lines, CSV, HTML, mail or metrics.
 *
 * A renderer knows struct report and an output, nothing of mail.  Each has
 * one function that escapes every text cell: log text is hostile.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct out;
struct report;
struct section;

struct render_options {
	bool color;	  /* text: escape sequences for colours */
	bool utf8;	  /* text: else ASCII only, \xHH, bars of # and lines of -.
			   * JSON and CSV are UTF-8 whatever the terminal is */
	bool bars;	  /* text: draw bars where a column asks for it */
	size_t columns;	  /* text: width aimed at; 0: 80 */
	bool quiet_empty; /* leave sections without rows out */
	bool csv_safe;	  /* ' before a cell that begins with = + - @ (text cells only) */
	bool timing;	  /* JSON: keep "seconds" in */
	const char *directory; /* csv: one file a table there; NULL: one
				* section to the output */
	bool no_script;	  /* html: tables alone */
	const struct mail_envelope *mail; /* mail: NULL: what it says by itself */
};

/* What a mail says of itself; each NULL: as it says there. */
struct mail_envelope {
	const char *from;    /* root@HOST */
	const char *to;	     /* "undisclosed-recipients:;"; several with ", " */
	const char *subject; /* host, period, and what needs attention */
	int64_t now_ns;	     /* its Date and its Message-ID */
};

struct renderer {
	const char *name; /* -o NAME */
	const char *help;
	/*
	 * -1 with *err: e.g. several sections and no directory for csv.
	 * Errors of out itself are kept there: ask out_flush().
	 */
	int (*render)(const struct report *r, const struct render_options *o,
	    struct out *out, struct err *err);
};

/* By name, or NULL.  The list ends with NULL. */
const struct renderer *render_find(const char *name);
extern const struct renderer *const renderers[];

/* For renderers: is s to be shown, or left out by quiet_empty? */
bool render_shows(const struct render_options *o, const struct section *s);

extern const struct renderer render_text;
extern const struct renderer render_json;
extern const struct renderer render_jsonl;
extern const struct renderer render_csv;
extern const struct renderer render_html;
extern const struct renderer render_mail;
extern const struct renderer render_prometheus;

#endif
