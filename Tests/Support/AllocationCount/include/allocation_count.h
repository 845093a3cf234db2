/* Counts what a thread takes from the heap: for tests only, takes the place of the C library's malloc in their process. */
#pragma once

#include <stdint.h>

/* Counts the calling thread's allocations from now on. */
void allocation_count_start(void);
/* No longer; how many there were since `allocation_count_start`. */
uint64_t allocation_count_stop(void);
