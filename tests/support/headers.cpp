// The precompiled header of all tests belongs to the library of this file.
#include "tests/support/catch.hpp"
