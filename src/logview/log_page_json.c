#include <inttypes.h>

#include "base/json_text.h"
#include "base/when.h"
#include "base/zone.h"
#include "input/source.h"
#include "logview/log_list.h"
#include "logview/log_page.h"

static const char *const reasons[] = {
	[LOG_PAGE_END] = "end", [LOG_PAGE_LIMIT] = "limit",
	[LOG_PAGE_FULL] = "bytes", [LOG_PAGE_TIME] = "time"
};

static void
add_time(struct buf *b, const char *name, int64_t time_ns, enum when_form form,
    const struct zone *zone)
{
	json_add_key(b, name);
	if (time_ns == WHEN_NONE) {
		buf_add_str(b, STR("null"));
		return;
	}
	buf_add_char(b, '"');
	when_format(b, time_ns, form, zone);
	buf_add_char(b, '"');
}

static void
add_line(struct buf *b, const struct log_page_line *l, const struct zone *zone)
{
	buf_printf(b, "{\"at\":%" PRIu64, l->at);
	add_time(b, "time", l->time_ns, WHEN_RFC3339, NULL);
	add_time(b, "local", l->time_ns, WHEN_LOCAL, zone);
	json_add_key(b, "stamp");
	if (l->stamp.n > 0)
		json_quote(b, l->stamp);
	else
		buf_add_str(b, STR("null"));
	json_add_key(b, "text");
	json_quote(b, l->text);
	if (l->cut)
		buf_add_str(b, STR(",\"cut\":true"));
	buf_add_char(b, '}');
}

static void
add_place(struct buf *b, const struct log_page *page)
{
	bool complete = page->reason == LOG_PAGE_END;

	buf_printf(b, ",\"at\":%" PRIu64, page->n > 0 ? page->lines[0].at :
	    page->next);
	if (complete)
		buf_add_str(b, STR(",\"next\":null,\"complete\":true"));
	else
		buf_printf(b, ",\"next\":%" PRIu64 ",\"complete\":false",
		    page->next);
	buf_printf(b, ",\"reason\":\"%s\",\"read\":%" PRIu64 ",\"matched\":%"
	    PRIu64, reasons[page->reason], page->read, page->matched);
}

void
log_page_json(struct buf *b, const struct log_page *page,
    const struct source *s, const struct zone *zone)
{
	char id[LOG_ID_DIGITS + 1];

	log_id(id, s);
	buf_printf(b, "{\"schema\":1,\"id\":\"%s\"", id);
	json_add_key(b, "stream");
	json_quote(b, str_from(s->stream));
	json_add_key(b, "name");
	json_quote(b, log_name(s));
	json_add_key(b, "zone");
	json_quote(b, str_from(zone_name(zone)));
	add_place(b, page);
	buf_add_str(b, STR(",\"lines\":["));
	for (size_t i = 0; i < page->n; i++) {
		buf_add_str(b, i > 0 ? STR(",\n") : STR("\n"));
		add_line(b, &page->lines[i], zone);
	}
	buf_add_str(b, STR("]}\n"));
}
