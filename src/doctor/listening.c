#include "doctor/listening.h"

#include <stdlib.h>

#include "base/str.h"

/* TCP_LISTEN of the kernel's net/tcp_states.h. */
#define LISTENING STR("0A")

static struct str
next_word(struct str *rest)
{
	struct str word = str_none();

	while (word.n == 0 && rest->n > 0 && str_cut(rest, ' ', &word))
		continue;
	return word;
}

/*
 *	  0: 0100007F:0019 00000000:0000 0A 00000000:00000000 ...
 *	     local address  remote        state
 */
static bool
is_listener(struct str line, struct str port)
{
	struct str local, state;

	next_word(&line);
	local = next_word(&line);
	next_word(&line);
	state = next_word(&line);
	return str_eq(state, LISTENING) && str_ends(local, port);
}

bool
port_in_table(FILE *table, long port)
{
	char hex[24], *line = NULL;
	size_t size = 0;
	bool found = false;

	snprintf(hex, sizeof(hex), ":%04lX", (unsigned long)port);
	while (!found && getline(&line, &size, table) >= 0)
		found = is_listener(str_from(line), str_from(hex));
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
