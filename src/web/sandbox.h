/*
 * sandbox.h - what the server and the runs that it starts will never do is
 * forbidden to them, before the first byte of a stranger is read.
 *
 *	files	(Landlock) nothing is written but in the directories that are
 *		named, and nothing is executed but this program
 *	calls	(seccomp) no new sockets, no other users, no other processes'
 *		memory, no mounts, modules or clocks
 *
 * Reading files is not restricted: logs are where links lead to.  Both hold for all that
 * the calling thread starts from then on, and cannot be taken back.
 */
#ifndef WEB_SANDBOX_H
#define WEB_SANDBOX_H

#include <stddef.h>

/* What came to hold, as bits; what the kernel does not have is left out. */
enum { SANDBOX_FILES = 1, SANDBOX_CALLS = 2 };

/* writable: n directories; one that is not there cannot be written to. */
unsigned sandbox_enter(const char *const *writable, size_t n);

#endif
