// The operations on the service and on buckets. Named after AWS's API reference.
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

task<result<http::response>> list_buckets(context&);
task<result<http::response>> create_bucket(context&);
task<result<http::response>> head_bucket(context&);
task<result<http::response>> delete_bucket(context&);
task<result<http::response>> get_bucket_location(context&);
task<result<http::response>> get_bucket_versioning(context&);
task<result<http::response>> put_bucket_versioning(context&);
task<result<http::response>> get_object_lock_configuration(context&);
task<result<http::response>> put_object_lock_configuration(context&);
task<result<http::response>> get_bucket_acl(context&);
task<result<http::response>> list_objects(context&);
task<result<http::response>> list_objects_v2(context&);
task<result<http::response>> list_object_versions(context&);

}  // namespace torhaus::gateway::s3
