/*
 * qmail_line.h - one line of qmail-send's log, without memory: what kind it
 * is and its fields.
 *
 * The text of a line is what stands behind the time stamp; qmail-send prints
 * it with single blanks, and addresses and results through its safe encoding
 * (spec/qmail-log.md 2), so that each is one token.  Further tokens at the end
 * of a line, which patched versions write, are passed over.
 */
#ifndef FORMAT_QMAIL_LINE_H
#define FORMAT_QMAIL_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "event/event.h"

/* So many bytes behind a text are readable, and the first of them is '\n'. */
#define QM_SLACK 64

enum qm_kind {
	QM_UNKNOWN,
	QM_NEW,	     /* new msg 43 */
	QM_INFO,     /* info msg 43: bytes 1000 from <a@b> qp 501 uid 1000 */
	QM_START,    /* starting delivery 8: msg 43 to remote c@d */
	QM_RESULT,   /* delivery 8: success: did_1+0+0/ */
	QM_BOUNCE,   /* bounce msg 43 qp 502 */
	QM_TRIPLE,   /* triple bounce: discarding bounce/50 */
	QM_END,	     /* end msg 43 */
	QM_EXTRA,    /* extra 52 5 6 7: matchup's saved state */
	QM_RUNNING,  /* status: local 1/10 remote 0/20 */
	QM_IDLE,     /* status: local 0/10 remote 0/20: nothing runs */
	QM_EXITING,  /* status: exiting */
	QM_OLD,	     /* running, number 1 of 3, local 10: before qmail 1.00 */
	QM_OLD_STOP, /* running, exiting: the same; deliveries are forgotten */
	QM_WARNING,  /* warning: trouble in select */
	QM_ALERT,    /* alert: out of memory, sleeping... */
	QM_EMPTY,
	QM_KINDS
};
const char *qm_kind_name(enum qm_kind kind);

struct qm_line {
	enum qm_kind kind;
	uint64_t msg;	      /* number of the message */
	struct str msg_text;
	uint64_t delivery;    /* number of the delivery */
	struct str delivery_text;
	int64_t bytes;
	struct str sender;    /* with its <> */
	struct str qp;	      /* process id of qmail-queue */
	struct str uid;
	bool remote;	      /* the delivery; of QM_EXTRA: one was */
	struct str recipient; /* of QM_EXTRA: those who wait */
	enum verdict verdict; /* of a result */
	struct str text;      /* of a result, a warning, an alert */
	uint64_t extra[3];    /* successes, deferrals, failures */
};

/*
 * Takes the text from p to end apart, where end is its '\n' or the slack.
 * Only the fields of its kind are set.  A line that begins like one of a kind
 * but lacks its fields is QM_UNKNOWN.
 */
enum qm_kind qm_read(const char *p, const char *end, struct qm_line *l);

/* Only which kind it seems to be, by its first words. */
enum qm_kind qm_classify(const char *p, const char *end);
/* Is it QM_RUNNING?  The same, of the most frequent kind. */
static inline bool
qm_is_running(const char *p, const char *end)
{
	static const char words[] = "status: local ";
	const size_t n = sizeof(words) - 1;

	return memcmp(p, words, n) == 0 && (p[n] != '0' || p[n + 1] != '/' ||
	    qm_classify(p, end) == QM_RUNNING);
}

/* The rest of qm_read. */
enum qm_kind qm_read_as(enum qm_kind kind, const char *p, const char *end,
    struct qm_line *l);

/*
 * The host that a remote result is about: "127.0.0.13" of
 * "127.0.0.13_does_not_like..." and of "Connected_to_127.0.0.13_but...";
 * absent if it names none.
 */
struct str qm_relay(struct str result);

/*
 * What a local success says of a forward, "did_0+1+0/qp_3916/": the qp of the
 * copy, or absent.
 */
struct str qm_forwarded(struct str result);

/* Is the tag of a syslog line that of qmail-send's splogger? */
bool qm_is_program(struct str tag);

#endif
