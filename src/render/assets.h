/*
 * assets.h - the page, as esbuild made it of web/, inside the program.
 *
 * The bytes are generated at build time (tools/embed).  A program that was
 * built without npm has an empty script: then reports are plain tables.
 */
#ifndef RENDER_ASSETS_H
#define RENDER_ASSETS_H

#include <stddef.h>

struct asset {
	const unsigned char *bytes;
	size_t n;		   /* 0: not built in */
	const unsigned char *gzip; /* the same, packed */
	size_t n_gzip;
	const char *sha256;	   /* base64 of its digest: CSP, ETag */
};

extern const struct asset asset_script; /* page.js */
extern const struct asset asset_style;	/* page.css */

#endif
