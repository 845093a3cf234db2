/* What Swift cannot call in libc: macros, varargs, functions that the C library hides behind _GNU_SOURCE, atomics. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All that return int: 0 or a positive result, or -1 with errno set. */

/* Moves the calling thread into a network namespace of its own. */
int cshim_unshare_network(void);
/* Moves the calling thread into the network namespace that `fd` refers to. */
int cshim_enter_network(int fd);
/* Sets an interface of the calling thread's network namespace up. */
int cshim_link_up(const char *name);

/* Keeps the calling thread on one CPU. */
int cshim_pin_thread(unsigned cpu);

/* Raises the limit of locked memory to no limit. */
int cshim_raise_memlock(void);

/* The magic number of the file system at `path`; -1 with errno set. */
int64_t cshim_filesystem_type(const char *path);
#define CSHIM_BPFFS_MAGIC 0xcafe4a11
int cshim_mount_bpffs(const char *path);

/* Nanoseconds by a clock of clock_gettime(2), and of one tick of it. */
uint64_t cshim_monotonic_ns(void);
uint64_t cshim_thread_cpu_ns(void);
uint64_t cshim_tick_ns(void);

/* Memory that the kernel or another CPU also touches. Pointers are naturally aligned. */
static inline uint64_t cshim_load64(const volatile void *p)
{
	return __atomic_load_n((const volatile uint64_t *)p, __ATOMIC_ACQUIRE);
}

static inline void cshim_store64(volatile void *p, uint64_t value)
{
	__atomic_store_n((volatile uint64_t *)p, value, __ATOMIC_RELEASE);
}

/* Whether `*p` was `expected`, and is `desired` now. */
static inline bool cshim_compare_exchange64(volatile void *p, uint64_t expected, uint64_t desired)
{
	return __atomic_compare_exchange_n((volatile uint64_t *)p, &expected, desired, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static inline uint32_t cshim_load32(const volatile void *p)
{
	return __atomic_load_n((const volatile uint32_t *)p, __ATOMIC_ACQUIRE);
}

static inline void cshim_store32(volatile void *p, uint32_t value)
{
	__atomic_store_n((volatile uint32_t *)p, value, __ATOMIC_RELEASE);
}

static inline bool cshim_compare_exchange32(volatile void *p, uint32_t expected, uint32_t desired)
{
	return __atomic_compare_exchange_n((volatile uint32_t *)p, &expected, desired, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* Signals by a descriptor, non-blocking and closed on exec. `set` is a sigset_t. */
int cshim_signalfd(const void *set);
/* The next signal's number; 0 if there is none. */
int cshim_read_signal(int fd);

/* accept4(2): the connection, closed on exec. */
int cshim_accept(int fd);
