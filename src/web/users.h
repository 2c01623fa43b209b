/*
 * users.h - who may ask: a file of names and hashed passwords, as htpasswd(1)
 * writes it.
 *
 *	# a comment
 *	ann:$2y$10$...		bcrypt: htpasswd -B -C 10 FILE ann
 *	bob:$y$j9T$...		yescrypt, scrypt: mkpasswd -m yescrypt
 *
 * Other hashes are refused: whoever got hold of the file could undo them
 * (crypt(5) has the list).
 */
#ifndef WEB_USERS_H
#define WEB_USERS_H

#include <stdbool.h>

#include "base/str.h"

struct err;
struct users;

#define USERS_BYTES ((size_t)1 << 20)

/* ERR_NO_INPUT, ERR_IO, or ERR_DATA naming the line. */
int users_read(struct users **u, const char *path, struct err *err);
/* The same of a text; path is for messages. */
int users_parse(struct users **u, struct str text, const char *path,
    struct err *err);
void users_free(struct users **u);

/*
 * Is it that user's password?  Takes as long as the file's hashes are made to
 * take, and as long for a name that is not there.  By several threads at once.
 */
bool users_check(const struct users *u, const char *name,
    const char *password);

#endif
