/* SPDX-License-Identifier: GPL-2.0 */
/* What the program knows of the packet in hand. Filled by parse.h, once. */
#pragma once

#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "sluice_abi.h"

#define inline_always static __attribute__((always_inline)) inline

/* Out of line, and verified once by itself: keeps the verifier's work small. Pointers can be null for all that it knows. */
#define separate __attribute__((noinline))

/* A flow's name: the 5-tuple of its own direction. IPv4 addresses stand in the last word. */
struct flow_key {
	__be32 source[4];
	__be32 destination[4];
	__u32 ports; /* as in the packet: source port in the lower half of the little-endian word */
	__u8 protocol;
	__u8 family; /* 4 or 6 */
	__u16 zero;
};

struct packet {
	struct flow_key key;
	__u32 ifindex; /* ingress */
	__u32 egress; /* where a packet that is sent on leaves */
	__u32 length; /* of the IP packet, from its header */
	__u16 l3; /* offsets in the frame */
	__u16 l4;
	__u8 tags; /* VLAN tags */
	__u8 tcp_flags; /* byte 13 of the TCP header */
	__u8 plain; /* no IPv4 options and no extension headers */
	__u8 fragment;
	__u8 malformed; /* lengths contradict each other: a drop if the packet is ours */
	__u8 icmp; /* an ICMP error: never answered by another */
	__u8 counted; /* `destination` counts this packet */
	__u8 reply; /* ... as one from the real server */
	__u32 destination; /* index */
};

/* Ethernet addresses as words: six bytes as they lie in memory, and two above them that don't count. */
struct mac_pair {
	__u64 to;
	__u64 from;
};

#define MAC_MASK 0xffffffffffffull

inline_always __u64 mac_load(const void *bytes)
{
	return (__u64) * (const __u32 *)bytes | (__u64) * (const __u16 *)(bytes + 4) << 32;
}

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

inline_always __u16 source_port(__u32 ports)
{
	return (__u16)ports;
}

inline_always __u16 destination_port(__u32 ports)
{
	return (__u16)(ports >> 16);
}

inline_always __u32 make_ports(__be16 source, __be16 destination)
{
	return (__u32)source | (__u32)destination << 16;
}

/*
 * Both are read anew each time: if the compiler kept one of them over a helper's call, the verifier would not know it for
 * a pointer that has been compared.
 */
inline_always void *frame_start(const struct xdp_md *ctx)
{
	return (void *)(long)*(const volatile __u32 *)&ctx->data;
}

inline_always void *frame_end(const struct xdp_md *ctx)
{
	return (void *)(long)*(const volatile __u32 *)&ctx->data_end;
}

/* Offsets of headers stay far below this; the mask tells the verifier so. */
#define MAX_OFFSET 0x3fff

inline_always void *frame_at(const struct xdp_md *ctx, __u32 offset)
{
	return frame_start(ctx) + (offset & MAX_OFFSET);
}

/* Opens a new connection: SYN alone of the flags that matter. */
inline_always int is_opening(const struct packet *packet)
{
	return (packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

inline_always void copy_address(__be32 *to, const __be32 *from)
{
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
	to[3] = from[3];
}

inline_always int same_address(const __be32 *a, const __be32 *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/* Of one family, so that IPv4's zero words need not be looked at. */
inline_always int same_family_address(__u32 family, const __be32 *a, const __be32 *b)
{
	return family == 4 ? a[3] == b[3] : same_address(a, b);
}
