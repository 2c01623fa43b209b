/* sandbox.c - the only file that knows libseccomp and Landlock. */
#include "web/sandbox.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Newer than the headers of some systems that we are built on. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (UINT64_C(1) << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- files ---- */

#define WRITE_FILES (LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)
#define FORBIDDEN (WRITE_FILES | LANDLOCK_ACCESS_FS_EXECUTE | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What this kernel can forbid; 0: it has no Landlock. */
static uint64_t
forbidden_here(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return 0;
	return FORBIDDEN | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
	    (version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static void
allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access,
		.parent_fd = open(path, O_PATH | O_CLOEXEC) };

	if (rule.parent_fd < 0)
		return;
	(void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0);
	close(rule.parent_fd);
}

/* The program that starts this one (ELF, PT_INTERP): it is executed, too. */
static int
find_interpreter(struct dl_phdr_info *program, size_t size, void *ctx)
{
	const char **found = ctx;

	(void)size;
	for (size_t i = 0; i < program->dlpi_phnum; i++)
		if (program->dlpi_phdr[i].p_type == PT_INTERP)
			*found = (const char *)(uintptr_t)(program->dlpi_addr +
			    program->dlpi_phdr[i].p_vaddr);
	return 1; /* the first one is the program itself */
}

static bool
restrict_files(const char *const *writable, size_t n)
{
	const uint64_t forbidden = forbidden_here();
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = forbidden };
	const char *interpreter = NULL;
	bool holds;
	int rules;

	if (forbidden == 0)
		return false;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return false;
	allow(rules, "/proc/self/exe", LANDLOCK_ACCESS_FS_EXECUTE);
	dl_iterate_phdr(find_interpreter, &interpreter);
	if (interpreter != NULL)
		allow(rules, interpreter, LANDLOCK_ACCESS_FS_EXECUTE);
	allow(rules, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
	for (size_t i = 0; i < n; i++)
		allow(rules, writable[i], (WRITE_FILES |
		    LANDLOCK_ACCESS_FS_TRUNCATE) & forbidden);
	holds = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return holds;
}

/* ---- calls ---- */

static const int forbidden_calls[] = {
	/* The network: what listens does so already. */
	SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
	/* Other processes.  The leak checker of sanitizers is one. */
#ifndef __SANITIZE_ADDRESS__
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp), SCMP_SYS(perf_event_open),
	/* Being somebody else, or somewhere else. */
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid),
	SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(setgroups),
	SCMP_SYS(capset), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
	SCMP_SYS(unshare), SCMP_SYS(setns),
	/* The machine. */
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(move_mount),
	SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount),
	SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon),
	SCMP_SYS(swapoff), SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(acct),
	SCMP_SYS(quotactl), SCMP_SYS(syslog), SCMP_SYS(ioperm), SCMP_SYS(iopl),
	SCMP_SYS(mknod), SCMP_SYS(mknodat),
	/* Ways around what is said here. */
	SCMP_SYS(bpf), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(add_key), SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
};

static bool
restrict_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool holds;

	if (filter == NULL)
		return false;
	/* One that this machine never had needs no rule. */
	for (size_t i = 0; i < COUNT(forbidden_calls); i++)
		(void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
		    forbidden_calls[i], 0);
	holds = seccomp_load(filter) == 0;
	seccomp_release(filter);
	return holds;
}

unsigned
sandbox_enter(const char *const *writable, size_t n)
{
	unsigned holds = 0;

	/* Both want it, and nothing that we start has to be somebody else. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 0;
	if (restrict_files(writable, n))
		holds |= SANDBOX_FILES;
	if (restrict_calls())
		holds |= SANDBOX_CALLS;
	return holds;
}
