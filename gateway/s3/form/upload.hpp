// A browser upload on its way in: the form is read up to its file, its sender is known, and it
// keeps to its policy. What is left to do is what PutObject does.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/authenticator.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/form/file_body.hpp"
#include "gateway/s3/form/multipart.hpp"

namespace torhaus::gateway::s3::form {

struct upload {
  explicit upload(auth::authenticated who) : sender(std::move(who)) {}

  auth::authenticated sender;
  std::vector<field> fields;  // ${filename} is replaced
  std::string key;
  std::vector<std::pair<std::string, std::string>> headers;  // what call.headers points into
  std::unique_ptr<file_body> file;
  // The request as if it were a PutObject: headers from the fields, the file as body. Of the form's
  // own headers it keeps what says where it comes from.
  http::request call;
};

// Whether the request has a form; otherwise why not (precondition_failed, malformed_post_request).
result<void> check_is_form(const http::request& call);

// `call` must outlive the upload. Errors: those of parser, authenticator::authenticate_form, policy
// and headers_of; invalid_argument and key_too_long for the key.
task<result<std::unique_ptr<upload>>> receive(http::request& call, std::string_view bucket,
                                              auth::authenticator& authenticator, sys_micros now);

}  // namespace torhaus::gateway::s3::form
