/* What Swift cannot do: start a program as another user out of a process that has threads. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Starts a program, found by its path alone, in a process group of its own, as an ordinary process with no signal blocked
 * or ignored and /dev/null for its input, output and (without `keeps_errors`) errors. With `changes_user` as this user and
 * group and in these other groups alone. The process' number, or -1 with errno set: also for what fails in the new process.
 */
pid_t cshim_spawn(const char *const *arguments, const char *const *environment, bool changes_user, uint32_t user,
		  uint32_t group, const uint32_t *others, size_t count, bool keeps_errors);

/* A descriptor that is readable once the process has ended. */
int cshim_pidfd(pid_t pid);

/* The exit status of a child that has ended (256 and more: by a signal), which is gone then; -1: not yet. */
int cshim_reap(pid_t pid);

/* Gives free memory back to the system. */
void cshim_trim_memory(void);
