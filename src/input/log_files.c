#include "input/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static int
by_age(const void *a, const void *b)
{
	const struct log_file *x = a, *y = b;
	int order = name_cmp_stem(&x->name, &y->name);

	if (order == 0)
		order = name_cmp_age(&x->name, &y->name);
	return order ? order : strcmp(x->file_name, y->file_name);
}

static void
add(struct log_files *l, const struct dirent *entry)
{
	struct log_file *f;

	if (entry->d_type == DT_DIR || name_is_no_log(str_from(entry->d_name)))
		return;
	f = &ARRAY_PUSH(l->files, l->n, l->cap);
	f->file_name = arena_str(&l->arena, str_from(entry->d_name)).p;
	f->inode = entry->d_ino;
	f->name = name_parse(str_from(f->file_name));
	l->multilog |= name_is_multilog(&f->name);
}

static void
leave_out_others(struct log_files *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (name_is_multilog(&l->files[i].name))
			l->files[n++] = l->files[i];
	l->n = n;
}

int
log_files_read(struct log_files *l, const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	int failed;

	*l = (struct log_files){ 0 };
	if (dir == NULL)
		return errno;
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			break;
		add(l, entry);
	}
	failed = errno;
	closedir(dir);
	if (l->multilog)
		leave_out_others(l);
	if (l->n > 0)
		qsort(l->files, l->n, sizeof(*l->files), by_age);
	return failed;
}

void
log_files_clear(struct log_files *l)
{
	free(l->files);
	arena_clear(&l->arena);
	*l = (struct log_files){ 0 };
}

void
log_files_stem(const struct log_files *l, const struct name *name,
    size_t *begin, size_t *end)
{
	size_t i = 0;

	while (i < l->n && !name_same_stem(&l->files[i].name, name))
		i++;
	*begin = i;
	while (i < l->n && name_same_stem(&l->files[i].name, name))
		i++;
	*end = i;
}

bool
log_files_same(const struct log_files *a, const struct log_files *b,
    const struct name *stem)
{
	size_t i, j, end_a, end_b;

	log_files_stem(a, stem, &i, &end_a);
	log_files_stem(b, stem, &j, &end_b);
	if (end_a - i != end_b - j)
		return false;
	for (; i < end_a; i++, j++)
		if (a->files[i].inode != b->files[j].inode ||
		    strcmp(a->files[i].file_name, b->files[j].file_name) != 0)
			return false;
	return true;
}

const char *
log_files_live(const struct log_file *last, struct arena *a)
{
	struct buf plain = { 0 };
	const char *kept;

	if (name_is_multilog(&last->name))
		return arena_str(a, STR("current")).p;
	if (last->name.age != NAME_NUMBERED)
		return arena_str(a, str_from(last->file_name)).p;
	buf_add_str(&plain, last->name.stem);
	if (last->name.log_suffix)
		buf_add_str(&plain, STR(".log"));
	kept = arena_str(a, buf_str(&plain)).p;
	buf_clear(&plain);
	return kept;
}
