/*
 * version.h - what this program is made of.
 */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

struct buf;

/* Lines: the commit it was built of, and the libraries, as "name version". */
void version_details(struct buf *b);

#endif
