/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the wrapper program and `sluicebench` share: both include this very file. */
#pragma once

#include <linux/types.h>

/* Bytes of a frame that each run writes anew: more than all headers of a packet that comes in. */
#define BENCH_TEMPLATE 80
/* A flow's number is scattered over this many bits: the lower 16 are its port, those above go to its address. */
#define BENCH_FLOW_BITS 30

/* The one value of the array `bench_state`. */
struct bench_state {
	__u64 template[BENCH_TEMPLATE / 8];
	__u64 runs; /* counted by the wrapper */
	__u64 failed; /* runs that did not get to the program under test */
	__u64 misses; /* of the calibration look-up */
	__u32 length; /* of the frame */
	__u32 generator; /* state of the generator of flow numbers */
	__u32 flow_mask; /* flows - 1, a power of two less one */
	__u32 flow_first; /* the first flow's number */
	__u32 address; /* host order: flows' addresses start here */
	__u32 address_at; /* where in the frame the flow's address has its last word */
	__u32 port_at; /* ... and its port */
	__u32 vip; /* host order: virtual services' addresses start here */
	__u32 vip_mask; /* virtual services - 1 */
	__u32 vip_at;
	__u32 multiplier; /* of the generator: 1 modulo 4. Another one gives the flows in another order */
	__u32 reserved;
};
