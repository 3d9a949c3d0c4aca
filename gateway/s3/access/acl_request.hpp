// Access control lists as requests say them: x-amz-acl, x-amz-grant-…, AccessControlPolicy.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/acl/access_list.hpp"
#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// Whether the request says anything about ACLs in its headers.
bool names_acl(const context&);

// What the headers ask for; nullopt when they say nothing. Errors: invalid_argument (no such canned
// ACL, id or group), invalid_request (canned and grants at once), unresolvable_grant_by_email.
task<result<std::optional<auth::acl::access_list>>> read_acl_headers(const context&,
                                                                     auth::acl::subject,
                                                                     const auth::acl::owners&);

// The ACL of Put…Acl, from headers or from the body (never both: unexpected_content;
// missing_security_header for neither). Errors besides those above: malformed_acl, access_denied
// for another owner than `of.object`.
task<result<auth::acl::access_list>> read_new_acl(const context&, auth::acl::subject,
                                                  const auth::acl::owners& of);

// Whether the bucket takes this ACL. access_control_list_not_supported where ACLs are off and it
// says more than that the owner of the bucket has control; access_denied for a public one where
// those are blocked.
result<void> check_acl_allowed(const context&, const auth::bucket_rules&,
                               const auth::acl::access_list&,
                               std::string_view bucket_owner_canonical_id);

// Owner and ACL of the object that the request makes (object_version::owner_canonical_id, ::acl).
task<result<object_ownership_facts>> read_object_access(const context&);

// Whether the ACL of the object that the request makes says more than that its owner, or the owner
// of the bucket by its canned ACL, has control. AWS: example policies for uploads from other
// accounts ask for bucket-owner-full-control and give s3:PutObject alone.
bool gives_to_others(const context&);

// The name of an agency, as <DisplayName> shows it; empty for an id that nobody has.
task<std::string> display_name_of(const context&, std::string canonical_id);

// AccessControlPolicy, with the names of its canonical users.
task<std::string> acl_document(const context&, std::string_view owner_canonical_id,
                               const auth::acl::access_list&);

}  // namespace torhaus::gateway::s3
