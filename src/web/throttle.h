/*
 * throttle.h - who gave wrong passwords has to wait, longer each time.
 *
 * The first THROTTLE_FREE failures cost nothing (fingers slip); then one second, two,
 * four, up to THROTTLE_MOST_S.  THROTTLE_FORGET_S after the last one it is
 * forgotten.  Of THROTTLE_CLIENTS clients at a time; the one that failed
 * longest ago makes room.
 */
#ifndef WEB_THROTTLE_H
#define WEB_THROTTLE_H

#include <stddef.h>
#include <stdint.h>

#define THROTTLE_FREE 3
#define THROTTLE_MOST_S 60
#define THROTTLE_FORGET_S 900
#define THROTTLE_CLIENTS 512

struct throttle {
	struct throttled {
		uint64_t client;
		unsigned failures;
		int64_t last_ns;
	} all[THROTTLE_CLIENTS];
	size_t n;
};

/* Seconds until the client may try again; 0: now. */
unsigned throttle_wait_s(const struct throttle *t, uint64_t client,
    int64_t now_ns);
void throttle_failed(struct throttle *t, uint64_t client, int64_t now_ns);
void throttle_passed(struct throttle *t, uint64_t client);

#endif
