/* What Swift cannot call in libc, libbpf and libnl: macros, varargs, unions. */
#pragma once
#include "cshim_netlink.h"
