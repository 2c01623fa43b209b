/*
 * names.c - names in the DNS: of lists, and of clients in them (RFC 5782, 2).
 */
#include "base/buf.h"
#include "base/err.h"
#include "dns/dnsbl.h"

/* 253 bytes are a name's most; 64 are the nibbles of an IPv6 address. */
#define ZONE_MAX (253 - 64)
#define LABEL_MAX 63

static bool
label_is_good(struct str label)
{
	if (label.n == 0 || label.n > LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = str_lower(label.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_'))
			return false;
	}
	return true;
}

int
dnsbl_check_zone(struct buf *b, struct str name, struct err *err)
{
	struct str rest = name, label;
	bool good;

	if (name.n > 1 && name.p[name.n - 1] == '.')
		rest.n--;
	good = rest.n > 0 && rest.n <= ZONE_MAX;
	for (size_t i = 0; good && i < rest.n; i++)
		buf_add_char(b, str_lower(rest.p[i]));
	while (good && str_cut(&rest, '.', &label))
		good = label_is_good(label);
	if (good)
		return 0;
	return err_set(err, ERR_USAGE, "%.*s: is no domain name; a block list "
	    "is one, as zen.spamhaus.org", (int)str_head(name, 80).n, name.p);
}

void
dnsbl_query_name(struct buf *b, const struct ip *ip, struct str zone)
{
	static const char digits[] = "0123456789abcdef";

	if (ip_is_v4(ip))
		for (int i = 15; i >= 12; i--)
			buf_printf(b, "%u.", ip->b[i]);
	else
		for (int i = 15; i >= 0; i--) {
			char nibbles[4] = { digits[ip->b[i] & 15], '.',
				digits[ip->b[i] >> 4], '.' };

			buf_add(b, nibbles, sizeof(nibbles));
		}
	buf_add_str(b, zone);
}
