// The operations on objects and multipart uploads. Named after AWS's API reference.
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

task<result<http::response>> put_object(context&);
task<result<http::response>> post_object(context&);
task<result<http::response>> get_object(context&);
task<result<http::response>> head_object(context&);
task<result<http::response>> get_object_acl(context&);
task<result<http::response>> put_object_acl(context&);
task<result<http::response>> delete_object(context&);
task<result<http::response>> delete_objects(context&);
task<result<http::response>> copy_object(context&);

task<result<http::response>> get_object_attributes(context&);
task<result<http::response>> rename_object(context&);

task<result<http::response>> get_object_tagging(context&);
task<result<http::response>> put_object_tagging(context&);
task<result<http::response>> delete_object_tagging(context&);

task<result<http::response>> get_object_retention(context&);
task<result<http::response>> put_object_retention(context&);
task<result<http::response>> get_object_legal_hold(context&);
task<result<http::response>> put_object_legal_hold(context&);

task<result<http::response>> create_multipart_upload(context&);
task<result<http::response>> upload_part(context&);
task<result<http::response>> upload_part_copy(context&);
task<result<http::response>> complete_multipart_upload(context&);
task<result<http::response>> abort_multipart_upload(context&);
task<result<http::response>> list_parts(context&);
task<result<http::response>> list_multipart_uploads(context&);

}  // namespace torhaus::gateway::s3
