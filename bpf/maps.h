/* SPDX-License-Identifier: GPL-2.0 */
/* Every map of the forwarder, and nothing else declares one. Arrays that both sides touch are mapped into the controller. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "packet.h"
#include "sluice_abi.h"

/* Set by the controller before load; read-only from then on, so the verifier prunes what is off. */
const volatile struct sluice_config config SEC(".rodata.config");

/* Written by the controller, read per packet: an open-addressed hash table, see service.h. An array, since a look-up is inlined. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SLUICE_SERVICE_SLOTS);
	__type(key, __u32);
	__type(value, struct sluice_service);
} services SEC(".maps");

/* Written by the controller, read per packet: the index is what rings and flows name. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SLUICE_MAX_DESTINATIONS);
	__type(key, __u32);
	__type(value, struct sluice_destination);
} destinations SEC(".maps");

struct ring_chunk {
	__u32 entry[SLUICE_RING_CHUNK];
};

/* Written by the controller, read per new flow: the arena in which every service has its ring of destination indexes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SLUICE_RING_CHUNKS);
	__type(key, __u32);
	__type(value, struct ring_chunk);
} rings SEC(".maps");

/* Written by the program: how far rr and wrr have come, one cursor a service slot; apart, as services stay read-only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SLUICE_SERVICE_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} cursors SEC(".maps");

/* Written by the controller, read per packet: MAC addresses and MTUs of the interfaces. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SLUICE_INTERFACE_SLOTS);
	__type(key, __u32);
	__type(value, struct sluice_interface);
} interfaces SEC(".maps");

/* Written by the controller: timeouts, and what a later program must take over. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_settings);
} settings SEC(".maps");

/* The flow tables, see flow.h: written by the program, swept by the controller through its mapping. Sized at load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_flow_bucket4);
} flows4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_flow_bucket6);
} flows6 SEC(".maps");

/* Try-locks of inserts, by home bucket: a bucket's own cache line has no room for one. Program only. */
#define FLOW_LOCKS 8192
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLOW_LOCKS);
	__type(key, __u32);
	__type(value, __u32);
} locks SEC(".maps");

/* NAT: written and read by the program, a direct-mapped cache of the clients' last hops. Sized at load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_hop);
} hops SEC(".maps");

/* Written by the program, read by the tools: one value, so that a packet's verdict costs one increment. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLUICE_MAX_DESTINATIONS);
	__type(key, __u32);
	__type(value, struct sluice_destination_counters);
} destination_counters SEC(".maps");

/* What a bucket holds, and which way each kind of flow would give up. A way index of SLUICE_FLOW_WAYS: none. */
struct bucket_view {
	__u32 used;
	__u32 half_open;
	__u32 same; /* the key's own way */
	__u32 free;
	__u32 oldest_half_open;
	__u32 oldest_closing;
	__u32 oldest_established; /* of those that have been quiet */
	__u32 age[3];
};

/* What had to make room. `value` 0: nothing did. */
struct flow_victim {
	struct flow_key key;
	__u64 value;
};

struct insert_scratch {
	struct bucket_view home;
	struct bucket_view second;
	struct flow_victim victim;
	struct flow_key reply; /* of the connection that is being opened */
	struct flow_key partner; /* of a flow that is being removed or mirrored */
};

/* Program only: where an insert works, as it is more than a stack of 512 bytes has room for. A packet's CPU is its own. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct insert_scratch);
} scratch SEC(".maps");
