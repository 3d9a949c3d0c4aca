// A bucket as a website: what a browser without credentials gets from it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
#pragma once

#include <string>

#include "gateway/http/message.hpp"
#include "gateway/s3/settings/website.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

// What GetObject or HeadObject says to an anonymous caller.
struct site_page {
  result<http::response> answer;
  // Whether there is no such object. The answer says so only to who may list the bucket.
  bool absent = false;
};

// GetObject or HeadObject for an anonymous caller, after every check that such a request passes.
class site_objects {
 public:
  virtual ~site_objects() = default;
  // `call` decides about method, range and conditions.
  virtual task<site_page> get(http::request& call, std::string key) = 0;
};

// Answers a GET or HEAD of `key` ("" for the root of the site).
task<http::response> answer_site(http::request& call, const website& site, std::string key,
                                 site_objects& objects);

// method_not_allowed as a website refuses all but GET and HEAD.
error site_method_refused(const http::request& call);

// The error as a page for people. `of_document`: why the site's own page for errors could not be
// had; null: it has none.
http::response error_page(const error& why, const http::request& call,
                          const error* of_document = nullptr);

}  // namespace torhaus::gateway::s3
