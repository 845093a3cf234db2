/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP errors: those that come in, about a flow that their inner header names, and those that the director sends itself
 * (RFC 792, RFC 1191, RFC 4443).
 */
#pragma once

#include "front.h"
#include "packet.h"
#include "parse.h"
#include "rewrite_nat.h"

/* The first eight bytes of a message, in either family. (linux/icmp.h wants the C library, which the BPF target has not.) */
struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 rest; /* next hop's MTU */
};

enum icmp4_type {
	ICMP4_UNREACHABLE = 3,
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_TIME_EXCEEDED = 11,
};
#define ICMP4_CODE_FRAGMENTATION_NEEDED 4

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER = 4,
};

/* The packet that an ICMP error is about, as far as it is quoted. */
struct quoted {
	struct flow_key key;
	__u16 l3;
	__u16 l4;
};

inline_always int is_icmp(const struct packet *packet)
{
	return packet->key.protocol == (packet->key.family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

inline_always int is_transport(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

inline_always int parse_quoted4(struct xdp_md *ctx, struct quoted *quoted)
{
	struct iphdr *ip = frame_at(ctx, quoted->l3);
	if ((void *)(ip + 1) > frame_end(ctx) || ip->version != 4 || ip->ihl < 5 || ip->frag_off & bpf_htons(0x1fff))
		return 0;
	quoted->l4 = quoted->l3 + ip->ihl * 4;
	quoted->key.protocol = ip->protocol;
	quoted->key.source[3] = ip->saddr;
	quoted->key.destination[3] = ip->daddr;
	return is_transport(ip->protocol);
}

inline_always int parse_quoted6(struct xdp_md *ctx, struct quoted *quoted)
{
	struct ipv6hdr *ip = frame_at(ctx, quoted->l3);
	if ((void *)(ip + 1) > frame_end(ctx) || ip->version != 6)
		return 0;
	quoted->l4 = quoted->l3 + sizeof(*ip);
	quoted->key.protocol = ip->nexthdr;
	__builtin_memcpy(quoted->key.source, &ip->saddr, 16);
	__builtin_memcpy(quoted->key.destination, &ip->daddr, 16);
	return is_transport(ip->nexthdr);
}

/* Is this an ICMP error whose quote reaches to the ports, inside the IP packet? */
inline_always int parse_icmp_error(struct xdp_md *ctx, const struct packet *packet, struct quoted *quoted)
{
	struct icmp_header *icmp = frame_at(ctx, packet->l4);
	if ((void *)(icmp + 1) > frame_end(ctx))
		return 0;
	quoted->l3 = packet->l4 + sizeof(*icmp);
	quoted->key.family = packet->key.family;
	if (packet->key.family == 4) {
		if (icmp->type != ICMP4_UNREACHABLE && icmp->type != ICMP4_SOURCE_QUENCH && icmp->type != ICMP4_TIME_EXCEEDED)
			return 0;
		if (!parse_quoted4(ctx, quoted))
			return 0;
	} else {
		if (icmp->type < ICMP6_UNREACHABLE || icmp->type > ICMP6_PARAMETER || !parse_quoted6(ctx, quoted))
			return 0;
	}
	__be16 *ports = frame_at(ctx, quoted->l4);
	if ((void *)(ports + 2) > frame_end(ctx) || quoted->l4 + 2 * sizeof(*ports) > packet->l3 + packet->length)
		return 0;
	quoted->key.ports = make_ports(ports[0], ports[1]);
	return 1;
}

/* The flow in the other direction than the quoted packet's: the one that the error's own sender belongs to. */
inline_always void reverse_key(const struct flow_key *key, struct flow_key *reversed)
{
	copy_address(reversed->source, key->destination);
	copy_address(reversed->destination, key->source);
	reversed->ports = key->ports << 16 | key->ports >> 16;
	reversed->protocol = key->protocol;
	reversed->family = key->family;
	reversed->zero = 0;
}

inline_always __u32 csum_address_change(const __be32 *from, const __be32 *to)
{
	__u32 sum = csum_change(from[0], to[0]) + csum_change(from[1], to[1]) + csum_change(from[2], to[2]);
	return csum_fold(sum) + csum_change(from[3], to[3]);
}

/*
 * NAT for an ICMP error: one outer address, and the quoted packet's address and port on the other side. The quoted
 * transport checksum stays as it is, as in IPVS: nobody can verify it from a quote.
 */
inline_always int nat_icmp(struct xdp_md *ctx, const struct packet *packet, const struct quoted *quoted, enum nat_side outer,
			   const __be32 *address, __be16 port)
{
	enum nat_side inside = outer == NAT_SOURCE ? NAT_DESTINATION : NAT_SOURCE;
	int family = packet->key.family;
	__be16 old = inside == NAT_SOURCE ? source_port(quoted->key.ports) : destination_port(quoted->key.ports);
	__u32 gain = port ? (__u16)~old + (__u32)port : 0;
	if (family == 6) {
		const __be32 *outer_old = outer == NAT_SOURCE ? packet->key.source : packet->key.destination;
		const __be32 *inner_old = inside == NAT_SOURCE ? quoted->key.source : quoted->key.destination;
		gain += csum_fold(csum_address_change(outer_old, address));
		gain += csum_fold(csum_address_change(inner_old, address));
	}
	if (!nat_address(ctx, packet->l3, family, outer, address) || !nat_address(ctx, quoted->l3, family, inside, address))
		return 0;
	struct icmp_header *icmp = frame_at(ctx, packet->l4);
	__be16 *ports = frame_at(ctx, quoted->l4);
	if ((void *)(icmp + 1) > frame_end(ctx) || (void *)(ports + 2) > frame_end(ctx))
		return 0;
	icmp->checksum = csum_gain(icmp->checksum, gain);
	if (port)
		ports[inside == NAT_SOURCE ? 0 : 1] = port;
	return 1;
}

/* ---- answers ------------------------------------------------------------------------------------------------------ */

/* How much of the packet an answer quotes: its headers and at least eight bytes, multiples of four. */
#define QUOTE4_TOO_BIG 68
#define QUOTE4_TTL 28
#define QUOTE6_TOO_BIG 128
#define QUOTE6_TTL 48
#define ANSWER_TTL 64
#define ANSWER_TOS 0xc0 /* internetwork control, as Linux marks its own */

/* Cuts the frame down to what is quoted and opens a front for the answer's headers. False: the packet is too short. */
inline_always int answer_open(struct xdp_md *ctx, const struct packet *packet, int quote, int headers, __be16 type)
{
	struct ethhdr *ethernet = frame_start(ctx);
	int length = frame_end(ctx) - frame_start(ctx);
	int wanted = packet->l3 + quote;
	/* The verifier wants the comparison of pointers too: keep the compiler from deriving it from the lengths. */
	asm volatile("" : "+r"(length));
	if ((void *)(ethernet + 1) > frame_end(ctx) || length < wanted || packet->length < (__u32)quote)
		return 0;
	struct mac_pair macs = { .to = mac_load(ethernet->h_source), .from = mac_load(ethernet->h_dest) };
	if (bpf_xdp_adjust_tail(ctx, wanted - length))
		return 0;
	return open_front(ctx, packet, headers, type, macs);
}

inline_always int answer4(struct xdp_md *ctx, struct packet *packet, __u8 type, __u8 code, __u16 mtu, const int quote)
{
	if (!answer_open(ctx, packet, quote, sizeof(struct iphdr) + sizeof(struct icmp_header), bpf_htons(ETH_P_IP)))
		return 0;
	struct iphdr *ip = frame_at(ctx, packet->l3);
	struct icmp_header *icmp = (void *)(ip + 1);
	if ((void *)(icmp + 1) + quote > frame_end(ctx))
		return 0;
	*(__u16 *)ip = (__u16)(0x45 | ANSWER_TOS << 8);
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*icmp) + quote);
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = ANSWER_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = packet->key.destination[3];
	ip->daddr = packet->key.source[3];
	ip->check = 0;
	ip->check = ~csum_fold((__u32)bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0));
	icmp->type = type;
	icmp->code = code;
	icmp->checksum = 0;
	icmp->rest = bpf_htonl(mtu);
	icmp->checksum = ~csum_fold((__u32)bpf_csum_diff(0, 0, (__be32 *)icmp, sizeof(*icmp) + quote, 0));
	return 1;
}

inline_always int answer6(struct xdp_md *ctx, struct packet *packet, __u8 type, __u8 code, __u16 mtu, const int quote)
{
	if (!answer_open(ctx, packet, quote, sizeof(struct ipv6hdr) + sizeof(struct icmp_header), bpf_htons(ETH_P_IPV6)))
		return 0;
	struct ipv6hdr *ip = frame_at(ctx, packet->l3);
	struct icmp_header *icmp = (void *)(ip + 1);
	__u32 length = sizeof(*icmp) + quote;
	if ((void *)icmp + length > frame_end(ctx))
		return 0;
	*(__be32 *)ip = bpf_htonl(6u << 28);
	ip->payload_len = bpf_htons(length);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ANSWER_TTL;
	__builtin_memcpy(&ip->saddr, packet->key.destination, 16);
	__builtin_memcpy(&ip->daddr, packet->key.source, 16);
	icmp->type = type;
	icmp->code = code;
	icmp->checksum = 0;
	icmp->rest = bpf_htonl(mtu);
	/* RFC 4443 section 2.3: the pseudo-header counts. */
	__u32 sum = (__u32)bpf_csum_diff(0, 0, (__be32 *)&ip->saddr, 32, 0);
	sum = (__u32)bpf_csum_diff(0, 0, (__be32 *)icmp, length, sum);
	icmp->checksum = ~csum_fold(csum_fold(sum) + bpf_htons(length) + bpf_htons(IPPROTO_ICMPV6));
	return 1;
}

/* The packet doesn't fit into `mtu` bytes: tell its sender. */
inline_always int answer_too_big(struct xdp_md *ctx, struct packet *packet, __u16 mtu)
{
	int sent;
	if (packet->icmp)
		return SLUICE_DROP_TOO_BIG;
	if (packet->key.family == 4)
		sent = answer4(ctx, packet, ICMP4_UNREACHABLE, ICMP4_CODE_FRAGMENTATION_NEEDED, mtu, QUOTE4_TOO_BIG);
	else
		sent = answer6(ctx, packet, ICMP6_TOO_BIG, 0, mtu, QUOTE6_TOO_BIG);
	packet->egress = packet->ifindex;
	return sent ? SLUICE_TOO_BIG_ANSWERED : SLUICE_DROP_TOO_BIG;
}

/* The packet's last hop was ours: tell its sender. */
inline_always int answer_ttl(struct xdp_md *ctx, struct packet *packet)
{
	int sent;
	if (packet->icmp || !packet->plain)
		return SLUICE_DROP_TTL;
	if (packet->key.family == 4)
		sent = answer4(ctx, packet, ICMP4_TIME_EXCEEDED, 0, 0, QUOTE4_TTL);
	else
		sent = answer6(ctx, packet, ICMP6_TIME_EXCEEDED, 0, 0, QUOTE6_TTL);
	packet->egress = packet->ifindex;
	return sent ? SLUICE_TTL_ANSWERED : SLUICE_DROP_TTL;
}
