# Makefile - builds, tests and installs mailtally.  GNU make.
#
#	make		the program: build/mailtally
#	make demo	installs what the build needs, builds, shows a full report
#			and how to open the dashboard
#	make shots	screenshots of it in build/shots
#	make check	all tests; the last line is "N passed, N failed"
#	make lint	warnings as errors, cppcheck, clang-tidy, order of includes
#	make bench	speed and memory beside other programs (BENCH_SIZE=64M: short)
#	make fuzz	every fuzz target for FUZZ_SECONDS
#	make install	DESTDIR=, PREFIX=/usr/local; BINDIR, DATADIR and MANDIR below it
#	make deb	a Debian package: build/mailtally_VERSION_ARCH.deb
#	make deps	only the Debian packages that the build needs
#	make clean
#
# The sources are all of src/: a new file needs no line here.  A variant is
# the same sources compiled in another way, in build/VARIANT; `make' builds
# the release, the others are for the tests.

PREFIX = /usr/local
BENCH_SIZE = 1G
FUZZ_SECONDS = 60

# For you to set: make CFLAGS=-march=native; make LTO= builds faster; make
# TUNED=1 takes thrice as long, and what it builds runs a tenth faster (gcc).
TUNED ?=
CC = gcc
CFLAGS =
LDFLAGS =
LTO = -flto=auto

LINKED = libcares zlib libisal libzstd liblzma libmaxminddb inih libxxhash \
	libpcre2-8 sqlite3 libcrypt libseccomp
# Loaded by who needs them, by the names they give themselves (base/library.h).
LOADED = libmicrohttpd libcurl
LIBRARIES = $(LINKED) $(LOADED)
soname = $(shell readelf -d "$$($(CC) -print-file-name=$(1).so)" 2>/dev/null | \
	sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
LIBMICROHTTPD_FILE := $(call soname,libmicrohttpd)
LIBCURL_FILE := $(call soname,libcurl)
# bzip2 has no .pc file; cmocka is for the tests alone.
LDLIBS := $(shell pkg-config --libs $(LINKED) 2>/dev/null) -lbz2 -lm
TEST_LDLIBS = -lcmocka
CPPFLAGS := -Isrc -D_GNU_SOURCE \
	$(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null)
MAILTALLY_VERSION := $(shell sed -n 's/^.define MAILTALLY_VERSION "\(.*\)"/\1/p' src/cmd/cmd.h)
# For --version; an archive without git has none.
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
VERSIONS := $(shell for l in $(LIBRARIES); do echo "$$l $$(pkg-config \
	--modversion $$l 2>/dev/null)"; done | paste -s -d , | sed 's/,/, /g')
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wpointer-arith \
	-Wundef -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough \
	-Wconversion

# ---- variants: compiler, flags, flags of the link alone ----

CC_release = $(CC)
FLAGS_release = -O3 -g $(LTO) -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
LINK_release = -pie -Wl,-z,relro,-z,now

# Compiled to count what runs how often; and, bench/train having run that, a
# second time with what the compiler learned: make TUNED=1.
CC_train = $(CC)
# Functions are known by their numbers: their names hold the folder's.
PROFILED = $(FLAGS_release) --param profile-func-internal-id=1
FLAGS_train = $(PROFILED) -fprofile-generate
LINK_train = $(LINK_release)
CC_tuned = $(CC)
FLAGS_tuned = $(PROFILED) -fprofile-use -fprofile-partial-training \
	-Wno-missing-profile
LINK_tuned = $(LINK_release)

CC_asan = gcc
FLAGS_asan = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all

CC_tsan = gcc
FLAGS_tsan = -O1 -g -fsanitize=thread

CC_clang = clang
# What these three find is meant: assert(!"text"), TEXT + n, and a text over
# several lines among others.
FLAGS_clang = -O2 -g -Werror -Wno-string-conversion -Wno-string-plus-int \
	-Wno-string-concatenation

CC_gcc = gcc
FLAGS_gcc = -O2 -g -Werror -D_FORTIFY_SOURCE=3

CC_fuzz = clang
FLAGS_fuzz = -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all

VARIANTS = release train tuned asan tsan clang gcc fuzz

# ---- what is built of what ----

.DEFAULT_GOAL = all

# Changes when the commit does.
build/commit: FORCE
	@mkdir -p build; echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
FORCE:

ALL := $(wildcard src/*.c src/*/*.c)
# x_test.c is the unit test of x.c, test_x.c what the tests of a folder share.
TESTS := $(filter %_test.c,$(ALL))
HELPERS := $(foreach f,$(ALL),$(if $(filter test_%,$(notdir $f)),$f))
SOURCES := $(filter-out $(TESTS) $(HELPERS),$(ALL))
# The page, embedded: made, so not linted.
MADE := build/web/assets.c
FUZZERS := $(wildcard fuzz/fuzz_*.c)
# Those worth a run with the thread sanitizer.
THREADED := $(filter src/input/% src/pump/%,$(TESTS))

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc) --no-print-directory
endif
# make V=1 shows the commands whole.
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2);)

all: build/mailtally

define variant
build/$(1)/%.o: %.c Makefile | libraries
	@mkdir -p $$(@D)
	$$(call say,$(1),$$<)$$(CC_$(1)) -std=c17 -pthread $$(CPPFLAGS) \
		$$(WARNINGS) $$(FLAGS_$(1)) $$(CFLAGS) -MMD -MP -c -o $$@ $$<

build/$(1)/src/cmd/version.o: build/commit
build/$(1)/src/cmd/version.o: CPPFLAGS += -DMAILTALLY_COMMIT='"$(COMMIT)"' \
	-DMAILTALLY_LIBRARIES='"$(VERSIONS)"'

build/$(1)/src/web/http.o: CPPFLAGS += \
	-DLIBMICROHTTPD_FILE='"$(LIBMICROHTTPD_FILE)"'
build/$(1)/src/send/smtp.o: CPPFLAGS += \
	-DLIBCURL_FILE='"$(LIBCURL_FILE)"'

build/$(1)/mailtally: $(SOURCES:%.c=build/$(1)/%.o) $(MADE:%.c=build/$(1)/%.o)
	$$(call say,$(1),$$@)$$(CC_$(1)) -pthread $$(FLAGS_$(1)) $$(CFLAGS) \
		$$(LINK_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS)

# All but main, for test programs to take what they need.
build/$(1)/all.a: $(patsubst %.c,build/$(1)/%.o,$(filter-out src/main.c,$(SOURCES)) $(MADE))
	$$(call say,$(1),$$@)rm -f $$@ && ar qcs $$@ $$^

build/$(1)/%_test: build/$(1)/%_test.o $(HELPERS:%.c=build/$(1)/%.o) build/$(1)/all.a
	$$(call say,$(1),$$@)$$(CC_$(1)) -pthread $$(FLAGS_$(1)) $$(CFLAGS) \
		$$(LDFLAGS) -o $$@ $$< $$(filter $$(@D)/test_%,$$^) \
		build/$(1)/all.a $$(LDLIBS) $$(TEST_LDLIBS)

tests-$(1): $(TESTS:%.c=build/$(1)/%)

-include $(patsubst %.c,build/$(1)/%.d,$(ALL))
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$v)))

build/web/page.js: $(wildcard web/src/*.ts web/css/*.css web/package*.json) tools/page
	$(call say,page,$@)tools/page

build/web/assets.c: build/web/page.js tools/embed
	$(call say,embed,$@)tools/embed script build/web/page.js \
		style build/web/page.css >$@

build/mailtally: build/$(if $(TUNED),tuned,release)/mailtally
	@ln -f $< $@

build/train/done: build/train/mailtally build/loggen bench/train
	$(call say,train,$<)bench/train && touch $@

$(SOURCES:%.c=build/tuned/%.o) $(MADE:%.c=build/tuned/%.o): build/train/done

build/fuzz/fuzz_%: build/fuzz/fuzz/fuzz_%.o build/fuzz/all.a
	$(call say,fuzz,$@)$(CC_fuzz) -pthread $(FLAGS_fuzz) -fsanitize=fuzzer \
		-o $@ $^ $(LDLIBS)

-include $(FUZZERS:%.c=build/fuzz/%.d)

build/loggen: bench/loggen.c
	@mkdir -p $(@D)
	$(call say,cc,$<)$(CC) -O2 -Wall -Wextra -o $@ $< -lm

build/corpus: $(wildcard tests/corpus/*.tar.xz)
	@mkdir -p $@ && for f in $^; do tar -xJf $$f -C $@; done && touch $@

libraries:
	@pkg-config --exists --print-errors $(LIBRARIES) || \
		{ echo 'A library is missing; "make deps" installs it.' >&2; false; }

deps:
	@tools/packages build

demo: deps
	@$(MAKE) build/mailtally
	build/mailtally -C examples/mailtally.conf report --top 15 \
		--since 2026-03-29 --until 2026-03-30 examples/log
	@echo
	@echo 'The same in a browser, with the day of the sample log as today:'
	@echo '  build/mailtally -C examples/mailtally.conf serve' \
		'--now 2026-03-29T23:59:59+02:00 examples/log'
	@echo '  http://127.0.0.1:8025/'

# Screenshots of the dashboard with the sample logs, for README.md.
shots: build/mailtally build/web-test/package-lock.json
	node tools/shots.mjs build/shots

# ---- tests ----

# Each command counts what did not build as failed; hence -k and the ignored
# status.  The packages come first, in a make of their own, because which
# flags the libraries want is asked when make starts.
check:
	@tools/packages check
	@$(MAKE) -k check-programs || true
	@tests/check

# What the tests of the page are made with: a browser's driver, a checker.
build/web-test/package-lock.json: web/package-lock.json web/package.json
	@mkdir -p $(@D) && cp web/package.json web/.npmrc $(@D)/
	$(call say,npm,$(@D))cp web/package-lock.json $@ && cd $(@D) && \
		npm ci --ignore-scripts --silent || { rm -f package-lock.json; false; }

# The package, of the release that is not tuned, and a clean Debian to install it in; where that cannot be made
# it says why, and is tried again the next time.
build/debian/package: build/mailtally build/share/done tools/deb \
		$(wildcard share/*/*)
	@mkdir -p $(@D)
	@tools/deb $(MAILTALLY_VERSION)
	@rm -f $(@D)/*.deb && cp build/mailtally_*.deb $(@D) && touch $@

build/debian/ready: tools/debian-root | build/debian/package
	$(call say,debian,build/debian/root)tools/debian-root

check-programs: build/debian/ready build/debian/package tests-asan tests-clang build/asan/mailtally build/mailtally \
	build/loggen build/corpus build/web-test/package-lock.json \
	$(THREADED:%.c=build/tsan/%) build/tsan/mailtally \
	$(FUZZERS:fuzz/%.c=build/fuzz/%)

fuzz:
	@tools/packages check
	@$(MAKE) $(FUZZERS:fuzz/%.c=build/fuzz/%)
	@fuzz/run $(FUZZ_SECONDS)

bench:
	@tools/packages bench
	@$(MAKE) TUNED=1 build/mailtally build/loggen
	@bench/run $(BENCH_SIZE)
	@bench/serve

LINTS = lint-warnings lint-headers lint-includes lint-cppcheck lint-tidy

lint:
	@tools/packages check
	@$(MAKE) -k $(LINTS)
	@echo 'lint: nothing to complain about'

lint-warnings: build/gcc/mailtally build/clang/mailtally tests-gcc tests-clang

# Each header says all that it needs.
lint-headers: $(patsubst %,build/lint/%,$(wildcard src/*/*.h))
build/lint/%.h: %.h $(wildcard src/*/*.h)
	@mkdir -p $(@D)
	$(call say,header,$<)$(CC) -std=c17 $(CPPFLAGS) $(WARNINGS) -Werror \
		-fsyntax-only -x c -include $< /dev/null && touch $@

lint-includes:
	$(call say,includes,src)tools/include-direction src

lint-cppcheck:
	$(call say,cppcheck,src)mkdir -p build/lint/cppcheck && cppcheck --quiet \
		-j $$(nproc) --cppcheck-build-dir=build/lint/cppcheck \
		--enable=warning,performance,portability --std=c11 \
		--suppress=returnDanglingLifetime \
		--inline-suppr --error-exitcode=1 -Isrc -D_GNU_SOURCE -D__SSE2__ $(SOURCES)

lint-tidy:
	$(call say,tidy,src)printf '%s\n' $(SOURCES) | xargs -P $$(nproc) -n 1 \
		sh -c 'clang-tidy --quiet "$$0" -- -std=c17 $(CPPFLAGS) 2>/dev/null'

# Made of the program's own rows.
build/share/done: build/mailtally tools/man tools/completion $(wildcard man/*)
	$(call say,man,build/share)mkdir -p build/share && \
		tools/man build/mailtally build/share/man && \
		tools/completion bash build/mailtally >build/share/mailtally.bash && \
		tools/completion zsh build/mailtally >build/share/_mailtally && \
		touch $@

BINDIR = $(PREFIX)/bin
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
BIN = $(DESTDIR)$(BINDIR)
SHARE = $(DESTDIR)$(DATADIR)
MAN = $(DESTDIR)$(MANDIR)
INSTALL = install -p -m 644

install: build/mailtally build/share/done
	install -d $(BIN) $(SHARE)/doc/mailtally/examples \
		$(MAN)/man1 $(MAN)/man5 $(SHARE)/zsh/vendor-completions \
		$(SHARE)/bash-completion/completions $(SHARE)/mailtally
	install -p -m 755 build/mailtally $(BIN)
	build/mailtally --help | sed -n 's/.*(also called \(.*\)).*/\1/p' | \
		xargs -rI{} ln -sf mailtally $(BIN)/{}
	$(INSTALL) examples/mailtally.conf $(SHARE)/doc/mailtally/examples
	cp -P build/share/man/*.1 $(MAN)/man1
	cp -P build/share/man/*.5 $(MAN)/man5
	$(INSTALL) build/share/mailtally.bash \
		$(SHARE)/bash-completion/completions/mailtally
	$(INSTALL) build/share/_mailtally $(SHARE)/zsh/vendor-completions
	cp -r share/qpsmtpd share/multilog share/systemd share/cron \
		$(SHARE)/mailtally
	chmod 755 $(SHARE)/mailtally/multilog/* $(SHARE)/mailtally/qpsmtpd/run

deb:
	@$(MAKE) TUNED=1 build/mailtally build/share/done
	@TUNED=1 tools/deb $(MAILTALLY_VERSION)

clean:
	rm -rf build

.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all libraries deps demo shots deb check check-programs fuzz bench lint $(LINTS) \
	install clean FORCE $(VARIANTS:%=tests-%)
