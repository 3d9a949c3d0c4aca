// The operations table as a document: what of S3 this server answers.
#pragma once

#include <string>

namespace torhaus::gateway::s3 {

// Markdown, one row an operation. gateway/README.md carries it between the markers
// <!-- capabilities --> and <!-- /capabilities -->.
std::string capability_table();

}  // namespace torhaus::gateway::s3
