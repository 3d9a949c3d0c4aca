// A bucket as a website: what a browser without credentials gets from it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
#pragma once

#include <string>

#include "gateway/http/message.hpp"
#include "gateway/s3/settings/website.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

// GetObject or HeadObject for an anonymous caller, after every check that such a request passes.
class site_objects {
 public:
  virtual ~site_objects() = default;
  // `call` decides about method, range and conditions.
  virtual task<result<http::response>> get(http::request& call, std::string key) = 0;
};

// Answers a GET or HEAD of `key` ("" for the root of the site).
task<http::response> answer_site(http::request& call, const website& site, std::string key,
                                 site_objects& objects);

// The error as a page for people.
http::response error_page(const error& why, const http::request& call);

}  // namespace torhaus::gateway::s3
