// The admin API as an OpenAPI 3.1 document, made from the table of routes and from what entities
// look like as JSON, so that it cannot say something else.
#pragma once

#include <boost/json.hpp>

namespace torhaus::gateway::admin {

// Made once. Lives as long as the program.
const boost::json::object& openapi_document();

}  // namespace torhaus::gateway::admin
