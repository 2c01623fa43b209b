/*
 * fuzz_conf.c - any bytes as a configuration file.  What was read, printed
 * and read again prints the same.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f = fuzz_file_open(data, size);
	struct conf conf, again;
	struct buf printed = { 0 }, reprinted = { 0 };
	struct err err;
	int status;

	conf_init(&conf);
	status = conf_read(&conf, f.path, &err);
	fuzz_file_close(&f);
	if (status == 0) {
		conf_print(&printed, &conf);
		f = fuzz_file_open((const uint8_t *)printed.p, printed.n);
		conf_init(&again);
		status = conf_read(&again, f.path, &err);
		assert(status == 0);
		fuzz_file_close(&f);
		conf_print(&reprinted, &again);
		assert(str_eq(buf_str(&printed), buf_str(&reprinted)));
		conf_clear(&again);
	} else {
		assert(err.kind != ERR_NONE && err.text[0] != '\0');
	}
	conf_clear(&conf);
	buf_clear(&printed);
	buf_clear(&reprinted);
	return 0;
}
