#include "doctor/listening.h"

#include <stdlib.h>

/* TCP_LISTEN of the kernel's net/tcp_states.h. */
#define LISTENING 0x0a

/*
 *	  0: 0100007F:0019 00000000:0000 0A 00000000:00000000 ...
 *	     local address  remote        state
 */
bool
port_in_table(FILE *table, long port)
{
	char *line = NULL;
	size_t size = 0;
	unsigned local, state;
	bool found = false;

	while (!found && getline(&line, &size, table) >= 0)
		found = sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F:] %x",
		    &local, &state) == 2 && state == LISTENING &&
		    local == (unsigned long)port;
	free(line);
	return found;
}

bool
port_is_listened(long port)
{
	static const char *const tables[] = { "/proc/net/tcp",
		"/proc/net/tcp6" };
	bool found = false, asked = false;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		FILE *f = fopen(tables[i], "re");

		if (f == NULL)
			continue;
		asked = true;
		found = found || port_in_table(f, port);
		fclose(f);
	}
	return found || !asked;
}
