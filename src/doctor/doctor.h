/*
 * doctor.h - is the set-up of a mail server's logs in order?
 *
 * Places (log directories and files) are examined once, then each row of one
 * table (checks.c) looks at what was seen.  A finding says what is wrong, where, and
 * the command that puts it right.  Nothing here changes anything but
 * doctor_fix(), which does only what can do no harm.
 *
 * To add a check: a function, a row, and a test that brings the finding
 * about and one that does not (tests/doctor).
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "dns/dnsbl.h"

struct err;
struct place;
struct zone;

/* The exit statuses of monitoring plugins. */
enum severity { SEVERITY_OK = 0, SEVERITY_WARNING, SEVERITY_CRITICAL };
const char *severity_name(enum severity s);

/* A block list, and what it says of itself. */
struct list_seen {
	struct str name;
	enum dnsbl_health health;
	struct str state; /* "does not list 127.0.0.2, ..." */
};

/* Where a service takes mail; its log is in a directory of its name. */
struct service_port {
	const char *service;
	long port; /* 0: not looked at */
};
#define SERVICE_PORTS 2

/* What is examined and what was found. */
struct examination {
	int64_t now_ns;
	const struct zone *zone;  /* NULL: it could not be opened, */
	const char *zone_error;	  /* for this reason */
	const char *conf_file;	  /* NULL: there is none */
	const char *conf_error;	  /* the settings cannot be read: why; or NULL */
	int64_t interval_ns;	  /* how long a report is */
	int64_t stale_ns;	  /* the newest line may be so old */
	long disk_percent;	  /* a disk may be so full */
	struct service_port ports[SERVICE_PORTS];
	const char *store;	  /* a file to look at, or NULL */
	struct list_seen *lists;
	size_t n_lists, cap_lists;
	struct place **places;
	size_t n_places, cap_places;
	struct finding *findings;
	size_t n, cap;
	struct arena arena;	  /* of all texts */
};

struct check;

struct finding {
	const struct check *check;
	enum severity severity;
	const struct place *place; /* NULL: the machine */
	struct str what;	   /* a sentence; may hold log text, raw */
	struct str command;	   /* for a shell; or absent */
	bool fixed;		   /* by doctor_fix */
};

struct check {
	const char *id;		/* "state-missing" */
	enum severity severity; /* of what it finds, if it does not say */
	const char *help;	/* what is wrong where it finds something */
	/*
	 * One of these.  True: f->what and f->command are set, both in the
	 * arena.
	 */
	bool (*of_place)(struct examination *x, const struct place *p,
	    struct finding *f);
	bool (*of_machine)(struct examination *x, struct finding *f);
	/* Puts it right where that can do no harm; NULL: nothing can be done. */
	int (*fix)(const struct place *p, struct err *err);
};

/* Ends with a row without id. */
extern const struct check doctor_checks[];

/* Adds a place and looks at it; its path must outlive x. */
void doctor_add(struct examination *x, const char *path);
/*
 * Asks each of n block lists whether it works (dnsbl_probe), through a name
 * server as resolver_options has it; within seconds.  -1: server is none.
 */
int doctor_ask_lists(struct examination *x, const struct str *names, size_t n,
    const char *server, struct err *err);
/* Looks for all there is to find, worst first. */
void doctor_examine(struct examination *x);
/*
 * Puts right what can be; those findings are marked.  The number that could not
 * be though they should, with *err of the last one.
 */
unsigned doctor_fix(struct examination *x, struct err *err);
/* The worst of what was found and not fixed. */
enum severity doctor_severity(const struct examination *x);
void doctor_clear(struct examination *x);

/*
 * Creates a missing state of a log directory of multilog, and nothing else: an
 * empty file of the directory's owner that everybody may read, as multilog
 * makes it.  1: created, 0: it was there or it is no directory of multilog's.
 * An existing file is never touched, whatever it is.
 */
int doctor_guard_state(const char *directory, struct err *err);

#endif
