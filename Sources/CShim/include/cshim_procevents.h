/* What Swift cannot do: the kernel's process events (proc connector), whose messages are packed structs in others. */
#pragma once

#include <stdint.h>

enum cshim_process_event_kind { CSHIM_PROCESS_FORK = 1, CSHIM_PROCESS_EXEC, CSHIM_PROCESS_NAME, CSHIM_PROCESS_EXIT };

/* Of processes only, not of threads. */
struct cshim_process_event {
	uint32_t kind;
	int32_t pid;
	int32_t parent; /* CSHIM_PROCESS_FORK */
};

/* A socket that doesn't block and hears of all processes; -1 with errno set. Needs CAP_NET_ADMIN, and the machine's first
 * network namespace (else EPROTONOSUPPORT). */
int cshim_process_events_open(void);

/* The next events, as many as fit: how many, 0 if there are none. -1 with errno set; ENOBUFS: some were lost. */
int cshim_process_events_read(int fd, struct cshim_process_event *events, int count);
