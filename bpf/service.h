/* SPDX-License-Identifier: GPL-2.0 */
/* Is this packet for us? The interface's MAC address, and the virtual service that an address and port belong to. */
#pragma once

#include "maps.h"
#include "packet.h"

inline_always struct sluice_interface *interface_find(__u32 ifindex)
{
	for (__u32 i = 0; i < SLUICE_INTERFACE_PROBES; i++) {
		__u32 slot = (ifindex + i) % SLUICE_INTERFACE_SLOTS;
		struct sluice_interface *interface = bpf_map_lookup_elem(&interfaces, &slot);
		if (!interface || interface->ifindex == 0)
			return NULL;
		if (interface->ifindex == ifindex)
			return interface;
	}
	return NULL;
}

/* `key`: port | protocol << 16 | family << 24, as the slot's word at `port` reads. Sets *slot to where it was found. */
inline_always struct sluice_service *slot_find(const __be32 *address, __u32 key, __u32 *slot)
{
	__u32 home = sluice_service_home(config.secret, address, key);
	for (__u32 i = 0; i < SLUICE_SERVICE_PROBES; i++) {
		__u32 index = (home + i) & (SLUICE_SERVICE_SLOTS - 1);
		struct sluice_service *service = bpf_map_lookup_elem(&services, &index);
		if (!service)
			return NULL;
		__u8 kind = *(volatile __u8 *)&service->kind;
		if (kind == SLUICE_SLOT_EMPTY)
			return NULL;
		if (*(__u32 *)&service->port == key && kind != SLUICE_SLOT_DELETED &&
		    same_family_address(key >> 24, service->address, address)) {
			*slot = index;
			return service;
		}
	}
	return NULL;
}

inline_always __u32 service_key(__be16 port, __u8 protocol, __u8 family)
{
	return (__u32)port | (__u32)protocol << 16 | (__u32)family << 24;
}

/* The virtual service at this address: for this port, or else for any. */
inline_always struct sluice_service *service_find(const __be32 *address, __be16 port, __u8 protocol, __u8 family,
						  __u32 *slot)
{
	struct sluice_service *service = slot_find(address, service_key(port, protocol, family), slot);
	if (!service && config.any_port)
		service = slot_find(address, service_key(0, protocol, family), slot);
	return service;
}

/* The marker of an address alone: a VIP, or (NAT) a real server. */
inline_always struct sluice_service *marker_find(const __be32 *address, __u8 family)
{
	__u32 slot;
	return slot_find(address, service_key(0, 0, family), &slot);
}

inline_always int is_on(const struct sluice_service *service)
{
	return service->flags & (SLUICE_SERVICE_ACTIVE | SLUICE_SERVICE_DRAIN);
}

/* A virtual MAC address that VRRP has made active on this interface. */
separate int is_virtual_mac(__u64 mac, __u32 ifindex)
{
	__be32 key[4] = {ifindex, (__u32)mac, (__u32)(mac >> 32), 0};
	struct sluice_service *marker = marker_find(key, SLUICE_FAMILY_MAC);
	return marker && is_on(marker);
}

/* The frame's destination is the ingress interface, or a virtual MAC on it: not one that a bridge floods to. */
inline_always int is_for_this_host(struct xdp_md *ctx, __u32 ifindex)
{
	struct sluice_interface *interface = interface_find(ifindex);
	struct ethhdr *ethernet = frame_start(ctx);
	if (!interface || (void *)(ethernet + 1) > frame_end(ctx))
		return 0;
	__u64 mac = mac_load(ethernet->h_dest);
	return mac == mac_load(interface->mac) || (config.virtual_macs && is_virtual_mac(mac, ifindex));
}

inline_always struct sluice_destination *destination_find(__u32 index)
{
	return bpf_map_lookup_elem(&destinations, &index);
}
