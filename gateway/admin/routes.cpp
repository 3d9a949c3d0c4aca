// The table of routes. What a body may have stands here too, for the document of the API.
#include "gateway/admin/routes.hpp"

#include <array>

#include "gateway/admin/audit.hpp"
#include "gateway/admin/functions.hpp"
#include "gateway/admin/kms_keys.hpp"
#include "gateway/admin/quota.hpp"

namespace torhaus::gateway::admin {
namespace {

using kind = body_member::kind;

constexpr std::string_view date = "2027-01-31 (its last second) or 2027-01-31T12:00:00Z";
constexpr std::string_view no_limit = "0: no limit";

constexpr std::array new_agency = {
    body_member{"id", kind::text, true, "1 to 32 characters of a-z, 0-9 and '-'"},
    body_member{"name"},
    body_member{"email", kind::text, false, "Address of the agency; grants by e-mail find it"},
    body_member{"account", kind::text, false, "12 digits; made when not given"},
    body_member{"canonical_id", kind::text, false, "Made when not given"},
    body_member{"contact"},
    body_member{"domains", kind::texts, false, "Of its people's e-mail addresses"},
    body_member{"quota_bytes", kind::number, false, no_limit},
    body_member{"quota_objects", kind::number, false, no_limit}};
constexpr std::array changed_agency = {
    body_member{"name"},
    body_member{"email", kind::text, false, "For the operator; grants by e-mail find it"},
    body_member{"contact"},
    body_member{"domains", kind::texts},
    body_member{"quota_bytes", kind::number, false, "For the operator; 0: no limit"},
    body_member{"quota_objects", kind::number, false, "For the operator; 0: no limit"},
    body_member{"enabled", kind::flag, false, "For the operator"}};
constexpr std::array new_user = {
    body_member{"name", kind::text, true, "1 to 64 characters of A-Z, a-z, 0-9 and _+=,.@-"},
    body_member{"display_name"},
    body_member{"email"},
    body_member{"kind", kind::text, false, "person or application"},
    body_member{"root", kind::flag, false, "The agency's root user; for the operator"},
    body_member{"may_open_projects", kind::flag},
    body_member{"administrator", kind::flag, false, "Of the agency, in this API"},
    body_member{"outsider", kind::flag, false, "Invited, not of the agency; needs expires"},
    body_member{"expires", kind::time, false, date}};
constexpr std::array changed_user = {
    body_member{"display_name"},
    body_member{"email"},
    body_member{"kind", kind::text, false, "person or application"},
    body_member{"may_open_projects", kind::flag},
    body_member{"administrator", kind::flag},
    body_member{"outsider", kind::flag},
    body_member{"expires", kind::time, false, "null: no end"},
    body_member{"enabled", kind::flag}};
constexpr std::array new_key = {
    body_member{"access_key_id", kind::text, false, "Made when not given"},
    body_member{"secret_key", kind::text, false, "Made when not given"},
    body_member{"expires", kind::time, false, date}};
constexpr std::array changed_key = {body_member{"enabled", kind::flag},
                                    body_member{"expires", kind::time, false, "null: no end"}};
constexpr std::array rotation = {
    body_member{"overlap_hours", kind::number, false, "For how long the old key counts; 24"},
    body_member{"expires", kind::time, false, "Of the new key"}};
constexpr std::array new_project = {
    body_member{"id", kind::text, true, "By the rule of bucket names"},
    body_member{"owner", kind::text, false, "An agency; the caller's own when not given"},
    body_member{"manager", kind::text, false, "The first manager; the caller when not given"},
    body_member{"manager_agency", kind::text, false, "Of the manager; the owner when not given"},
    body_member{"title"},
    body_member{"purpose"},
    body_member{"classification"},
    body_member{"quota_bytes", kind::number, false, no_limit},
    body_member{"quota_objects", kind::number, false, no_limit},
    body_member{"retention_days", kind::number, false, "After which objects leave; 0: never"},
    body_member{"ends", kind::time, false, "From then on it is read-only"},
    body_member{"read_only_days", kind::number, false, "Between the end and closing; 30"},
    body_member{"grace_days", kind::number, false, "Between closing and deletion; 30"},
    body_member{"state", kind::text, false, "At least: active, read-only or closed"}};
constexpr std::array changed_project = {
    body_member{"title"},
    body_member{"purpose"},
    body_member{"classification", kind::text, false, "From here on: for the owner"},
    body_member{"quota_bytes", kind::number, false, no_limit},
    body_member{"quota_objects", kind::number, false, no_limit},
    body_member{"retention_days", kind::number},
    body_member{"ends", kind::time, false, "null: no end"},
    body_member{"read_only_days", kind::number},
    body_member{"grace_days", kind::number},
    body_member{"state", kind::text, false, "At least: active, read-only or closed"}};
constexpr std::array new_member = {
    body_member{"agency", kind::text, true}, body_member{"user", kind::text, true},
    body_member{"role", kind::text, true, "reader, contributor, editor, depositor or manager"},
    body_member{"ends", kind::time, false, date}};
constexpr std::array changed_member = {body_member{"role"},
                                       body_member{"ends", kind::time, false, "null: no end"}};
constexpr std::array csv = {
    body_member{"csv", kind::text, true, "The first row names the columns"}};
constexpr std::array question = {
    body_member{"agency", kind::text, false, "Of the user; the caller's own when not given"},
    body_member{"user", kind::text, true}, body_member{"action", kind::text, true, "s3:GetObject"},
    body_member{"resource", kind::text, true, "arn:aws:s3:::bucket/key, or bucket/key"},
    body_member{
        "conditions", kind::table, false,
        "Condition keys of the request and their values: {\"aws:SourceIp\": \"192.0.2.1\"}; "
        "for those who give roles in the bucket's project"}};
constexpr std::array new_kms_key = {body_member{"id"}, body_member{"alias"},
                                    body_member{"description"}};
constexpr std::array changed_kms_key = {body_member{"enabled", kind::flag}};

using r = reach;
constexpr std::array entity_routes = {
    admin_route{"GET", "openapi.json", show_openapi, r::everybody, "This document", "Document"},
    admin_route{"GET", "agencies", list_agencies, r::everybody,
                "List agencies; administrators get their own", "agencies:Agency[]"},
    admin_route{"POST", "agencies", create_agency, r::operator_only, "Create an agency", "Agency",
                new_agency},
    admin_route{"GET", "agencies/*", show_agency, r::agency, "Show an agency", "Agency"},
    admin_route{"PATCH", "agencies/*", update_agency, r::agency, "Change an agency", "Agency",
                changed_agency},
    admin_route{"DELETE", "agencies/*", delete_agency, r::operator_only,
                "Delete an agency without users and projects", ""},
    admin_route{"GET", "agencies/*/users", list_users, r::agency, "List users", "users:User[]"},
    admin_route{"POST", "agencies/*/users", create_user, r::agency, "Create a user", "User",
                new_user},
    admin_route{"GET", "agencies/*/users/*", show_user, r::agency, "Show a user", "User"},
    admin_route{"PATCH", "agencies/*/users/*", update_user, r::agency, "Change a user", "User",
                changed_user},
    admin_route{"DELETE", "agencies/*/users/*", delete_user, r::agency,
                "Delete a user with its keys and memberships", ""},
    admin_route{"GET", "agencies/*/users/*/projects", list_memberships, r::agency,
                "List the roles of a user", "memberships:Membership[]"},
    admin_route{"GET", "agencies/*/users/*/keys", list_keys, r::agency, "List the keys of a user",
                "keys:Key[]"},
    admin_route{"POST", "agencies/*/users/*/keys", create_key, r::agency,
                "Create a key; its secret is shown this once", "NewKey", new_key},
    admin_route{"PATCH", "agencies/*/users/*/keys/*", update_key, r::agency, "Change a key", "Key",
                changed_key},
    admin_route{"DELETE", "agencies/*/users/*/keys/*", delete_key, r::agency, "Delete a key", ""},
    admin_route{"POST", "agencies/*/users/*/keys/*/rotate", rotate_key, r::agency,
                "Create a key in the place of another, which counts for a while yet", "RotatedKey",
                rotation},
    admin_route{"GET", "projects", list_projects, r::everybody,
                "List the projects that the caller administers or is a member of",
                "projects:Project[]"},
    admin_route{"POST", "projects", create_project, r::everybody,
                "Create a project; for administrators of its owner", "Project", new_project},
    admin_route{"GET", "projects/*", show_project, r::member, "Show a project", "Project"},
    admin_route{"PATCH", "projects/*", update_project, r::manager, "Change a project", "Project",
                changed_project},
    admin_route{"DELETE", "projects/*", delete_project, r::owner,
                "Delete a project without buckets", ""},
    admin_route{"GET", "projects/*/members", list_members, r::manager, "List members",
                "members:Member[]"},
    admin_route{"POST", "projects/*/members", add_member, r::manager, "Give a user a role",
                "Member", new_member},
    admin_route{"GET", "projects/*/members/*/*", show_member, r::manager, "Show a member",
                "Member"},
    admin_route{"PATCH", "projects/*/members/*/*", update_member, r::manager,
                "Change a member's role or end", "Member", changed_member},
    admin_route{"DELETE", "projects/*/members/*/*", end_member, r::manager, "End a membership", ""},
    admin_route{"POST", "imports/users", import_users, r::everybody,
                "Create users from CSV, all or none; for administrators of their agencies",
                "Import", csv},
    admin_route{"POST", "imports/members", import_members, r::everybody,
                "Give roles from CSV, all or none; for those who give roles in the projects",
                "Import", csv},
    admin_route{"POST", "explain", explain, r::everybody,
                "Whether a user may, and by which statement; for administrators of the user's "
                "agency and those who give roles in the bucket's project",
                "Explanation", question},
};

constexpr std::array other_routes = {
    admin_route{"GET", "scrub", show_scrub, r::operator_only,
                "Show what the scrub has found, and how far it is", "Scrub"},
    admin_route{"POST", "scrub", begin_scrub, r::operator_only,
                "Begin a pass of the scrub, unless one is under way", "Scrub"},
    admin_route{"GET", "kms-keys", list_kms_keys, r::operator_only, "List encryption keys",
                "kms_keys:KmsKey[]"},
    admin_route{"POST", "kms-keys", create_kms_key, r::operator_only, "Create an encryption key",
                "KmsKey", new_kms_key},
    admin_route{"GET", "kms-keys/*", show_kms_key, r::operator_only, "Show an encryption key",
                "KmsKey"},
    admin_route{"PATCH", "kms-keys/*", update_kms_key, r::operator_only,
                "Enable or disable an encryption key", "KmsKey", changed_kms_key},
    admin_route{"POST", "kms-keys/*/rotate", rotate_kms_key, r::operator_only,
                "Add a version to an encryption key", "KmsKey"},
    admin_route{"GET", "projects/*/quota", show_project_quota, r::member,
                "Show what a project uses and may use", "Quota"},
    admin_route{"GET", "agencies/*/quota", show_agency_quota, r::agency,
                "Show what an agency uses and may use", "Quota"},
    admin_route{"GET", "audit/records", search_audit, r::everybody,
                "Search the audit journal; for administrators, of their agencies",
                "records:AuditRecord[]"},
    admin_route{"GET", "audit/verification", verify_audit, r::operator_only,
                "Verify the audit journal, a part at a time", "AuditVerification"},
};

template <std::size_t A, std::size_t B>
constexpr std::array<admin_route, A + B> joined(const std::array<admin_route, A>& first,
                                                const std::array<admin_route, B>& second) {
  std::array<admin_route, A + B> all{};
  std::ranges::copy(first, all.begin());
  std::ranges::copy(second, all.begin() + A);
  return all;
}

constexpr auto routes = joined(entity_routes, other_routes);

}  // namespace

std::span<const admin_route> admin_routes() { return routes; }

}  // namespace torhaus::gateway::admin
