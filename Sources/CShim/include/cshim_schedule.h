/* How a thread is scheduled, and what it may not do with real-time priority. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All that return int: 0, or -1 with errno set. They are about the calling thread unless they say otherwise. */

/* Its nice value, -20...19. */
int cshim_nice(int nice);
/* Only these CPUs. */
int cshim_affinity(const int *cpus, size_t count);
/* Memory of the process that is touched from now on, or was, is never paged out. */
int cshim_lock_memory(void);
/*
 * If the thread runs with real-time priority for so many microseconds without ever waiting, it is made an ordinary one:
 * it can't hold the machine up. One thread of a process at a time.
 */
int cshim_limit_realtime(uint64_t microseconds);
/* Whether that has happened since the last call. */
bool cshim_realtime_was_lost(void);
