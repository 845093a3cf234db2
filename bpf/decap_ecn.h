/* SPDX-License-Identifier: GPL-2.0 */
/* Congestion marks of a tunnel's outer header, carried over to the inner one (RFC 6040), with IPv4's checksum. */
#pragma once

#include <linux/ip.h>
#include <bpf/bpf_endian.h>

#define inline_always static inline __attribute__((always_inline))

#define ECN_MASK 3u
#define ECN_NOT_ECT 0u
#define ECN_ECT1 1u
#define ECN_ECT0 2u
#define ECN_CE 3u

/* Folds a sum of 16-bit words; 0xffff for a header with its right checksum in it (RFC 1071). */
inline_always __u32 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* The ECN field of the packet that goes on (RFC 6040 figure 4), or -1 if it must be dropped. */
inline_always int combined_ecn(__u32 outer, __u32 inner)
{
	if (outer == ECN_CE)
		return inner == ECN_NOT_ECT ? -1 : (int)ECN_CE;
	if (outer == ECN_ECT1 && inner == ECN_ECT0)
		return ECN_ECT1;
	return inner;
}

/* Sets the field, and with it the checksum: HC' = ~(~HC + ~m + m') (RFC 1624), where m is version, length and TOS. */
inline_always void set_ecn4(struct iphdr *ip, __u8 ecn)
{
	__u8 tos = (ip->tos & ~ECN_MASK) | ecn;
	__u32 sum = (__u16)~ip->check;

	sum += (__u16)~bpf_htons(ip->tos) + bpf_htons(tos);
	ip->check = ~fold(sum);
	ip->tos = tos;
}
