/*
 * library.h - a shared library that is loaded when it is first needed.
 *
 * For those that few runs need and that bring many others with them: linked,
 * libcurl and libmicrohttpd alone made the start of every command five times
 * as long (docs/ARCHITECTURE.md, "What starts").
 *
 * The caller has a struct of pointers to functions and their names in the same
 * order, both made of one list, so that a name cannot get another's type:
 *
 *	#define FUNCTIONS(X) X(curl_easy_init) X(curl_easy_cleanup)
 *	struct functions {
 *		FUNCTIONS(LIBRARY_POINTER)
 *	};
 *	static const char *const names[] = { FUNCTIONS(LIBRARY_NAME) };
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>

struct err;

#define LIBRARY_POINTER(function) __typeof__(function) *function;
#define LIBRARY_NAME(function) #function,

struct library {
	const char *file;	  /* "libcurl.so.4": what it was built with */
	const char *package;	  /* Debian's, that has it */
	const char *const *names; /* of the functions */
	size_t n;
};

/*
 * Loads l, which stays loaded, and puts the address of each of its functions
 * into functions, an array (or a struct) of l->n pointers.  ERR_NO_INPUT: it
 * is not there, or it lacks one of them.
 */
int library_load(const struct library *l, void *functions, struct err *err);

#endif
