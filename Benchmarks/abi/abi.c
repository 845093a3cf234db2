/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#include "bench_abi.h"

_Static_assert(sizeof(struct bench_state) == 152, "no padding");
