#include "gateway/s3/access/acl_request.hpp"

#include <algorithm>
#include <array>

#include "auth/identity/directory.hpp"
#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace acl = auth::acl;

// AWS: "x-amz-grant-…", in the order that documents list the grants.
constexpr std::array<std::pair<std::string_view, acl::permission>, 5> grant_headers = {{
    {"x-amz-grant-read", acl::permission::read},
    {"x-amz-grant-write", acl::permission::write},
    {"x-amz-grant-read-acp", acl::permission::read_acp},
    {"x-amz-grant-write-acp", acl::permission::write_acp},
    {"x-amz-grant-full-control", acl::permission::full_control},
}};

// In a document.
constexpr std::string_view id_element = "CanonicalUser/ID";
constexpr std::string_view uri_element = "Group/URI";

task<result<acl::grantee>> user_by_id(const context& ctx, std::string id, std::string_view place) {
  const auto known = co_await ctx.service.identities->find_agency_by_canonical_id(id);
  if (!known) {
    // Beyond AWS: a user of IAM by its unique id, who alone is meant then.
    auth::identity::directory entities(*ctx.service.identities);
    const bool user = co_await entities.user_id_exists(id);
    if (!user) co_return invalid_argument("Invalid id", place, id);
  }
  co_return acl::grantee{acl::grantee::kind::canonical_user, std::move(id)};
}

task<result<acl::grantee>> user_by_email(const context& ctx, std::string email) {
  const auto known = co_await ctx.service.identities->find_agency_by_email(email);
  if (!known) co_return error(errc::unresolvable_grant_by_email);
  co_return acl::grantee{acl::grantee::kind::canonical_user, known->canonical_id};
}

result<acl::grantee> group_by_uri(std::string_view uri, std::string_view place) {
  const auto group = acl::parse_group_uri(uri);
  if (!group) return invalid_argument("Invalid group uri", place, uri);
  return acl::grantee{*group, {}};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// `id="…"`, `emailAddress="…"` or `uri="…"`; the quotation marks may be missing.
task<result<acl::grantee>> parse_header_grantee(const context& ctx, std::string_view text,
                                                std::string_view header) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    co_return invalid_argument("Argument format not recognized", header, text);
  }
  const std::string_view type = trimmed(text.substr(0, equals));
  std::string_view value = trimmed(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (http::equal_ignoring_case(type, "uri")) co_return group_by_uri(value, "uri");
  if (http::equal_ignoring_case(type, "id")) {
    co_return co_await user_by_id(ctx, std::string(value), "id");
  }
  if (http::equal_ignoring_case(type, "emailAddress")) {
    co_return co_await user_by_email(ctx, std::string(value));
  }
  co_return invalid_argument("Argument format not recognized", header, text);
}

task<result<acl::access_list>> read_grant_headers(const context& ctx) {
  acl::access_list list;
  for (const auto& [header, what] : grant_headers) {
    std::string_view rest = instruction(ctx, header).value_or("");
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      auto to = co_await parse_header_grantee(ctx, trimmed(rest.substr(0, comma)), header);
      if (!to) co_return std::move(to).error();
      list.grants.push_back({std::move(*to), what});
      if (list.grants.size() > acl::max_grants) {
        co_return error(errc::invalid_request, "An ACL has at most 100 grants.");
      }
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  co_return list;
}

bool has_grant_headers(const context& ctx) {
  for (const auto& [header, what] : grant_headers) {
    if (instruction(ctx, header)) return true;
  }
  return false;
}

// A Grantee is of the kind that its element says: ID, EmailAddress or URI. Its xsi:type may be
// missing or name another of the three, but no fourth.
task<result<acl::grantee>> parse_grantee(const context& ctx, xml::element grantee) {
  constexpr std::array<std::string_view, 4> types = {"", "CanonicalUser", "AmazonCustomerByEmail",
                                                     "Group"};
  if (std::ranges::find(types, grantee.type()) == types.end()) co_return errc::malformed_acl;
  if (auto id = grantee.text_of("ID")) {
    co_return co_await user_by_id(ctx, std::move(*id), id_element);
  }
  if (auto email = grantee.text_of("EmailAddress")) {
    co_return co_await user_by_email(ctx, std::move(*email));
  }
  if (const auto uri = grantee.text_of("URI")) co_return group_by_uri(*uri, uri_element);
  co_return errc::malformed_acl;
}

task<result<acl::access_list>> parse_grants(const context& ctx, xml::element list) {
  acl::access_list made;
  for (const xml::element& grant : list.children()) {
    if (grant.name() != "Grant") co_return errc::malformed_acl;
    const auto grantee = grant.child("Grantee");
    const auto what = acl::parse_permission(grant.text_of("Permission").value_or(""));
    if (!grantee || !what || made.grants.size() == acl::max_grants) co_return errc::malformed_acl;
    auto to = co_await parse_grantee(ctx, *grantee);
    if (!to) co_return std::move(to).error();
    made.grants.push_back({std::move(*to), *what});
  }
  co_return made;
}

task<result<acl::access_list>> parse_acl_document(const context& ctx, std::string_view owner) {
  const auto doc = xml::document::parse(ctx.xml_body, "AccessControlPolicy");
  if (!doc) co_return errc::malformed_acl;
  const auto said = doc->root().child("Owner");
  const auto list = doc->root().child("AccessControlList");
  const auto id = said ? said->text_of("ID") : std::nullopt;
  if (!id || !list) co_return errc::malformed_acl;
  // An owner cannot be given away by an ACL.
  if (*id != owner) {
    const auto other = co_await user_by_id(ctx, *id, id_element);
    co_return other ? error(errc::access_denied) : other.error();
  }
  co_return co_await parse_grants(ctx, *list);
}

}  // namespace

task<std::string> display_name_of(const context& ctx, std::string canonical_id) {
  const auto known =
      co_await ctx.service.identities->find_agency_by_canonical_id(std::move(canonical_id));
  co_return known ? known->name : std::string();
}

bool names_acl(const context& ctx) {
  return instruction(ctx, "x-amz-acl") || has_grant_headers(ctx);
}

task<result<std::optional<acl::access_list>>> read_acl_headers(const context& ctx, acl::subject of,
                                                               const acl::owners& who) {
  const auto name = instruction(ctx, "x-amz-acl");
  const bool grants = has_grant_headers(ctx);
  if (name && grants) {
    co_return error(errc::invalid_request,
                    "Specifying both Canned ACLs and Header Grants is not allowed");
  }
  if (name) {
    auto list = acl::canned(*name, of, who);
    if (!list) co_return invalid_argument("Invalid Argument", "x-amz-acl", *name);
    co_return list;
  }
  if (!grants) co_return std::optional<acl::access_list>();
  auto list = co_await read_grant_headers(ctx);
  if (!list) co_return std::move(list).error();
  co_return std::optional<acl::access_list>(std::move(*list));
}

task<result<acl::access_list>> read_new_acl(const context& ctx, acl::subject of,
                                            const acl::owners& who) {
  if (names_acl(ctx) && !ctx.xml_body.empty()) co_return errc::unexpected_content;
  auto from_headers = co_await read_acl_headers(ctx, of, who);
  if (!from_headers) co_return std::move(from_headers).error();
  if (from_headers->has_value()) co_return std::move(**from_headers);
  if (ctx.xml_body.empty()) {
    co_return error(errc::missing_security_header).with("MissingHeaderName", "x-amz-acl");
  }
  co_return co_await parse_acl_document(ctx, who.object);
}

result<void> check_acl_allowed(const context& ctx, const auth::bucket_rules& rules,
                               const acl::access_list& list,
                               std::string_view bucket_owner_canonical_id) {
  if (rules.ownership == auth::object_ownership::bucket_owner_enforced) {
    const auto name = instruction(ctx, "x-amz-acl");
    const bool same = name ? *name == "bucket-owner-full-control"
                           : list == acl::private_to(bucket_owner_canonical_id);
    if (!same) return errc::access_control_list_not_supported;
  }
  if (rules.block.block_public_acls && acl::is_public(list)) return errc::access_denied;
  return {};
}

task<result<object_ownership_facts>> read_object_access(const context& ctx) {
  const auth::bucket_rules& rules = ctx.settings->access;
  const std::string& bucket_owner = ctx.bucket->owner_canonical_id;
  object_ownership_facts made;
  made.owner_canonical_id = owner_of_new_object(ctx.caller.who(), *ctx.bucket, rules.ownership,
                                                instruction(ctx, "x-amz-acl").value_or(""));
  if (!names_acl(ctx)) co_return made;
  // AWS: from the bucket's own account it says what is so anyway. From another one it would keep
  // the object from the bucket's owner, and is refused below.
  if (rules.ownership == auth::object_ownership::bucket_owner_enforced &&
      instruction(ctx, "x-amz-acl") == "private" && ctx.caller.who().canonical_id == bucket_owner) {
    co_return made;
  }
  const acl::owners who{.object = made.owner_canonical_id, .bucket = bucket_owner};
  const auto list = co_await read_acl_headers(ctx, acl::subject::object, who);
  if (!list) {
    // Where ACLs are off it does not matter whether the grantee exists. A canned ACL must.
    const bool off = !instruction(ctx, "x-amz-acl") &&
                     rules.ownership == auth::object_ownership::bucket_owner_enforced;
    if (off) co_return errc::access_control_list_not_supported;
    co_return list.error();
  }
  if (auto ok = check_acl_allowed(ctx, rules, **list, bucket_owner); !ok) {
    co_return std::move(ok).error();
  }
  if (**list != acl::private_to(made.owner_canonical_id)) made.acl = acl::encode(**list);
  co_return made;
}

bool gives_to_others(const context& ctx) {
  return !ctx.new_object.acl.empty() &&
         instruction(ctx, "x-amz-acl") != "bucket-owner-full-control";
}

namespace {

task<void> append(xml::writer& doc, const context& ctx, const acl::grant& g) {
  const bool user = g.to.type == acl::grantee::kind::canonical_user;
  doc.open("Grant");
  doc.open(std::string("Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ") +
           "xsi:type=\"" + (user ? "CanonicalUser" : "Group") + "\"");
  if (user) {
    doc.text("ID", g.to.canonical_id);
    doc.text("DisplayName", co_await display_name_of(ctx, g.to.canonical_id));
  } else {
    doc.text("URI", acl::group_uri(g.to.type));
  }
  doc.close("Grantee").text("Permission", acl::permission_name(g.what)).close("Grant");
}

}  // namespace

task<std::string> acl_document(const context& ctx, std::string_view owner_canonical_id,
                               const acl::access_list& list) {
  xml::writer doc("AccessControlPolicy");
  const std::string owner(owner_canonical_id);
  doc.open("Owner")
      .text("ID", owner)
      .text("DisplayName", co_await display_name_of(ctx, owner))
      .close("Owner");
  doc.open("AccessControlList");
  // Groups stand first, so that what is open to strangers meets the eye; AWS's order says nothing.
  for (const bool user : {false, true}) {
    for (const acl::grant& g : list.grants) {
      if ((g.to.type == acl::grantee::kind::canonical_user) == user) co_await append(doc, ctx, g);
    }
  }
  doc.close("AccessControlList");
  co_return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
