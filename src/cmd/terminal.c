#include "cmd/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "render/render.h"

static bool
color_wanted(const char *when, bool is_terminal)
{
	const char *none = getenv("NO_COLOR");

	if (when && strcmp(when, "always") == 0)
		return true;
	if (when && strcmp(when, "never") == 0)
		return false;
	return is_terminal && (none == NULL || *none == '\0');
}

static size_t
columns_of(bool is_terminal)
{
	struct winsize size;

	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

void
terminal_ask(struct terminal *t, const char *color)
{
	bool is_terminal = isatty(STDOUT_FILENO);

	*t = (struct terminal){ .is_terminal = is_terminal,
		.color = color_wanted(color, is_terminal),
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.columns = columns_of(is_terminal) };
}

void
terminal_options(struct render_options *o, const char *color)
{
	struct terminal t;

	terminal_ask(&t, color);
	o->color = t.color;
	o->utf8 = t.utf8;
	o->columns = t.columns;
	o->bars = t.is_terminal || (color && strcmp(color, "always") == 0);
}
