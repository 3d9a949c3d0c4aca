// From a call to a request on the wire: built, signed in its form, and then, for broken ones,
// changed.
#pragma once

#include <map>
#include <string>

#include "tests/fuzz/requests/program.hpp"
#include "tests/model/conformance/store_world.hpp"

namespace torhaus::fuzz {

// What $UPLOAD, $VERSION, $ETAG, $BUCKET and $TOKEN stand for.
using names = std::map<std::string, std::string>;

// In one of the buckets of the free calls, which begin with `mark`.
model::wire_request built(const call&, const std::string& mark, const names&);

// Adds Host, Content-Length and the signature; `now` is what the signer's clock shows. Chunked is a
// form for what has a body; others are signed in their header then.
void sign(model::wire_request&, form, const auth::sigv4::signer_identity&, sys_micros now);

// Whether the change can be made to a request of that form at all.
bool can_break(const model::wire_request&, form, breaking);
// Signs and changes one thing.
void sign_and_break(model::wire_request&, const call&, auth::sigv4::signer_identity,
                    sys_micros now);
// Whether an error with this status and code is what such a request is to be refused with.
bool fits(breaking, const std::string& method, unsigned status, const std::string& code);

model::caller caller_of(const call&);

}  // namespace torhaus::fuzz
