/*
 * fuzz_unpack.c - any bytes as a source: packed in any way, damaged, or plain.
 * The lines that come out do not hang on how large the window is.
 */
#include "fuzz.h"

#include "base/err.h"
#include "input/blocks.h"
#include "input/source.h"

/* Small inputs unpack to gigabytes: enough is enough. */
#define BYTES_MAX ((uint64_t)8 << 20)

static uint64_t
read_blocks(const struct source *source, size_t window, uint64_t *bytes,
    bool *damaged)
{
	XXH64_state_t *hash = XXH64_createState();
	struct reader *r;
	struct blocks b;
	struct str block;
	uint64_t offset, sum;
	int status = reader_open(&r, source, NULL);

	assert(status == 0);
	XXH64_reset(hash, 0);
	*bytes = 0;
	blocks_open(&b, r, 0, UINT64_MAX, window);
	while (*bytes < BYTES_MAX && blocks_next(&b, &block, &offset)) {
		assert(block.n > 0);
		assert(offset == *bytes || b.long_lines > 0);
		XXH64_update(hash, block.p, block.n);
		*bytes += block.n;
	}
	*damaged = reader_error(r) != NULL;
	blocks_close(&b);
	reader_close(&r);
	assert(r == NULL);
	sum = XXH64_digest(hash);
	XXH64_freeState(hash);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f = fuzz_file_open(data, size);
	struct source_list list = { 0 };
	struct source_options o = { .newer_than_ns = INT64_MIN };
	uint64_t bytes, bytes_again, sum, sum_again;
	bool damaged, damaged_again;
	int status = source_list_add(&list, f.path, &o, NULL);

	assert(status == 0 && list.n == 1);
	source_list_mark_copies(&list);
	if (list.sources[0]->error == NULL) {
		sum = read_blocks(list.sources[0], 0, &bytes, &damaged);
		sum_again = read_blocks(list.sources[0], 256, &bytes_again,
		    &damaged_again);
		if (bytes < BYTES_MAX && bytes_again < BYTES_MAX)
			assert(damaged == damaged_again);
		/* How much of a damaged block can be had is another matter. */
		if (!damaged && bytes < BYTES_MAX && bytes_again < BYTES_MAX)
			assert(bytes == bytes_again && sum == sum_again);
	}
	source_list_clear(&list);
	fuzz_file_close(&f);
	return 0;
}
