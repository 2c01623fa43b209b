/*
 * received.h - what one Received: field says of who handed a message over.
 *
 * RFC 5321, 4.4 has a grammar that hardly anybody keeps to.  Understood are
 * the forms of
 *
 *	qpsmtpd   from RDNS (HELO NAME) (IP)
 *		  (smtp-auth username USER, mechanism M) by ME (qpsmtpd/0.96)
 *		  with (CIPHER encrypted) ESMTPSA; DATE
 *	qmail	  from RDNS (HELO NAME) (IDENT@IP) by ME with SMTP; DATE
 *		  (qmail 123 invoked by uid 5); DATE
 *	Postfix   from HELO (RDNS [IP]) (Authenticated sender: USER) by ME
 *		  (Postfix) with ESMTPSA id ...
 *		  by ME (Postfix, from userid 33) id ...
 *	Exim	  from RDNS ([IP] helo=NAME) by ME with esmtpsa (TLS) (Exim 4.96)
 *		  from [IP] (port=1234 helo=NAME) by ME ...
 *		  from USER by ME with local (Exim 4.96) ...
 *	Sendmail  from HELO (IDENT@RDNS [IP] (may be forged))
 *		  (authenticated bits=0) by ME (8.15.2/8.15.2) with ESMTP ...
 *	OpenSMTPD from HELO (RDNS [IP]) by ME (OpenSMTPD) with ESMTPSA id ...
 *		  auth=yes user=USER
 *	fetchmail from HOST [IP] by localhost with IMAP (fetchmail-6.4) ...
 *
 * (lib/Qpsmtpd/SMTP.pm received_line(); qmail's received.c; Postfix'
 * smtpd.c; Exim's specification, received_header_text; sendmail's cf/README.)
 *
 * Whoever sends has a say in what is in it: HELO NAME, RDNS, IDENT, sender.
 * Of these servers only qpsmtpd writes the HELO as it came, with blanks and
 * brackets; so its form is read from the end, which is the server's own.
 */
#ifndef MAILDIR_RECEIVED_H
#define MAILDIR_RECEIVED_H

#include <stdbool.h>

#include "base/ip.h"
#include "base/str.h"

enum received_how {
	RECEIVED_LOCAL,	  /* no network: a program of the host itself */
	RECEIVED_NETWORK, /* handed over by a client */
	RECEIVED_FETCHED  /* taken from another server's mailbox */
};

struct received {
	enum received_how how;
	bool has_ip; /* of the client */
	struct ip ip;
	struct str by;	 /* the host that says this; may be absent */
	struct str with; /* "ESMTPSA"; may be absent */
	bool authenticated;
	struct str user; /* if authenticated; absent where it is not told */
};

/* Any bytes.  The slices in *r are body's. */
void received_parse(struct str body, struct received *r);

#endif
