#include "gateway/s3/settings/website.hpp"

#include <algorithm>

#include "gateway/http/characters.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_website_rules = 50;

error invalid_request(std::string text) { return error(errc::invalid_request, std::move(text)); }

// Every child once at most, and none but these.
result<void> expect_only(const xml::element& e, std::initializer_list<std::string_view> names) {
  std::vector<std::string> seen;
  for (const xml::element& child : e.children()) {
    const std::string name(child.name());
    const bool known = std::ranges::find(names, name) != names.end();
    if (!known || std::ranges::find(seen, name) != seen.end()) return errc::malformed_xml;
    seen.push_back(name);
  }
  return {};
}

result<std::string> parse_protocol(const xml::element& e) {
  const auto text = e.text_of("Protocol");
  if (!text) return std::string();
  if (*text == "http" || *text == "https") return *text;
  return invalid_request(
      "Invalid protocol, protocol can be http or https. If not defined the protocol will be "
      "selected automatically.");
}

// It becomes part of a header.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, http::is_host_character);
}

result<std::string> parse_host(const xml::element& e) {
  const auto text = e.text_of("HostName");
  if (!text) return std::string();
  if (!is_host(*text)) return errc::malformed_xml;
  return *text;
}

// The number of a code; 0 for one that is too long to be one. Error: malformed_xml for a text.
result<unsigned> parse_code(std::string_view text) {
  const auto number = parse_number(text);
  if (!number) return errc::malformed_xml;
  return *number < 1000 ? static_cast<unsigned>(*number) : 0U;
}

result<void> parse_condition(const xml::element& e, website_rule& rule) {
  if (auto ok = expect_only(e, {"KeyPrefixEquals", "HttpErrorCodeReturnedEquals"}); !ok) return ok;
  rule.key_prefix = e.text_of("KeyPrefixEquals");
  if (const auto text = e.text_of("HttpErrorCodeReturnedEquals")) {
    const auto code = parse_code(*text);
    if (!code) return code.error();
    rule.error_code = *code;
    if (*code < 400 || *code > 505 || (*code > 417 && *code < 500)) {
      return invalid_request("The provided HTTP error code (" + *text +
                             ") is not valid. Valid codes are 4XX or 5XX.");
    }
  }
  if (rule.key_prefix || rule.error_code) return {};
  return invalid_request(
      "Condition cannot be empty. To redirect all requests without a condition, the condition "
      "element shouldn't be present.");
}

result<void> parse_redirect(const xml::element& e, website_rule& rule) {
  if (auto ok = expect_only(e, {"HostName", "HttpRedirectCode", "Protocol", "ReplaceKeyPrefixWith",
                                "ReplaceKeyWith"});
      !ok) {
    return ok;
  }
  if (e.children().empty()) return errc::malformed_xml;
  auto host = parse_host(e);
  if (!host) return std::move(host).error();
  rule.host = std::move(*host);
  auto protocol = parse_protocol(e);
  if (!protocol) return std::move(protocol).error();
  rule.protocol = std::move(*protocol);
  if (const auto text = e.text_of("HttpRedirectCode")) {
    const auto code = parse_code(*text);
    if (!code) return code.error();
    if (*code < 301 || *code > 308 || *code == 306) {
      return invalid_request("The provided HTTP redirect code (" + *text +
                             ") is not valid. Valid codes are 3XX except 300.");
    }
    rule.code = *code;
    rule.code_given = true;
  }
  rule.replace_prefix = e.text_of("ReplaceKeyPrefixWith");
  rule.replace_key = e.text_of("ReplaceKeyWith");
  if (rule.replace_prefix && rule.replace_key) {
    return invalid_request("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  return {};
}

// Whether a request can be sent from rule to rule, on the same host, without end. Rules that
// replace no part of the key are stored, as with AWS: they are there for their host, scheme or
// code.
bool is_circular(const website& site) {
  for (const website_rule& start : site.rules) {
    std::string key = start.key_prefix.value_or("");
    std::size_t steps = 0;
    const website_rule* rule = start.error_code ? nullptr : site.find(key, std::nullopt);
    const auto stays = [](const website_rule& r) {
      return r.host.empty() && r.protocol.empty() && (r.replace_key || r.replace_prefix);
    };
    while (rule != nullptr && stays(*rule)) {
      if (++steps > site.rules.size()) return true;
      key = rule->target_key(key);
      rule = site.find(key, std::nullopt);
    }
  }
  return false;
}

result<website_rule> parse_website_rule(const xml::element& e) {
  if (e.name() != "RoutingRule") return errc::malformed_xml;
  if (auto ok = expect_only(e, {"Condition", "Redirect"}); !ok) return std::move(ok).error();
  website_rule rule;
  if (const auto condition = e.child("Condition")) {
    if (auto ok = parse_condition(*condition, rule); !ok) return std::move(ok).error();
  }
  const auto redirect = e.child("Redirect");
  if (!redirect) return errc::malformed_xml;
  if (auto ok = parse_redirect(*redirect, rule); !ok) return std::move(ok).error();
  return rule;
}

result<website_redirect_all> parse_redirect_all(const xml::element& root) {
  if (root.children().size() != 1) {
    return invalid_argument(
        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
        "RedirectAllRequestsTo", "not null");
  }
  const xml::element e = *root.child("RedirectAllRequestsTo");
  if (auto ok = expect_only(e, {"HostName", "Protocol"}); !ok) return std::move(ok).error();
  website_redirect_all all;
  auto host = parse_host(e);
  if (!host) return std::move(host).error();
  if (host->empty()) return errc::malformed_xml;
  all.host = std::move(*host);
  auto protocol = parse_protocol(e);
  if (!protocol) return std::move(protocol).error();
  all.protocol = std::move(*protocol);
  return all;
}

result<void> parse_documents(const xml::element& root, website& site) {
  const auto index = root.child("IndexDocument");
  if (!index) {
    return invalid_argument(
        "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
        "IndexDocument", "null");
  }
  if (auto ok = expect_only(*index, {"Suffix"}); !ok) return ok;
  site.index_suffix = index->text_of("Suffix").value_or("");
  if (site.index_suffix.empty() || site.index_suffix.find('/') != std::string::npos) {
    return invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument",
                            site.index_suffix);
  }
  const auto failure = root.child("ErrorDocument");
  if (!failure) return {};
  if (auto ok = expect_only(*failure, {"Key"}); !ok) return ok;
  const auto key = failure->text_of("Key");
  if (!key) return errc::malformed_xml;
  site.error_key = *key;
  if (site.error_key.empty()) {
    return invalid_argument("The ErrorDocument Key is not well formed", "ErrorDocument", "");
  }
  return {};
}

void write_website_rule(xml::writer& doc, const website_rule& rule) {
  doc.open("RoutingRule");
  if (rule.key_prefix || rule.error_code) {
    doc.open("Condition");
    if (rule.key_prefix) doc.text("KeyPrefixEquals", *rule.key_prefix);
    if (rule.error_code) doc.number("HttpErrorCodeReturnedEquals", *rule.error_code);
    doc.close("Condition");
  }
  doc.open("Redirect");
  if (!rule.protocol.empty()) doc.text("Protocol", rule.protocol);
  if (!rule.host.empty()) doc.text("HostName", rule.host);
  if (rule.replace_prefix) doc.text("ReplaceKeyPrefixWith", *rule.replace_prefix);
  if (rule.replace_key) doc.text("ReplaceKeyWith", *rule.replace_key);
  if (rule.code_given) doc.number("HttpRedirectCode", rule.code);
  doc.close("Redirect").close("RoutingRule");
}

}  // namespace

std::string website_rule::target_key(std::string_view key) const {
  if (replace_key) return *replace_key;
  if (!replace_prefix) return std::string(key);
  return *replace_prefix + std::string(key.substr(key_prefix.value_or("").size()));
}

const website_rule* website::find(std::string_view key, std::optional<unsigned> error_code) const {
  for (const website_rule& rule : rules) {
    if (rule.key_prefix && !key.starts_with(*rule.key_prefix)) continue;
    if (rule.error_code == error_code) return &rule;
  }
  return nullptr;
}

result<website> parse_website(std::string_view document) {
  const auto doc = xml::document::parse(document, "WebsiteConfiguration");
  if (!doc) return doc.error();
  const xml::element root = doc->root();
  if (auto ok = expect_only(
          root, {"RedirectAllRequestsTo", "IndexDocument", "ErrorDocument", "RoutingRules"});
      !ok) {
    return std::move(ok).error();
  }
  website site;
  if (root.child("RedirectAllRequestsTo")) {
    auto all = parse_redirect_all(root);
    if (!all) return std::move(all).error();
    site.redirect_all = std::move(*all);
    return site;
  }
  if (auto ok = parse_documents(root, site); !ok) return std::move(ok).error();
  const auto rules = root.child("RoutingRules");
  if (!rules) return site;
  for (const xml::element& e : rules->children()) {
    auto rule = parse_website_rule(e);
    if (!rule) return std::move(rule).error();
    site.rules.push_back(std::move(*rule));
  }
  if (site.rules.empty()) return errc::malformed_xml;
  if (site.rules.size() > max_website_rules) {
    return invalid_request(std::to_string(site.rules.size()) +
                           " routing rules provided, the number of routing rules in a website "
                           "configuration is limited to 50.");
  }
  if (is_circular(site)) {
    return invalid_request("The redirects of the routing rules lead in a circle.");
  }
  return site;
}

std::string write_website(const website& site) {
  xml::writer doc("WebsiteConfiguration");
  if (site.redirect_all) {
    doc.open("RedirectAllRequestsTo").text("HostName", site.redirect_all->host);
    if (!site.redirect_all->protocol.empty()) doc.text("Protocol", site.redirect_all->protocol);
    doc.close("RedirectAllRequestsTo");
    return std::move(doc).take();
  }
  doc.open("IndexDocument").text("Suffix", site.index_suffix).close("IndexDocument");
  if (!site.error_key.empty()) {
    doc.open("ErrorDocument").text("Key", site.error_key).close("ErrorDocument");
  }
  if (!site.rules.empty()) {
    doc.open("RoutingRules");
    for (const website_rule& rule : site.rules) write_website_rule(doc, rule);
    doc.close("RoutingRules");
  }
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
