#include "gateway/audit/export.hpp"

#include <array>

#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::audit {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 28> columns = {"seq",
                                                      "time",
                                                      "type",
                                                      "id",
                                                      "listener",
                                                      "ip",
                                                      "tls",
                                                      "user",
                                                      "agency",
                                                      "account",
                                                      "session_of",
                                                      "key_id",
                                                      "claimed_key_id",
                                                      "op",
                                                      "bucket",
                                                      "key",
                                                      "version",
                                                      "source",
                                                      "project",
                                                      "subject",
                                                      "input",
                                                      "status",
                                                      "error",
                                                      "bytes_in",
                                                      "bytes_out",
                                                      "took_us",
                                                      "because",
                                                      "hash"};
constexpr std::array<std::string_view, 8> of_people = {
    "session_of", "ip", "user", "key_id", "claimed_key_id", "key", "source", "subject"};
constexpr std::size_t pseudonym_digits = 24;

// A spreadsheet takes text that begins so for a formula.
bool looks_like_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
}

std::string csv_field(const json::value& value) {
  if (!value.is_string()) return json::serialize(value);
  std::string out = "\"";
  const std::string_view text(value.as_string().data(), value.as_string().size());
  if (looks_like_formula(text)) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

exporter::exporter(export_format format, std::optional<std::string> pseudonym_key)
    : format_(format), key_(std::move(pseudonym_key)) {}

std::string exporter::heading() const {
  if (format_ == export_format::json_lines) return {};
  std::string out;
  for (const std::string_view name : columns) {
    if (!out.empty()) out += ',';
    out += name;
  }
  return out + "\r\n";
}

void exporter::hide(json::object& record) const {
  for (const std::string_view name : of_people) {
    const auto at = record.find({name.data(), name.size()});
    if (at == record.end() || !at->value().is_string()) continue;
    std::string message(name);
    message.push_back('\0');
    message.append(at->value().as_string().data(), at->value().as_string().size());
    const std::string hash = storage::crypto::to_hex(storage::crypto::hmac_sha256(*key_, message));
    at->value() = "p-" + hash.substr(0, pseudonym_digits);
  }
  for (const char* free_text : {"input", "because", "hash", "mac"}) record.erase(free_text);
}

std::string exporter::row(json::object record) const {
  if (key_) hide(record);
  if (format_ == export_format::json_lines) return json::serialize(record) + "\n";
  std::string out;
  bool first = true;
  for (const std::string_view name : columns) {
    if (!first) out += ',';
    first = false;
    if (const auto* value = record.if_contains({name.data(), name.size()})) {
      out += csv_field(*value);
    }
  }
  return out + "\r\n";
}

}  // namespace torhaus::gateway::audit
