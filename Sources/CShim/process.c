#define _GNU_SOURCE
#include "cshim_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the new process, which shares its memory with this one until it becomes the program. No C library locks. */
static int become(const char *const *arguments, const char *const *environment, bool changes_user, uint32_t user,
		  uint32_t group, const uint32_t *others, size_t count, bool keeps_errors)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};
	struct sched_param ordinary = {};
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &usual, NULL);
	sigemptyset(&none);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || (!keeps_errors && dup2(null, 2) < 0))
		return errno;
	if (setpgid(0, 0) || sched_setscheduler(0, SCHED_OTHER, &ordinary))
		return errno;
	/* By the bare calls: the C library's would have all threads of the process change. */
	if (changes_user && (syscall(SYS_setgroups, count, others) || syscall(SYS_setresgid, group, group, group) ||
			     syscall(SYS_setresuid, user, user, user)))
		return errno;
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(arguments[0], (char *const *)arguments, (char *const *)environment);
	return errno;
}

pid_t cshim_spawn(const char *const *arguments, const char *const *environment, bool changes_user, uint32_t user,
		  uint32_t group, const uint32_t *others, size_t count, bool keeps_errors)
{
	volatile int failure = 0;
	sigset_t all, before;
	pid_t pid;

	/* No handler of ours may run in the new process while it shares our memory. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0) {
		failure = become(arguments, environment, changes_user, user, group, others, count, keeps_errors);
		_exit(127);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid > 0 && failure) {
		waitpid(pid, NULL, 0);
		errno = failure;
		return -1;
	}
	return pid;
}

int cshim_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cshim_reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

void cshim_trim_memory(void) { malloc_trim(0); }
