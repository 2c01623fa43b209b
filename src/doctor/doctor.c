#include "doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "doctor/place.h"

const char *
severity_name(enum severity s)
{
	static const char *const names[] = {
		[SEVERITY_OK] = "ok",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_CRITICAL] = "critical",
	};

	return names[s];
}

void
doctor_add(struct examination *x, const char *path)
{
	ARRAY_PUSH(x->places, x->n_places, x->cap_places) = place_new(path,
	    x->zone, x->now_ns);
}

static void
keep(struct examination *x, const struct finding *f)
{
	ARRAY_PUSH(x->findings, x->n, x->cap) = *f;
}

static void
look(struct examination *x, const struct check *c)
{
	struct finding f = { .check = c, .severity = c->severity };

	if (c->of_machine != NULL && c->of_machine(x, &f))
		keep(x, &f);
	for (size_t i = 0; c->of_place != NULL && i < x->n_places; i++) {
		f = (struct finding){ .check = c, .severity = c->severity,
			.place = x->places[i] };
		if (c->of_place(x, f.place, &f))
			keep(x, &f);
	}
}

/* Worst first, else as they stand in the table. */
static int
cmp_findings(const void *a, const void *b)
{
	const struct finding *fa = a, *fb = b;

	if (fa->severity != fb->severity)
		return fa->severity > fb->severity ? -1 : 1;
	if (fa->check != fb->check)
		return fa->check < fb->check ? -1 : 1;
	return fa->place == fb->place ? 0 :
	    strcmp(fa->place->path, fb->place->path);
}

void
doctor_examine(struct examination *x)
{
	for (const struct check *c = doctor_checks; c->id != NULL; c++)
		look(x, c);
	if (x->n > 1)
		qsort(x->findings, x->n, sizeof(*x->findings), cmp_findings);
}

unsigned
doctor_fix(struct examination *x, struct err *err)
{
	unsigned failed = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct finding *f = &x->findings[i];

		if (f->check->fix == NULL)
			continue;
		if (f->check->fix(f->place, err) == 0)
			f->fixed = true;
		else
			failed++;
	}
	return failed;
}

enum severity
doctor_severity(const struct examination *x)
{
	enum severity worst = SEVERITY_OK;

	for (size_t i = 0; i < x->n; i++)
		if (!x->findings[i].fixed && x->findings[i].severity > worst)
			worst = x->findings[i].severity;
	return worst;
}

void
doctor_clear(struct examination *x)
{
	for (size_t i = 0; i < x->n_places; i++)
		place_free(&x->places[i]);
	free(x->places);
	free(x->lists);
	free(x->findings);
	arena_clear(&x->arena);
	*x = (struct examination){ 0 };
}
