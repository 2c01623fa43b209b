#include "input/follow_state.h"

#include <assert.h>

/* Takes an arrow; all of them are taken here. */
static enum follow_step
go(enum follow_state *state, enum follow_state to, enum follow_step step)
{
	*state = to;
	return step;
}

static enum follow_step
step_open(enum follow_state *state, const struct follow_seen *seen)
{
	if (seen->between)
		return go(state, FOLLOW_BEHIND, FOLLOW_CATCH_UP);
	if (seen->restarted)
		return go(state, FOLLOW_BEHIND, FOLLOW_RESTART);
	if (seen->unread)
		return FOLLOW_READ;
	switch (seen->name) {
	case FOLLOW_OURS:
		return FOLLOW_WAIT;
	case FOLLOW_NONE:
		return go(state, seen->unlinked ? FOLLOW_GONE : FOLLOW_ROTATED,
		    FOLLOW_WAIT);
	case FOLLOW_OTHER:
		/* It may have grown between the two looks. */
		return go(state, seen->unlinked ? FOLLOW_GONE : FOLLOW_ROTATED,
		    FOLLOW_LOOK);
	}
	assert(false && "no such name");
	return FOLLOW_WAIT;
}

/* ROTATED and GONE. */
static enum follow_step
step_left(enum follow_state *state, const struct follow_seen *seen)
{
	if (seen->restarted)
		return go(state, FOLLOW_BEHIND, FOLLOW_RESTART);
	if (seen->unread)
		return FOLLOW_READ;
	switch (seen->name) {
	case FOLLOW_NONE:
		return go(state, seen->unlinked ? FOLLOW_GONE : FOLLOW_ROTATED,
		    FOLLOW_WAIT);
	case FOLLOW_OURS:
		return go(state, FOLLOW_OPEN, FOLLOW_LOOK);
	case FOLLOW_OTHER:
		return go(state, FOLLOW_BEHIND, FOLLOW_MOVE_ON);
	}
	assert(false && "no such name");
	return FOLLOW_WAIT;
}

enum follow_step
follow_step(enum follow_state *state, const struct follow_seen *seen)
{
	switch (*state) {
	case FOLLOW_ABSENT:
		if (seen->between)
			return go(state, FOLLOW_BEHIND, FOLLOW_CATCH_UP);
		if (seen->name == FOLLOW_NONE)
			return FOLLOW_WAIT;
		return go(state, FOLLOW_BEHIND, FOLLOW_BEGIN);
	case FOLLOW_OPEN:
		return step_open(state, seen);
	case FOLLOW_ROTATED:
	case FOLLOW_GONE:
		return step_left(state, seen);
	case FOLLOW_BEHIND:
		if (seen->between)
			return FOLLOW_CATCH_UP;
		if (seen->nothing)
			return go(state, FOLLOW_ABSENT, FOLLOW_WAIT);
		return go(state, FOLLOW_OPEN, FOLLOW_LOOK);
	}
	assert(false && "no such state");
	return FOLLOW_WAIT;
}

const char *
follow_state_name(enum follow_state s)
{
	static const char *const names[] = {
		[FOLLOW_ABSENT] = "absent",
		[FOLLOW_OPEN] = "open",
		[FOLLOW_ROTATED] = "rotated",
		[FOLLOW_GONE] = "gone",
		[FOLLOW_BEHIND] = "behind",
	};

	return names[s];
}
