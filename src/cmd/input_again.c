#include "cmd/input_again.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cmd/logs.h"

int
input_keep(struct err *err)
{
	FILE *kept;
	char p[65536];
	ssize_t n = 0;
	bool good;

	if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
		return 0;
	kept = tmpfile();
	good = kept != NULL;
	while (good && (n = read(STDIN_FILENO, p, sizeof(p))) > 0)
		good = fwrite(p, 1, (size_t)n, kept) == (size_t)n;
	good = good && n == 0 && fflush(kept) == 0 &&
	    dup2(fileno(kept), STDIN_FILENO) >= 0 &&
	    lseek(STDIN_FILENO, 0, SEEK_SET) == 0;
	if (!good)
		err_set(err, ERR_IO, "standard input: could not be kept in a "
		    "temporary file: %s; name the log instead",
		    strerror(errno));
	if (kept)
		fclose(kept);
	return good ? 0 : -1;
}

bool
input_rewind(const struct logs *l)
{
	for (size_t i = 0; i < l->sources.n; i++) {
		const struct source *s = l->sources.sources[i];

		if (s->kind == SOURCE_STDIN)
			lseek(STDIN_FILENO, 0, SEEK_SET);
		else if (s->inode == 0 && s->error == NULL)
			return false;
	}
	return true;
}
