/* SPDX-License-Identifier: GPL-2.0 */
/* On every port of the lab's switch: a veth takes what XDP sends only if its peer runs an XDP program too. */
__attribute__((section("xdp"), used)) int pass(void *context)
{
	(void)context;
	return 2; /* XDP_PASS */
}

__attribute__((section("license"), used)) char licence[] = "GPL";
