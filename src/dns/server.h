/*
 * server.h - a name server as people write it.
 */
#ifndef DNS_SERVER_H
#define DNS_SERVER_H

#include <stdint.h>

#include "base/ip.h"

struct err;

struct server {
	struct ip ip;
	uint16_t port; /* 53 if none was written */
};

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"; -1
 * (ERR_USAGE) for anything else. */
int server_parse(struct server *server, const char *text, struct err *err);

#endif
