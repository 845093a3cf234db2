#include "sluice_abi.h"
