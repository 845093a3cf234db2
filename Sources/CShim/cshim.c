#define _GNU_SOURCE
#include <sys/signalfd.h>
#include "cshim.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

int cshim_unshare_network(void) { return unshare(CLONE_NEWNET); }

int cshim_enter_network(int fd) { return setns(fd, CLONE_NEWNET); }

int cshim_link_up(const char *name)
{
	struct ifreq request = {};
	int error;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	error = ioctl(fd, SIOCGIFFLAGS, &request);
	if (!error) {
		request.ifr_flags |= IFF_UP;
		error = ioctl(fd, SIOCSIFFLAGS, &request);
	}
	int saved = errno;
	close(fd);
	errno = saved;
	return error;
}

int cshim_pin_thread(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int cshim_raise_memlock(void)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_MEMLOCK, &limit);
}

int64_t cshim_filesystem_type(const char *path)
{
	struct statfs status;

	return statfs(path, &status) ? -1 : (int64_t)(uint32_t)status.f_type;
}

int cshim_mount_bpffs(const char *path) { return mount("bpf", path, "bpf", 0, "mode=0700"); }

static uint64_t nanoseconds(struct timespec time)
{
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec time = {};

	clock_gettime(clock, &time);
	return nanoseconds(time);
}

uint64_t cshim_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t cshim_thread_cpu_ns(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

uint64_t cshim_tick_ns(void)
{
	struct timespec time = {};

	clock_getres(CLOCK_MONOTONIC_COARSE, &time);
	return nanoseconds(time);
}

int cshim_signalfd(const void *set) { return signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC); }

int cshim_read_signal(int fd)
{
	struct signalfd_siginfo info;
	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

int cshim_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC); }
