/*
 * format.h - what a log format is: something that knows its lines and joins
 * them into events.
 *
 * A format is one const struct and one line in the registry.  It has two
 * halves: a line parser without memory (format_explain shows it at work) and
 * a scan, which remembers what must be joined between lines.
 *
 * Scans merge.  Any piece of a log can be scanned on its own - a part of a
 * file, a file of a rotation - in any thread and any order.  What the piece
 * cannot know (how the connections that were open at its beginning began,
 * how the ones open at its end went on) is kept in the scan; joining the
 * scans of neighbouring pieces resolves it and emits the events that waited
 * for it.  So parallel, per-file and incremental reading are one operation.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "event/event.h"

struct buf;
struct format;
struct stamp_clock;
struct zone;

/* What the scans of all formats begin with; the rest is the format's own. */
struct scan {
	const struct format *format;
};

/*
 * Bytes behind a block that must be readable, the first of them '\n': scanners
 * compare several bytes at once before they know where a line ends.
 */
#define FORMAT_SLACK 64

/* Why a line was passed over on purpose (D.20). */
enum ignore_reason {
	IGNORED_DIALOGUE,  /* replies, commands: what client and server said */
	IGNORED_CHECK,	   /* what a plugin found and no section needs */
	IGNORED_PROGRESS,  /* life of the daemon and of connections */
	IGNORED_SUMMARY,   /* block left by the old summariser (B.1) */
	IGNORED_EMPTY,
	IGNORED_PERIOD,	   /* outside the period asked for */
	IGNORED_UNNEEDED,  /* nothing of it is in the chosen sections */
	IGNORED_OTHER,	   /* another program's line in the same log */
	IGNORE_REASONS
};
const char *ignore_reason_name(enum ignore_reason r);

/* A line that was not understood, kept as an example. */
#define SCAN_SAMPLES 5
#define SCAN_SAMPLE_BYTES 200
struct scan_sample {
	uint64_t offset;
	uint16_t n;
	char text[SCAN_SAMPLE_BYTES]; /* raw but for masked credentials */
};

/* A stretch without any line (C.16). */
struct scan_gap {
	int64_t from_ns;
	int64_t until_ns;
};
/* How much was written on one day (C.16); day counts from 1970-01-01. */
struct scan_day {
	int64_t day;
	uint64_t bytes;
};
#define SCAN_GAPS 20
#define SCAN_GAP_NS (INT64_C(3600) * 1000000000)

/* Promise 2: lines = used + the ignored + not_understood. */
struct scan_counts {
	uint64_t bytes;
	uint64_t lines;
	uint64_t used;
	uint64_t ignored[IGNORE_REASONS];
	uint64_t not_understood;
	uint64_t out_of_order;	 /* stamp before that of the line above */
	uint64_t jumps;		 /* ... by more than an hour */
	uint64_t guessed_years;
	uint64_t long_lines;
	uint64_t joined_lines;	 /* cut between two pieces and put together */
	uint64_t unjoined;	 /* connections given up because of the cap */
	int64_t first_ns, last_ns; /* oldest and newest stamp; WHEN_NONE if none */
	struct scan_sample samples[SCAN_SAMPLES]; /* the first ones */
	unsigned n_samples;
};

struct scan_options {
	event_mask wants;      /* kinds the sinks ask for */
	int64_t start_ns;      /* only events in [start_ns, end_ns) are emitted; */
	int64_t end_ns;	       /* INT64_MIN and INT64_MAX: all */
	bool first;	       /* nothing precedes this piece: what has no
				* beginning here has none at all */
	bool all_checks;       /* every plugin's finding, not only those that
				* reports need (trace) */
	bool join;	       /* transactions need what other lines of their
				* connection say (login, country) */
	struct str stream;     /* outlives the scan */
	const struct zone *zone; /* of stamps without one */
	int year;	       /* of the first stamp without a year; see stamp.h */
};

/* How sure a format is that a sample of a log is its own. */
struct format_claim {
	unsigned claimed; /* lines that only this format has */
	unsigned possible; /* lines it would accept */
};

/* Where in its connection a line stands: see struct format's line_owner. */
enum line_place {
	LINE_NOBODYS, /* of no connection: what the daemon says of itself, lines
		       * of other programs, lines that are not understood */
	LINE_FIRST,   /* its connection begins here */
	LINE_SECOND,  /* here too, unless a LINE_FIRST is all there was of it */
	LINE_WITHIN,
	LINE_CLOSING, /* its connection says that it ends; little may follow */
	LINE_LAST,    /* nothing of its connection follows */
	LINE_ONLY,    /* the same, and it may be all there is of the connection:
		       * refused before it began */
	LINE_FURTHER  /* has no owner of its own: goes on what the line above
		       * says, if that ended in CR; else it is nobody's */
};

/* Whose a line is.  The slices point into the line. */
struct line_owner {
	enum line_place place;
	bool goes_on;	   /* of FURTHER: whatever the line above ended in */
	bool idle;	   /* none of the host's errands goes on */
	struct str host;   /* the syslog host; else absent */
	struct str writer; /* the process that wrote the line; absent: FURTHER */
	struct str pid;	   /* with the host: whose line it is.  Mostly the
			    * writer, but a parent speaks of its child, and a
			    * child that goes its own way of its parent.  Absent:
			    * NOBODYS and FURTHER */
	/*
	 * A number that the owner's line gives to something it sets about, and
	 * by which a later line speaks of that and not of the owner:
	 *
	 *	starting delivery 8: msg 43 to remote c@d	pid 43, errand 8
	 *	delivery 8: success: ...			no pid, errand 8
	 */
	struct str errand;
	struct str client; /* of FIRST, if the line names it: its address */
	int64_t time_ns; /* WHEN_NONE if the line has no stamp */
	size_t text_at;	 /* where in the line its text begins, behind stamp and
			  * process id */
};

/*
 * What client and server said to each other (RFC 5321), where the log has it.
 * Slices point into the line.
 */
enum dialogue_kind {
	DIALOGUE_NONE, /* the line is none of the dialogue */
	DIALOGUE_HELO,
	DIALOGUE_AUTH,
	DIALOGUE_MAIL,
	DIALOGUE_RCPT,
	DIALOGUE_DATA,
	DIALOGUE_QUIT,
	DIALOGUE_COMMAND, /* any other */
	DIALOGUE_REPLY,
	DIALOGUE_QUEUING  /* the line's writer becomes the queue's process: its
			   * id is what the queue's log calls the message */
};
struct dialogue {
	enum dialogue_kind kind;
	struct str argument; /* HELO: the name; MAIL, RCPT: the address without
			      * <>; REPLY: what stands behind the code */
	int code;	     /* REPLY: 250 */
	bool more;	     /* REPLY: "250-": not its last line */
	bool client_gone;    /* REPLY: to a client that did not wait for it */
	struct str queue_id; /* REPLY: what the queue calls the message, if the
			      * server tells; of qmail-queue its process id */
};

struct format {
	const char *name;  /* "qpsmtpd" */
	const char *title; /* "qpsmtpd with the logterse plugin" */
	const char *help;  /* what is understood, a paragraph */
	/* Documentation, detection test and fuzz seeds at once: real lines,
	 * each with what it shows.  Ends with a NULL line. */
	const struct format_sample {
		const char *line;
		const char *shows;
	} *samples;

	/* Who its lines belong to: messages of a queue, or (false) connections. */
	bool of_queue;
	/* For so long of log time an owner may be silent before it is over. */
	int64_t owner_age_ns;

	/* Looks at a block of whole lines from the beginning of a source. */
	struct format_claim (*claim)(struct str block);

	struct scan *(*scan_new)(const struct scan_options *o, event_fn *sink,
	    void *sink_ctx);
	/* The next block of whole lines of the piece (see blocks.h), with
	 * FORMAT_SLACK behind it. */
	void (*scan_block)(struct scan *s, struct str block, uint64_t offset);
	/* Nothing precedes the piece after all: what it waited for will not
	 * come.  Its events go to the sink. */
	void (*scan_settle)(struct scan *s);
	/*
	 * *later is the piece that follows s, which is settled, in time and
	 * stream.  contiguous: s may end and *later begin inside one line.  s
	 * becomes both; *later is freed.  Events that waited for this go to s's sink.
	 */
	void (*scan_join)(struct scan *s, struct scan **later, bool contiguous);
	/* Nothing follows: emits what is unfinished, as unfinished.  s is
	 * settled. */
	void (*scan_finish)(struct scan *s);
	void (*scan_free)(struct scan **s);
	/*
	 * A scan for a later run of the program.  s is settled (scan_options.
	 * first, or scan_settle) and was only given whole lines; it is as it was
	 * afterwards.  Restoring gives a scan that goes on as s would; o as for
	 * scan_new.  NULL: it was saved in another form, or is damaged.
	 */
	void (*scan_save)(struct scan *s, struct buf *b);
	struct scan *(*scan_restore)(const struct scan_options *o,
	    event_fn *sink, void *sink_ctx, struct str saved);
	/* When all is read. */
	const struct scan_counts *(*scan_counts)(struct scan *s);
	/* Gaps of over an hour, oldest first; n at most SCAN_GAPS, the longest. */
	const struct scan_gap *(*scan_gaps)(struct scan *s, size_t *n);
	const struct scan_day *(*scan_days)(struct scan *s, size_t *n);

	/*
	 * Whose is this line?  For those who want all the lines of a connection,
	 * untangled from its neighbours (trace/conversation.h).
	 *
	 * The line is without its '\n' and stands in a block: FORMAT_SLACK behind
	 * it.  clock belongs to the stream, and is moved on by each of its
	 * lines (stamp.h).  A process id alone names nobody for ever: it comes
	 * back, with a LINE_FIRST.
	 */
	void (*line_owner)(struct str line, struct stamp_clock *clock,
	    struct line_owner *owner);
	/*
	 * A word that stands in every line that a record begins with, behind a
	 * multilog stamp.  Who has it says too that of other lines an event
	 * is told nothing but client and host, by the LINE_FIRST of its
	 * connection: then a search needs only a few lines (pump/sieve.h).
	 * Absent: it needs them all.
	 */
	struct str record_word;
	/* What is said in the text of a line (behind stamp and process id). */
	void (*dialogue)(struct str text, struct dialogue *d);
	/*
	 * Every line that is shown goes through this.  Writes the line to b with
	 * *** in place of credentials; false, and b untouched, if it holds none.
	 */
	bool (*mask)(struct str line, struct buf *b);

	/* How one line is understood, for people: appends lines of
	 * "field: value" text (raw: the caller escapes).  True if understood. */
	bool (*explain)(struct str line, const struct zone *z, struct buf *b);
};

extern const struct format *const formats[]; /* ends with NULL */
const struct format *format_find(const char *name);
/* The one that claims most of the block, or NULL. */
const struct format *format_detect(struct str block);

extern const struct format format_qpsmtpd;
extern const struct format format_qmail_send;

#endif
