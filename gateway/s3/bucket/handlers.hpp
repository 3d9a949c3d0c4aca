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
task<result<http::response>> get_bucket_lifecycle_configuration(context&);
task<result<http::response>> put_bucket_lifecycle_configuration(context&);
task<result<http::response>> delete_bucket_lifecycle(context&);
task<result<http::response>> get_object_lock_configuration(context&);
task<result<http::response>> put_object_lock_configuration(context&);
task<result<http::response>> get_bucket_acl(context&);
task<result<http::response>> get_bucket_encryption(context&);
task<result<http::response>> put_bucket_encryption(context&);
task<result<http::response>> delete_bucket_encryption(context&);
task<result<http::response>> get_bucket_cors(context&);
task<result<http::response>> put_bucket_cors(context&);
task<result<http::response>> delete_bucket_cors(context&);
task<result<http::response>> preflight(context&);
task<result<http::response>> get_bucket_website(context&);
task<result<http::response>> put_bucket_website(context&);
task<result<http::response>> delete_bucket_website(context&);
task<result<http::response>> get_bucket_tagging(context&);
task<result<http::response>> put_bucket_tagging(context&);
task<result<http::response>> delete_bucket_tagging(context&);
task<result<http::response>> list_tags_for_resource(context&);
task<result<http::response>> tag_resource(context&);
task<result<http::response>> untag_resource(context&);
task<result<http::response>> put_bucket_acl(context&);
task<result<http::response>> get_bucket_policy(context&);
task<result<http::response>> put_bucket_policy(context&);
task<result<http::response>> delete_bucket_policy(context&);
task<result<http::response>> get_bucket_policy_status(context&);
task<result<http::response>> get_public_access_block(context&);
task<result<http::response>> put_public_access_block(context&);
task<result<http::response>> delete_public_access_block(context&);
task<result<http::response>> get_bucket_ownership_controls(context&);
task<result<http::response>> put_bucket_ownership_controls(context&);
task<result<http::response>> delete_bucket_ownership_controls(context&);
task<result<http::response>> list_objects(context&);
task<result<http::response>> list_objects_v2(context&);
task<result<http::response>> list_object_versions(context&);

// unconfigured.cpp: settings that are read but never set.
task<result<http::response>> list_analytics_configurations(context&);
task<result<http::response>> list_tiering_configurations(context&);
task<result<http::response>> list_inventory_configurations(context&);
task<result<http::response>> list_metrics_configurations(context&);
task<result<http::response>> no_such_configuration(context&);
task<result<http::response>> get_bucket_replication(context&);
task<result<http::response>> delete_bucket_replication(context&);
task<result<http::response>> no_metadata_configuration(context&);
task<result<http::response>> get_bucket_abac(context&);
task<result<http::response>> put_bucket_abac(context&);
task<result<http::response>> get_bucket_request_payment(context&);
task<result<http::response>> put_bucket_request_payment(context&);
task<result<http::response>> get_bucket_accelerate(context&);
task<result<http::response>> put_bucket_accelerate(context&);
task<result<http::response>> get_bucket_logging(context&);
task<result<http::response>> put_bucket_logging(context&);
task<result<http::response>> get_bucket_notification(context&);
task<result<http::response>> put_bucket_notification(context&);

}  // namespace torhaus::gateway::s3
