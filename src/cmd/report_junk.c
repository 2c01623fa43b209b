#include "cmd/report_junk.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/maildir_options.h"
#include "conf/conf.h"
#include "maildir/walk.h"
#include "report/build.h"

static void
hand_over(struct report_junk *j, struct build_options *b)
{
	j->rows = mem_alloc((j->found.n + 1) * sizeof(*j->rows));
	for (size_t i = 0; i < j->found.n; i++) {
		const struct junk_user *u = &j->found.users[i];

		j->rows[i] = (struct junk_row){ .user = u->user,
			.messages = u->messages, .bytes = u->bytes,
			.oldest_ns = u->oldest_ns, .newest_ns = u->newest_ns,
			.error = u->error };
	}
	b->junk = j->rows;
	b->n_junk = j->found.n;
	b->junk_looked = true;
}

void
report_junk_count(struct report_junk *j, struct build_options *b,
    const struct conf *conf, const struct opt_list *named)
{
	struct opt_list known = { 0 };
	const struct opt_list *dirs = named;
	struct maildir_seen seen = { 0 };
	struct maildir_walk w = { .seen = &seen, .folders = conf->junk_folders.items,
		.n_folders = conf->junk_folders.n, .folder = junk_folder,
		.problem = junk_problem, .ctx = &j->found };
	struct err err;

	if (named->n == 0) {
		maildirs_known(&known, conf, b->sections_named);
		dirs = &known;
	}
	for (size_t i = 0; i < dirs->n; i++)
		if (maildir_walk(&w, dirs->items[i], &err) < 0)
			cmd_fail(&err);
	if (dirs->n > 0)
		hand_over(j, b);
	opt_list_clear(&known);
	free(seen.ids);
}

void
report_junk_clear(struct report_junk *j)
{
	junk_clear(&j->found);
	free(j->rows);
	*j = (struct report_junk){ 0 };
}
