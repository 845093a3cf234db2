// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "sluice_abi.h"
SEC("xdp") int sluice(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }
char _license[] SEC("license") = "GPL";
