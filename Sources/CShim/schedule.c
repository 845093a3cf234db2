#define _GNU_SOURCE
#include "cshim_schedule.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static atomic_int limited_thread;
static atomic_bool was_lost;

int cshim_nice(int nice) { return setpriority(PRIO_PROCESS, (id_t)gettid(), nice); }

int cshim_affinity(const int *cpus, size_t count)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < count; i++) {
		if (cpus[i] < 0 || cpus[i] >= CPU_SETSIZE) {
			errno = EINVAL;
			return -1;
		}
		CPU_SET(cpus[i], &set);
	}
	return sched_setaffinity(0, sizeof(set), &set);
}

int cshim_lock_memory(void) { return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT); }

/* The kernel's word that the limit is reached; only calls that a signal handler may make. */
static void demote(int signal)
{
	struct sched_param ordinary = {};
	int saved = errno;

	(void)signal;
	sched_setscheduler(atomic_load(&limited_thread), SCHED_OTHER, &ordinary);
	atomic_store(&was_lost, true);
	errno = saved;
}

int cshim_limit_realtime(uint64_t microseconds)
{
	struct sigaction action = {.sa_handler = demote, .sa_flags = SA_RESTART};
	struct rlimit limit;

	atomic_store(&limited_thread, gettid());
	if (sigaction(SIGXCPU, &action, NULL) || getrlimit(RLIMIT_RTTIME, &limit))
		return -1;
	limit.rlim_cur = microseconds < limit.rlim_max ? microseconds : limit.rlim_max;
	return setrlimit(RLIMIT_RTTIME, &limit);
}

bool cshim_realtime_was_lost(void) { return atomic_exchange(&was_lost, false); }
