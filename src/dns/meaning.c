#include "dns/meaning.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "dns/resolve.h"

static enum dnsbl_reason
reason_of_status(enum resolve_status status)
{
	switch (status) {
	case RESOLVE_FOUND:
	case RESOLVE_NO_NAME:
	case RESOLVE_NO_DATA:
		return DNSBL_NO_REASON;
	case RESOLVE_TIMEOUT:
		return DNSBL_TIMEOUT;
	case RESOLVE_SERVFAIL:
		return DNSBL_SERVFAIL;
	case RESOLVE_REFUSED:
		return DNSBL_REFUSED;
	case RESOLVE_UNREACHABLE:
		return DNSBL_UNREACHABLE;
	case RESOLVE_BAD:
		return DNSBL_BAD_ANSWER;
	case RESOLVE_CANCELLED:
		return DNSBL_CANCELLED;
	}
	assert(false && "a status without a reason");
	return DNSBL_BAD_ANSWER;
}

/* DNSBL_NO_REASON for an address that means "listed". */
static enum dnsbl_reason
reason_of_address(const uint8_t a[4])
{
	if (a[0] != 127)
		return DNSBL_OUTSIDE;
	if (a[1] == 255 && a[2] == 255)
		return DNSBL_ERROR_CODE;
	if (a[1] == 0 && a[2] == 0 && a[3] == 1)
		return DNSBL_LOOPBACK;
	return DNSBL_NO_REASON;
}

static int
compare_addresses(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

enum dnsbl_reason
meaning_of(struct buf *b, const struct resolve_answer *answer)
{
	uint8_t a[RESOLVE_RECORDS][4];
	enum dnsbl_reason reason = reason_of_status(answer->status);

	memcpy(a, answer->a, sizeof(a));
	qsort(a, answer->n, sizeof(a[0]), compare_addresses);
	for (size_t i = 0; i < answer->n; i++) {
		enum dnsbl_reason of_this = reason_of_address(a[i]);

		buf_printf(b, "%s%u.%u.%u.%u", i > 0 ? " " : "", a[i][0],
		    a[i][1], a[i][2], a[i][3]);
		if (i == 0)
			reason = of_this;
		else if (reason != of_this)
			reason = DNSBL_MIXED;
	}
	return reason;
}

const char *
dnsbl_result_name(enum dnsbl_result result)
{
	static const char *const names[] = {
		[DNSBL_NOT_ASKED] = "not asked",
		[DNSBL_NOT_LISTED] = "not listed",
		[DNSBL_LISTED] = "listed",
		[DNSBL_UNKNOWN] = "unknown",
	};

	return names[result];
}

const char *
dnsbl_reason_name(enum dnsbl_reason reason)
{
	static const char *const names[DNSBL_REASONS] = {
		[DNSBL_NO_REASON] = "",
		[DNSBL_TIMEOUT] = "timeout",
		[DNSBL_SERVFAIL] = "SERVFAIL",
		[DNSBL_REFUSED] = "REFUSED",
		[DNSBL_UNREACHABLE] = "name server unreachable",
		[DNSBL_BAD_ANSWER] = "garbage",
		[DNSBL_ERROR_CODE] = "error code of the list",
		[DNSBL_LOOPBACK] = "127.0.0.1",
		[DNSBL_OUTSIDE] = "answer outside 127.0.0.0/8",
		[DNSBL_MIXED] = "contradictory answer",
		[DNSBL_GIVEN_UP] = "given up",
		[DNSBL_CANCELLED] = "interrupted",
		[DNSBL_NOT_RECORDED] = "not in the snapshot",
	};

	return names[reason];
}
