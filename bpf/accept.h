/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VRRP's accept mode (RFC 9568 section 6.1, Accept_Mode False): an active router that does not own a VIP forwards for it, but
 * takes nothing that is addressed to it, neighbour solicitations and advertisements excepted. Virtual services are forwarded
 * before this is asked, and ARP is no IP packet. Only what would go to the kernel gets here.
 */
#pragma once

#include "packet.h"
#include "service.h"

#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136

/* RFC 4861: what keeps the VIP's own link-layer address known. */
inline_always int is_neighbour_discovery(struct xdp_md *ctx, const struct packet *packet)
{
	__u8 *type = frame_at(ctx, packet->l4);
	if (packet->key.family != 6 || packet->key.protocol != IPPROTO_ICMPV6 || (void *)(type + 1) > frame_end(ctx))
		return 0;
	return *type == ND_SOLICITATION || *type == ND_ADVERTISEMENT;
}

/* The kernel takes a packet that came as an Ethernet broadcast or multicast for its own as well. */
inline_always int is_group_frame(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = frame_start(ctx);
	return (void *)(ethernet + 1) <= frame_end(ctx) && ethernet->h_dest[0] & 1;
}

/* The kernel would get this packet, and must not. The verdicts listed are those with which addresses are known. */
separate int is_refused(struct xdp_md *ctx, struct packet *packet, int verdict)
{
	if (!packet)
		return 0;
	if (verdict == SLUICE_PASS_OTHER_HOST ? !is_group_frame(ctx)
					      : verdict != SLUICE_PASS_NOT_SERVICE && verdict != SLUICE_PASS_BACKUP)
		return 0;
	struct sluice_service *marker = marker_find(packet->key.destination, packet->key.family);
	if (!marker || !(marker->flags & SLUICE_SERVICE_NO_ACCEPT) || !is_on(marker))
		return 0;
	return !is_neighbour_discovery(ctx, packet);
}
