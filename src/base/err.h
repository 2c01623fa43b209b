/*
 * err.h - what went wrong in the world outside (files, disks, networks).
 *
 * A function that can fail takes a struct err as its last argument, returns
 * -1 (or NULL) and leaves a text complete enough to be printed as it is:
 * "FILE: what is wrong; what to do".  Nothing below cmd/ prints.  A wrong
 * program is an assert; a wrong log line is data, not an error.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The kinds are those of the exit statuses (DESIGN 4, after sysexits.h). */
enum err_kind {
	ERR_NONE = 0,
	ERR_USAGE,    /* 64: the command line or the configuration is wrong */
	ERR_DATA,     /* 65: bad data where data was required */
	ERR_NO_INPUT, /* 66: no such input */
	ERR_INTERNAL, /* 70 */
	ERR_CREATE,   /* 73: cannot write an output file */
	ERR_IO,       /* 74: a read or a write failed */
	ERR_AGAIN     /* 75: try again later (lock, network) */
};

struct err {
	enum err_kind kind;
	char text[480];
};

/*
 * Fills *e (NULL is allowed: nobody wants to know) and returns -1.  The text
 * is cut where it is too long.  e->text itself may be an argument, to put
 * something before it: err_set(e, e->kind, "%s: %s", path, e->text).
 */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The exit status that belongs to a kind. */
int err_exit_status(enum err_kind kind);

#endif
