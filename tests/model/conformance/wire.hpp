// From a request by its meaning to one on the wire, and from an answer on the wire to what counts
// of it. Nothing here uses the server's own parsers or writers.
#pragma once

#include "tests/model/conformance/store_world.hpp"

namespace torhaus::model {

wire_request to_wire(const request&);
answer from_wire(const request&, const wire_answer&);

// The lines of a head behind the first.
header_list header_list_of(const std::string& head);

// "a b" as "a%20b". Slashes stay.
std::string encoded(const std::string&);
std::string decoded(const std::string&);

// The document with texts by path; entities are resolved. Throws std::runtime_error when it is no
// well-formed one of the kind that S3 sends.
document read_document(const std::string& xml);

}  // namespace torhaus::model
