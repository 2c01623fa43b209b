/*
 * follow_watch.h - being told when files grow and directories change: inotify.
 *
 * Files are watched through an open descriptor, so that a rotation does not part
 * the two.  Where nobody tells (network file systems, where others write; no
 * descriptor or watch left) the caller looks from time to time instead.
 */
#ifndef INPUT_FOLLOW_WATCH_H
#define INPUT_FOLLOW_WATCH_H

#include <stdbool.h>

#include "base/str.h"

struct follow_watch;

enum follow_news {
	FOLLOW_NEWS_DATA,  /* a file grew or was truncated */
	FOLLOW_NEWS_NAMES, /* a directory's names changed; a file was renamed or
			    * lost a name */
	FOLLOW_NEWS_LOST,  /* the watch is over: what was watched is gone */
	FOLLOW_NEWS_ALL	   /* something, somewhere: too much at once */
};

/* No watch; what watch_add functions return where there can be none. */
#define FOLLOW_NO_WATCH -1

/* Never fails: without inotify, or if it is not wanted, there are no watches. */
struct follow_watch *follow_watch_new(bool wanted);
void follow_watch_free(struct follow_watch **w);

/* Readable when there are news; -1 if there never are. */
int follow_watch_fd(const struct follow_watch *w);

/*
 * A watch, or FOLLOW_NO_WATCH.  The same file or directory has one watch, however
 * often it is added.
 */
int follow_watch_file(struct follow_watch *w, int fd);
int follow_watch_directory(struct follow_watch *w, const char *path);
/* FOLLOW_NO_WATCH is fine. */
void follow_watch_remove(struct follow_watch *w, int watch);

/* The next news, without waiting; false if there are none. */
bool follow_watch_next(struct follow_watch *w, int *watch,
    enum follow_news *news);

#endif
