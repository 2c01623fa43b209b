#include "dns/server.h"

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

#define PORT 53

static bool
parse_port(struct str s, uint16_t *port)
{
	uint64_t n;

	if (!num_u64(s, &n) || n == 0 || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return true;
}

static bool
parse_server(struct str s, struct server *server)
{
	struct str address, port = str_none();

	server->port = PORT;
	if (ip_parse(s, &server->ip))
		return true;
	if (s.n > 0 && s.p[0] == '[') {
		port = str_skip(s, 1);
		str_cut(&port, ']', &address);
		if (port.p == NULL)
			return false;
		if (port.n == 0)
			return ip_parse(address, &server->ip);
		if (port.p[0] != ':')
			return false;
		port = str_skip(port, 1);
	} else {
		port = s;
		str_cut(&port, ':', &address);
	}
	return port.p != NULL && ip_parse(address, &server->ip) &&
	    parse_port(port, &server->port);
}

int
server_parse(struct server *server, const char *text, struct err *err)
{
	if (parse_server(str_from(text), server))
		return 0;
	return err_set(err, ERR_USAGE, "%.80s: is no name server; write its "
	    "address, and a port if need be: 192.0.2.1:5353 or "
	    "[2001:db8::1]:5353", text);
}
