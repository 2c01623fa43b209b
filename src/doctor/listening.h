/*
 * listening.h - which ports of this machine are listened on.
 */
#ifndef DOCTOR_LISTENING_H
#define DOCTOR_LISTENING_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Does somebody listen on the TCP port, at any address?  Asks the kernel, not
 * the server, whose log would have a connection more.  Where the kernel does
 * not tell, the answer is yes.
 */
bool port_is_listened(long port);

/* In a table of sockets, as proc(5) has /proc/net/tcp and tcp6. */
bool port_in_table(FILE *table, long port);

#endif
