/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the frame to a struct packet. Each function takes the offset it starts at from the packet, checks before it reads,
 * and returns PARSED or the verdict that ends the packet's way here.
 */
#pragma once

#include "packet.h"

#define PARSED (-1)

struct vlan_header {
	__be16 tci;
	__be16 type;
};

inline_always int is_vlan(__be16 type) { return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD); }

/* Ethernet and at most two tags; sets l3, tags, family. */
inline_always int parse_ethernet(struct xdp_md *ctx, struct packet *packet)
{
	void *end = frame_end(ctx);
	struct ethhdr *ethernet = frame_start(ctx);
	if ((void *)(ethernet + 1) > end)
		return SLUICE_PASS_TRUNCATED;
	__be16 type = ethernet->h_proto;
	struct vlan_header *tag = (void *)(ethernet + 1);
	packet->tags = 0;
#pragma unroll
	for (int i = 0; i < SLUICE_MAX_VLAN_TAGS; i++) {
		if (!is_vlan(type))
			break;
		if ((void *)(tag + 1) > end)
			return SLUICE_PASS_TRUNCATED;
		type = tag->type;
		tag++;
		packet->tags++;
	}
	packet->l3 = sizeof(*ethernet) + packet->tags * sizeof(*tag);
	if (type == bpf_htons(ETH_P_IP))
		packet->key.family = 4;
	else if (type == bpf_htons(ETH_P_IPV6))
		packet->key.family = 6;
	else
		return SLUICE_PASS_NOT_IP;
	return PARSED;
}

/* RFC 791. */
inline_always int parse_ipv4(struct xdp_md *ctx, struct packet *packet)
{
	void *end = frame_end(ctx);
	struct iphdr *ip = frame_at(ctx, packet->l3);
	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5)
		return SLUICE_PASS_TRUNCATED;
	__u32 header = ip->ihl * 4;
	packet->length = bpf_ntohs(ip->tot_len);
	if ((void *)ip + header > end || packet->length < header)
		return SLUICE_PASS_TRUNCATED;
	packet->malformed = (void *)ip + packet->length > end;
	packet->plain = header == sizeof(*ip);
	packet->fragment = (ip->frag_off & bpf_htons(0x3fff)) != 0;
	packet->l4 = packet->l3 + header;
	packet->key.protocol = ip->protocol;
	packet->key.source[3] = ip->saddr;
	packet->key.destination[3] = ip->daddr;
	return PARSED;
}

struct extension_header {
	__u8 next;
	__u8 length; /* in units of 8 bytes, the first not counted */
	__u8 rest[6];
};

#define EXTENSION_HOP_BY_HOP 0
#define EXTENSION_ROUTING 43
#define EXTENSION_FRAGMENT 44
#define EXTENSION_DESTINATION 60
/* What the protocol field of a packet says whose extension headers are too many (a number that no protocol has). */
#define PROTOCOL_UNREACHED 255

inline_always int is_extension(__u8 protocol)
{
	return protocol == EXTENSION_HOP_BY_HOP || protocol == EXTENSION_ROUTING || protocol == EXTENSION_DESTINATION;
}

/* RFC 8200 section 4: walks a bounded number of extension headers; sets l4, protocol, fragment, plain. */
inline_always void parse_extensions(struct xdp_md *ctx, struct packet *packet, __u8 next)
{
	void *end = frame_end(ctx);
	__u32 offset = packet->l3 + sizeof(struct ipv6hdr);
	__u32 length = end - frame_start(ctx);
	for (int i = 0; i < SLUICE_MAX_EXTENSION_HEADERS && is_extension(next); i++) {
		struct extension_header *header = frame_at(ctx, offset);
		if ((void *)(header + 1) > end || offset + (header->length + 1) * 8 > length) {
			packet->malformed = 1;
			break;
		}
		packet->plain = 0;
		next = header->next;
		offset += (header->length + 1) * 8;
	}
	packet->fragment = next == EXTENSION_FRAGMENT;
	packet->key.protocol = is_extension(next) ? PROTOCOL_UNREACHED : next;
	packet->l4 = offset;
}

inline_always int parse_ipv6(struct xdp_md *ctx, struct packet *packet)
{
	void *end = frame_end(ctx);
	struct ipv6hdr *ip = frame_at(ctx, packet->l3);
	if ((void *)(ip + 1) > end || ip->version != 6)
		return SLUICE_PASS_TRUNCATED;
	packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	packet->malformed = (void *)ip + packet->length > end;
	packet->plain = 1;
	__builtin_memcpy(packet->key.source, &ip->saddr, sizeof(packet->key.source));
	__builtin_memcpy(packet->key.destination, &ip->daddr, sizeof(packet->key.destination));
	if (ip->nexthdr == IPPROTO_TCP || ip->nexthdr == IPPROTO_UDP) {
		packet->key.protocol = ip->nexthdr;
		packet->l4 = packet->l3 + sizeof(*ip);
	} else {
		parse_extensions(ctx, packet, ip->nexthdr);
	}
	return PARSED;
}

/* TCP or UDP: sets the key's ports and the TCP flags. False if the header is cut off or its lengths are impossible. */
inline_always int parse_transport(struct xdp_md *ctx, struct packet *packet)
{
	void *end = frame_end(ctx);
	void *start = frame_at(ctx, packet->l4);
	__u32 offset = packet->l4 - packet->l3;
	if (packet->key.protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = start;
		if ((void *)(tcp + 1) > end)
			return 0;
		__u32 header = tcp->doff * 4;
		if (header < sizeof(*tcp) || start + header > end || offset + header > packet->length)
			return 0;
		packet->tcp_flags = ((__u8 *)tcp)[13];
		packet->key.ports = make_ports(tcp->source, tcp->dest);
		return 1;
	}
	struct udphdr *udp = start;
	if ((void *)(udp + 1) > end || offset + sizeof(*udp) > packet->length)
		return 0;
	__u32 length = bpf_ntohs(udp->len);
	if (length < sizeof(*udp) || length > packet->length - offset)
		packet->malformed = 1;
	packet->key.ports = make_ports(udp->source, udp->dest);
	return 1;
}

/* Addresses that no packet may come from (RFC 1122 3.2.1.3, RFC 4291 2.5): this network, loopback, multicast, class E. */
inline_always int is_bad_source(const struct flow_key *key)
{
	__u32 first = bpf_ntohl(key->source[0]);
	if (key->family == 4) {
		__u32 octet = bpf_ntohl(key->source[3]) >> 24;
		return octet == 0 || octet == 127 || octet >= 224;
	}
	if (first >> 24 == 0xff)
		return 1;
	if (key->source[0] | key->source[1])
		return 0;
	if (key->source[2] == bpf_htonl(0xffff))
		return 1;
	return key->source[2] == 0 && (key->source[3] == 0 || key->source[3] == bpf_htonl(1));
}
