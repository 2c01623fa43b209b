#include "cmd/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "render/render.h"

static bool
color_wanted(const char *when, bool terminal)
{
	const char *none = getenv("NO_COLOR");

	if (when && strcmp(when, "always") == 0)
		return true;
	if (when && strcmp(when, "never") == 0)
		return false;
	return terminal && (none == NULL || *none == '\0');
}

static size_t
terminal_columns(bool terminal)
{
	struct winsize size;

	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

void
terminal_options(struct render_options *o, const char *color)
{
	bool terminal = isatty(STDOUT_FILENO);

	o->color = color_wanted(color, terminal);
	o->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	o->bars = terminal || (color && strcmp(color, "always") == 0);
	o->columns = terminal_columns(terminal);
}
