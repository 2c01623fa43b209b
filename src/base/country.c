#include "base/country.h"

#include <maxminddb.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/mem.h"

struct country_file {
	MMDB_s db;
};

int
country_open(struct country_file **c, const char *path, struct err *err)
{
	struct country_file *new = mem_zalloc(sizeof(*new));
	int status = MMDB_open(path, MMDB_MODE_MMAP, &new->db);

	if (status != MMDB_SUCCESS) {
		free(new);
		return err_set(err, ERR_USAGE, "%s: cannot be used as a "
		    "country file: %s; country_file must name a data base in "
		    "MaxMind's format", path, MMDB_strerror(status));
	}
	*c = new;
	return 0;
}

void
country_close(struct country_file **c)
{
	if (*c == NULL)
		return;
	MMDB_close(&(*c)->db);
	free(*c);
	*c = NULL;
}

static MMDB_lookup_result_s
look_up(const struct country_file *c, const struct ip *ip, int *status)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (ip_is_v4(ip)) {
		memcpy(&v4.sin_addr, ip->b + 12, 4);
		return MMDB_lookup_sockaddr(&c->db,
		    (const struct sockaddr *)(const void *)&v4, status);
	}
	memcpy(&v6.sin6_addr, ip->b, 16);
	return MMDB_lookup_sockaddr(&c->db,
	    (const struct sockaddr *)(const void *)&v6, status);
}

struct str
country_find(const struct country_file *c, struct str text)
{
	MMDB_lookup_result_s found;
	MMDB_entry_data_s data;
	struct ip ip;
	int status;

	if (!ip_parse(text, &ip))
		return STR("(unknown)");
	if (ip_is_private(&ip) || ip_is_loopback(&ip))
		return STR("(private)");
	found = look_up(c, &ip, &status);
	if (status != MMDB_SUCCESS || !found.found_entry)
		return STR("(unknown)");
	if (MMDB_get_value(&found.entry, &data, "country", "iso_code",
	    (char *)NULL) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return STR("(unknown)");
	return str_make(data.utf8_string, data.data_size);
}
