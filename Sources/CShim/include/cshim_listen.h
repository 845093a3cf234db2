/* Hearing what others announce: ARP and neighbour advertisements. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A packet socket that gets ARP packets and ICMPv6 neighbour advertisements of all interfaces, the Ethernet header
 * included, and nothing that this machine sends. Never blocks. -1 with errno set.
 */
int cshim_announcements_open(void);
/* One frame, cut to `size`, and the interface that it came by; -1 with errno set if there is none. */
ssize_t cshim_frame_receive(int fd, void *buffer, size_t size, uint32_t *ifindex);
