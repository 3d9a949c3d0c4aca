// What is said of a part that a completion lists and the upload does not have.
#pragma once

#include "storage/base/error.hpp"

namespace torhaus::storage::catalog {

// invalid_part in S3's words, whose second space is S3's.
error part_not_found();

}  // namespace torhaus::storage::catalog
