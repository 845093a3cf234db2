/* What Swift cannot call of sockets: ancillary data, option structs, syscalls that the C library hides. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * All that return int or ssize_t: 0 or a positive result, or -1 with errno set. IPv4 addresses are numbers in host byte
 * order; IPv6 addresses are two of them, the first 64 bits and the last. Sockets never block and are closed on exec.
 */

/* A raw IPv4 socket that sends whole packets (IP_HDRINCL); what it sends to a group does not come back to this machine. */
int cshim_raw4_open(int protocol);
int cshim_raw4_join(int fd, uint32_t group, uint32_t ifindex, bool join);
/* `ifindex` 0: as routing decides. */
int cshim_raw4_send(int fd, const void *packet, size_t size, uint32_t destination, uint32_t ifindex);
/* A packet, header included. */
ssize_t cshim_raw4_receive(int fd, void *buffer, size_t size, uint32_t *ifindex);

/* Where an IPv6 message came from, and where to. */
struct cshim_envelope6 {
	uint64_t source_high;
	uint64_t source_low;
	uint64_t destination_high;
	uint64_t destination_low;
	uint32_t ifindex;
	int32_t hop_limit; /* -1: the kernel did not say */
};

/* A raw IPv6 socket that sends messages, checksum and all; group messages do not come back. */
int cshim_raw6_open(int protocol);
int cshim_raw6_join(int fd, uint64_t high, uint64_t low, uint32_t ifindex, bool join);
/* Sends from the source in `envelope` to its destination, with its hop limit. */
int cshim_raw6_send(int fd, const void *message, size_t size, const struct cshim_envelope6 *envelope);
ssize_t cshim_raw6_receive(int fd, void *buffer, size_t size, struct cshim_envelope6 *envelope);

/* A packet socket that only sends. */
int cshim_packet_open(void);
int cshim_packet_send(int fd, const void *frame, size_t size, uint32_t ifindex);

int cshim_eventfd(void);

/* ppoll(2) of an array of struct pollfd until a time of CLOCK_MONOTONIC; UINT64_MAX: without limit. How many are ready. */
int cshim_poll_until(void *polls, size_t count, uint64_t deadline_ns);

/* SCHED_RR at `priority` for the calling thread; what it forks is ordinary again. */
int cshim_realtime(int priority);

/* A stream socket that doesn't block and connects to this address (struct sockaddr_in and the like); writable once it has,
 * or never will (SO_ERROR). -1 with errno set. */
int cshim_stream_connect(const void *address, size_t size);

/* SOCK_STREAM. */
int cshim_stream_type(void);
