// A form's fields as what they are on S3: parameters of the upload, and the headers that PutObject
// would have.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/s3/form/multipart.hpp"

namespace torhaus::gateway::s3::form {

// The value of a field, whatever the case of its name.
std::optional<std::string_view> find_field(std::span<const field>, std::string_view name);

// ${filename} in every value becomes the file's name.
void replace_file_name(std::span<field>, std::string_view file_name);

// The headers that mean the same as the fields: Cache-Control, Content-Type and its like, and
// x-amz-* but for those of the signature; `acl` and `tagging` (XML) by their names as headers.
// Whatever else a form holds is no header. Errors: invalid_argument for a name or value that no
// header can have, and for tagging what PutObjectTagging says.
result<std::vector<std::pair<std::string, std::string>>> headers_of(std::span<const field>);

}  // namespace torhaus::gateway::s3::form
