/* What Swift cannot call in libc, libbpf and libnl: macros, varargs, unions. */
#pragma once
