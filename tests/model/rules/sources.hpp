// The source of CopyObject and UploadPartCopy.
#pragma once

#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

struct copy_origin {
  bucket* home = nullptr;
  const version* object = nullptr;
  std::string error = {};
};

copy_origin find_source(std::map<std::string, bucket>&, const request&, sys_micros now);

// Its version id in the answer, where S3 tells one.
void tell_source(answer&, const copy_origin&, const request&);

}  // namespace torhaus::model
